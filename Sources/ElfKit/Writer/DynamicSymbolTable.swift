internal import Glibc

/// The entries of a dynamic symbol table in the order in which they are written.
///
/// Undefined symbols come first, then the defined ones by bucket of the GNU hash table. Within a
/// bucket, and among undefined symbols, they keep the order in which they were given.
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
  /// - Parameters:
  ///   - unordered: the entries.
  ///   - names: the memory that their names lie in.
  ///   - bucketCount: the number of buckets; nil for that of GNU ld. Linkers enter the symbols of
  ///     a library in the order of its table, and some give those of a program the same order. So
  ///     a library that stands for another has as many buckets.
  /// - Throws: `ElfError` when a name does not lie in `names`, or there are more entries than a
  ///   table can have.
  public init(
    sorting unordered: consuming [DynamicSymbol], names: RawSpan, bucketCount: UInt32? = nil
  ) throws(ElfError) {
    guard unordered.count < Int(Int32.max) else {
      throw ElfError(.limit, "\(unordered.count) symbols are more than a symbol table can have")
    }
    guard unordered.allSatisfy({ Int($0.nameOffset) + Int($0.nameLength) <= names.byteCount }) else {
      throw ElfError(.limit, "a symbol's name does not lie in the names")
    }
    let source = unordered
    let undefinedCount = source.count { $0.place == .undefined }
    let bucketCount = max(bucketCount ?? Self.bucketCount(of: source.count - undefinedCount), 1)
    let keys = Self.order(source, names, undefinedCount: undefinedCount, bucketCount)
    entries = keys.map { source[Int($0.index)] }
    hashes = keys.map(\.hash)
    self.undefinedCount = undefinedCount
    self.bucketCount = bucketCount
  }

  private struct Key {
    var hash: UInt32
    var index: UInt32
  }

  /// A counting sort: place 0 is for undefined symbols, the others are for buckets.
  private static func order(
    _ symbols: [DynamicSymbol], _ names: RawSpan, undefinedCount: Int, _ bucketCount: UInt32
  ) -> [Key] {
    let keys = names.withUnsafeBytes { names in
      symbols.indices.map { index in
        let start = Int(symbols[index].nameOffset)
        let name = UnsafeRawBufferPointer(
          rebasing: names[start..<start + Int(symbols[index].nameLength)])
        return Key(hash: SymbolHash.gnu(name), index: UInt32(index))
      }
    }
    func place(_ key: Key) -> Int {
      symbols[Int(key.index)].place == .undefined ? 0 : 1 + Int(key.hash % bucketCount)
    }
    var next = [UInt32](repeating: 0, count: Int(bucketCount) + 2)
    for key in keys { next[place(key) + 1] += 1 }
    for index in 1..<next.count { next[index] += next[index - 1] }
    return [Key](unsafeUninitializedCapacity: keys.count) { sorted, count in
      for key in keys {
        let place = place(key)
        sorted.initializeElement(at: Int(next[place]), to: key)
        next[place] += 1
      }
      count = keys.count
    }
  }

  /// The number of buckets of which GNU ld takes the largest that is no larger than the number of
  /// symbols (`elf_buckets` in bfd/elflink.c).
  private static let bucketCounts: [UInt32] = [
    3, 17, 37, 67, 97, 131, 197, 263, 521, 1031, 2053, 4099, 8209, 16411, 32771,
  ]

  private static func bucketCount(of symbols: Int) -> UInt32 {
    bucketCounts.last { $0 <= symbols } ?? 2
  }

  /// Sets the offset of an entry in its section, in bytes.
  public mutating func setOffset(_ offset: UInt64, at index: Int) {
    entries[index].offset = offset
  }
}

