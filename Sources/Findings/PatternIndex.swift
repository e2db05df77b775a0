internal import Support

/// Finds which of many patterns may match a name, without trying each: plain names by a table,
/// others by what they begin with or, when that is a wildcard, what they end with.
///
/// A pattern with wildcards at both ends is tried on every name.
struct PatternIndex: Sendable {
  private var literals: [[UInt8]: [Int]] = [:]
  private let prefixes: PrefixIndex
  private let suffixes: PrefixIndex
  private var others: [Int] = []

  /// - Parameter patterns: with the numbers by which they are known.
  init(_ patterns: some Sequence<(pattern: Glob, number: Int)>) {
    var beginnings: [(key: [UInt8], number: Int)] = []
    var ends: [(key: [UInt8], number: Int)] = []
    for (pattern, number) in patterns {
      let bytes = Array(pattern.pattern.utf8)
      let prefix = Array(bytes.prefix { !Self.isSpecial($0) })
      let suffix = Array(bytes.reversed().prefix { !Self.isSpecial($0) })
      if prefix.count == bytes.count {
        literals[bytes, default: []].append(number)
      } else if !prefix.isEmpty {
        beginnings.append((prefix, number))
      } else if bytes.first == UInt8(ascii: "*"), bytes.count == suffix.count + 1, !suffix.isEmpty {
        ends.append((suffix, number))
      } else {
        others.append(number)
      }
    }
    prefixes = PrefixIndex(beginnings)
    suffixes = PrefixIndex(ends)
  }

  /// The characters of a shell pattern that do not stand for themselves (POSIX.1, XCU 2.13).
  private static func isSpecial(_ byte: UInt8) -> Bool { "*?[\\".utf8.contains(byte) }

  /// The numbers of the patterns that may match a name; all others do not.
  func candidates(for name: UnsafeRawBufferPointer) -> [Int] {
    var found = others
    if !literals.isEmpty, let numbers = literals[Array(name)] { found += numbers }
    prefixes.addMatches(of: name, to: &found)
    suffixes.addMatches(of: name.reversed(), to: &found)
    return found
  }
}

/// Finds which of many keys a name begins with.
private struct PrefixIndex: Sendable {
  private struct Key {
    var bytes: [UInt8]
    var numbers: [Int]
    /// The longest other key that this one begins with.
    var parent: Int?
  }

  /// Sorted.
  private var keys: [Key] = []

  init(_ pairs: [(key: [UInt8], number: Int)]) {
    /// The keys that the last one begins with, the longest last.
    var open: [Int] = []
    for (bytes, number) in pairs.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      if let last = keys.indices.last, keys[last].bytes == bytes {
        keys[last].numbers.append(number)
        continue
      }
      while let last = open.last, !bytes.starts(with: keys[last].bytes) { open.removeLast() }
      keys.append(Key(bytes: bytes, numbers: [number], parent: open.last))
      open.append(keys.count - 1)
    }
  }

  /// All keys between one that a name begins with and the name itself begin with that key, so the
  /// last key that is not behind the name leads to all of them.
  func addMatches(of name: some Collection<UInt8>, to found: inout [Int]) {
    guard !keys.isEmpty else { return }
    var (low, high) = (0, keys.count)
    while low < high {
      let middle = (low + high) / 2
      if name.lexicographicallyPrecedes(keys[middle].bytes) {
        high = middle
      } else {
        low = middle + 1
      }
    }
    var place: Int? = low > 0 ? low - 1 : nil
    while let key = place {
      if name.starts(with: keys[key].bytes) { found += keys[key].numbers }
      place = keys[key].parent
    }
  }
}
