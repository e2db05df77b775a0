internal import Support

extension Abi {
  /// Brings symbols, version nodes and the NEEDED list into the canonical order: that of their lines, byte by
  /// byte, as `LC_ALL=C sort` has it.
  public mutating func sort() {
    needed = Set(needed).sorted()
    sortVersions()
    forgetImpliedVersionOrder()
    sortSymbols()
  }

  private mutating func forgetImpliedVersionOrder() {
    guard !versionOrder.isEmpty, case .success(let implied) = VersionOrder.implied(by: versions)
    else { return }
    if versionOrder == implied.map({ versions[$0].name }) { versionOrder = [] }
  }

  private mutating func sortSymbols() {
    var keys: [HeadSort.Key] = []
    keys.reserveCapacity(symbols.count)
    heads.withUnsafeBytes { heads in
      for (index, symbol) in symbols.enumerated() {
        keys.append(HeadSort.Key(offset: symbol.headOffset, index: UInt32(index)))
      }
      keys.withUnsafeMutableBufferPointer { HeadSort(heads: heads).sort($0) }
    }
    permute(by: &keys)
    orderEqualHeads()
  }

  /// Puts at each place the symbol that `keys` names for it, cycle by cycle, without a second
  /// array. Clears the indices of `keys` on the way.
  private mutating func permute(by keys: inout [HeadSort.Key]) {
    let isDone = UInt32.max
    for start in keys.indices where keys[start].index != isDone {
      let first = symbols[start]
      var place = start
      while keys[place].index != isDone {
        let source = Int(keys[place].index)
        keys[place].index = isDone
        symbols[place] = source == start ? first : symbols[source]
        place = source
      }
    }
  }

  /// Lines with equal heads (of different kernels or architectures) are ordered by what follows.
  private mutating func orderEqualHeads() {
    guard symbols.count > 1 else { return }
    // Made when it is first needed: most ABIs have one line a head.
    var printer: AbiPrinter?
    var start = 0
    while start < symbols.count {
      var end = start + 1
      while end < symbols.count, equalHeads(start, end) { end += 1 }
      if end - start > 1 {
        let current = printer ?? AbiPrinter(self)
        printer = current
        let lines = (start..<end).map { index in
          var line: [UInt8] = []
          current.appendLine(of: symbols[index], index: index, to: &line)
          return (line, symbols[index])
        }
        let ordered = lines.sorted { $0.0.lexicographicallyPrecedes($1.0) }
        symbols.replaceSubrange(start..<end, with: ordered.map(\.1))
      }
      start = end
    }
  }

  /// Whether the symbols at two places have equal heads. Symbols are not copied for it.
  func equalHeads(_ one: Int, _ other: Int) -> Bool {
    let length = Int(symbols[one].headLength)
    guard length == Int(symbols[other].headLength) else { return false }
    return heads.withUnsafeBytes { heads in
      let starts = (Int(symbols[one].headOffset), Int(symbols[other].headOffset))
      return UnsafeRawBufferPointer(rebasing: heads[starts.0..<starts.0 + length])
        .equals(UnsafeRawBufferPointer(rebasing: heads[starts.1..<starts.1 + length]))
    }
  }
}

/// Sorts heads by their bytes: a three-way quicksort on eight bytes at a time, so that the long
/// common prefixes of C++ names are compared once for a whole range and not once for every pair.
///
/// A head ends in a blank, which is less than every byte that can stand in one, so no head is a
/// prefix of another and reading stops there.
struct HeadSort {
  package struct Key {
    /// The eight bytes at the current depth, first byte highest; zeros after the blank.
    package var word: UInt64 = 0
    package var offset: UInt32
    package var index: UInt32
  }

  package let heads: UnsafeRawBufferPointer

  package func sort(_ keys: UnsafeMutableBufferPointer<Key>) {
    load(keys, depth: 0)
    sort(keys, depth: 0)
  }

  private func load(_ keys: UnsafeMutableBufferPointer<Key>, depth: Int) {
    for index in keys.indices {
      keys[index].word = word(at: Int(keys[index].offset) + depth)
    }
  }

  private func word(at start: Int) -> UInt64 {
    guard start + 8 <= heads.count else {
      var word: UInt64 = 0
      for index in start..<start + 8 {
        word = word << 8 | (index < heads.count ? UInt64(heads[index]) : 0)
      }
      return Self.masked(word)
    }
    return Self.masked(
      UInt64(bigEndian: heads.loadUnaligned(fromByteOffset: start, as: UInt64.self)))
  }

  /// Clears what follows the first blank: bytes of the next head.
  @inline(__always)
  private static func masked(_ word: UInt64) -> UInt64 {
    // The classic test for a zero byte, on a word in which blanks have become zero. Bytes above
    // the first blank are exact; borrows can only disturb those below it.
    let x = word ^ 0x2020_2020_2020_2020
    let low: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
    let zeros = ~(((x & low) &+ low) | x | low)
    guard zeros != 0 else { return word }
    let first = zeros.leadingZeroBitCount & ~7
    return first >= 56 ? word : word & ~(UInt64.max >> UInt64(first + 8))
  }

  private static func hasBlank(_ word: UInt64) -> Bool {
    // Masked words hold the blank as their last byte that is not zero, or at the very end.
    word == 0 || (word >> UInt64(word.trailingZeroBitCount & ~7)) & 0xff == 0x20
  }

  private func sort(_ all: UnsafeMutableBufferPointer<Key>, depth start: Int) {
    var keys = all
    var depth = start
    while keys.count > 1 {
      if keys.count <= 12 {
        insertionSort(keys, depth: depth)
        return
      }
      let pivot = median(keys)
      var low = 0
      var high = keys.count
      var index = 0
      while index < high {
        let word = keys[index].word
        if word < pivot {
          keys.swapAt(low, index)
          low += 1
          index += 1
        } else if word > pivot {
          high -= 1
          keys.swapAt(index, high)
        } else {
          index += 1
        }
      }
      sort(UnsafeMutableBufferPointer(rebasing: keys[0..<low]), depth: depth)
      sort(UnsafeMutableBufferPointer(rebasing: keys[high...]), depth: depth)
      // Equal words with the blank in them are equal heads.
      if Self.hasBlank(pivot) { return }
      keys = UnsafeMutableBufferPointer(rebasing: keys[low..<high])
      depth += 8
      load(keys, depth: depth)
    }
  }

  private func median(_ keys: UnsafeMutableBufferPointer<Key>) -> UInt64 {
    let a = keys[keys.count / 4].word
    let b = keys[keys.count / 2].word
    let c = keys[keys.count / 4 * 3].word
    return max(min(a, b), min(max(a, b), c))
  }

  private func insertionSort(_ keys: UnsafeMutableBufferPointer<Key>, depth: Int) {
    for end in 1..<keys.count {
      let key = keys[end]
      var hole = end
      while hole > 0, precedes(key, keys[hole - 1], depth: depth) {
        keys[hole] = keys[hole - 1]
        hole -= 1
      }
      keys[hole] = key
    }
  }

  private func precedes(_ left: Key, _ right: Key, depth: Int) -> Bool {
    if left.word != right.word { return left.word < right.word }
    var word = left.word
    var depth = depth
    while !Self.hasBlank(word) {
      depth += 8
      word = self.word(at: Int(left.offset) + depth)
      let other = self.word(at: Int(right.offset) + depth)
      if word != other { return word < other }
    }
    return false
  }
}
