internal import Glibc

/// The entries of a dynamic symbol table in the order in which they are written.
///
/// Undefined symbols come first, then the defined ones by bucket of the GNU hash table. Within a
/// bucket they are ordered by name and version, so the order depends on nothing but the set.
public struct DynamicSymbolTable: Sendable {
  public private(set) var entries: [DynamicSymbol]
  /// The GNU hash of each entry's name.
  let hashes: [UInt32]
  /// How many entries are undefined.
  let undefinedCount: Int
  /// Number of buckets of the GNU hash table.
  let bucketCount: UInt32

  /// Brings entries into the order of the table.
  ///
  /// - Throws: `ElfError` when a name does not lie in `names`, or there are more entries than a
  ///   table can have.
  public init(sorting unordered: consuming [DynamicSymbol], names: RawSpan) throws(ElfError) {
    guard unordered.count < Int(Int32.max) else {
      throw ElfError(.limit, "\(unordered.count) symbols are more than a symbol table can have")
    }
    guard unordered.allSatisfy({ Int($0.nameOffset) + Int($0.nameLength) <= names.byteCount }) else {
      throw ElfError(.limit, "a symbol's name does not lie in the names")
    }
    let defined = unordered.count(where: { $0.place != .undefined })
    let buckets = Self.bucketCount(of: defined)
    let source = unordered
    let order = names.withUnsafeBytes { names in
      Order(source, names, undefinedCount: source.count - defined, bucketCount: buckets)
    }
    entries = order.keys.map { source[Int($0.index)] }
    hashes = order.keys.map(\.hash)
    undefinedCount = source.count - defined
    bucketCount = buckets
  }

  /// Four symbols in a bucket; the Bloom filter answers for those that are not there.
  private static func bucketCount(of symbols: Int) -> UInt32 { UInt32(symbols / 4) | 1 }

  /// Sets the offset of an entry in its section, in bytes.
  public mutating func setOffset(_ offset: UInt64, at index: Int) {
    entries[index].offset = offset
  }
}

/// Sorts entries by bucket, hash, name and version.
private struct Order {
  struct Key {
    var hash: UInt32
    var index: UInt32
  }

  private(set) var keys: [Key]
  private let symbols: [DynamicSymbol]
  private let names: UnsafeRawBufferPointer

  init(
    _ symbols: [DynamicSymbol], _ names: UnsafeRawBufferPointer, undefinedCount: Int,
    bucketCount: UInt32
  ) {
    self.symbols = symbols
    self.names = names
    keys = symbols.indices.map { index in
      let symbol = symbols[index]
      let start = Int(symbol.nameOffset)
      let name = UnsafeRawBufferPointer(rebasing: names[start..<start + Int(symbol.nameLength)])
      return Key(hash: SymbolHash.gnu(name), index: UInt32(index))
    }
    distribute(undefinedCount, bucketCount)
  }

  /// A counting sort by bucket. Undefined symbols are not in the hash table; they have buckets of
  /// their own in front, so that many of them do not make one long one.
  private mutating func distribute(_ undefinedCount: Int, _ bucketCount: UInt32) {
    let front = UInt32(undefinedCount / 4) | 1
    func bucket(_ key: Key) -> Int {
      symbols[Int(key.index)].place == .undefined
        ? Int(key.hash % front) : Int(front + key.hash % bucketCount)
    }
    var ends = [UInt32](repeating: 0, count: Int(front + bucketCount) + 1)
    for key in keys { ends[bucket(key) + 1] += 1 }
    for index in 1..<ends.count { ends[index] += ends[index - 1] }
    let starts = ends.dropLast()
    keys = [Key](unsafeUninitializedCapacity: keys.count) { [keys] sorted, count in
      var next = Array(starts)
      for key in keys {
        let bucket = bucket(key)
        sorted.initializeElement(at: Int(next[bucket]), to: key)
        next[bucket] += 1
      }
      count = keys.count
    }
    for index in starts.indices {
      sortBucket(Int(ends[index])..<Int(ends[index + 1]))
    }
  }

  private mutating func sortBucket(_ range: Range<Int>) {
    guard range.count > 1 else { return }
    guard range.count <= 16 else {
      // Hashes may have been made to collide.
      keys.replaceSubrange(range, with: keys[range].sorted { precedes($0, $1) })
      return
    }
    for end in range.dropFirst() {
      let key = keys[end]
      var hole = end
      while hole > range.lowerBound, precedes(key, keys[hole - 1]) {
        keys[hole] = keys[hole - 1]
        hole -= 1
      }
      keys[hole] = key
    }
  }

  private func precedes(_ left: Key, _ right: Key) -> Bool {
    if left.hash != right.hash { return left.hash < right.hash }
    let (l, r) = (symbols[Int(left.index)], symbols[Int(right.index)])
    let order = compareNames(l, r)
    if order != 0 { return order < 0 }
    if l.isHiddenVersion != r.isHiddenVersion { return r.isHiddenVersion }
    if l.version != r.version { return l.version < r.version }
    return left.index < right.index
  }

  private func compareNames(_ left: DynamicSymbol, _ right: DynamicSymbol) -> Int {
    let common = Int(min(left.nameLength, right.nameLength))
    let (l, r) = (Int(left.nameOffset), Int(right.nameOffset))
    for index in 0..<common where names[l + index] != names[r + index] {
      return Int(names[l + index]) - Int(names[r + index])
    }
    return Int(left.nameLength) - Int(right.nameLength)
  }
}
