internal import Glibc

/// The entries of a dynamic symbol table in the order in which they are written.
public struct DynamicSymbolTable: Sendable {
  /// Without the null symbol.
  public let entries: [DynamicSymbol]
  /// Whether one is not `VER_NDX_GLOBAL`.
  let hasVersions: Bool
  /// Nil when the library has no GNU hash table.
  let gnuHash: GnuHashOrder?

  struct GnuHashOrder: Sendable {
    /// How many entries are undefined. They are in front.
    var undefinedCount: Int
    var bucketCount: UInt32
  }

  /// A table in the order of its entries, for a library without GNU hash table.
  ///
  /// MIPS orders symbols by their place in the global offset table, not by hash.
  ///
  /// - Throws: `ElfError` when a name does not lie in `names`, or there are more entries than a
  ///   table can have.
  public init(inOrder entries: consuming [DynamicSymbol], names: RawSpan) throws(ElfError) {
    try Self.check(entries, names)
    hasVersions = Self.hasVersions(entries)
    self.entries = entries
    gnuHash = nil
  }

  /// A table in the order that a GNU hash table wants: undefined symbols first, then the defined
  /// ones by bucket. Within a bucket, and among undefined symbols, entries keep the order in which
  /// they are given.
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
    try Self.check(unordered, names)
    let source = unordered
    let undefinedCount = source.count { $0.place == .undefined }
    let bucketCount = max(bucketCount ?? Self.bucketCount(of: source.count - undefinedCount), 1)
    hasVersions = Self.hasVersions(source)
    entries = Self.sorted(source, bucketCount)
    gnuHash = GnuHashOrder(undefinedCount: undefinedCount, bucketCount: bucketCount)
  }

  private static func check(_ entries: [DynamicSymbol], _ names: RawSpan) throws(ElfError) {
    guard entries.count < Int(Int32.max) else {
      throw ElfError(.limit, "\(entries.count) symbols are more than a symbol table can have")
    }
    guard entries.allSatisfy({ Int($0.nameOffset) + Int($0.nameLength) <= names.byteCount }) else {
      throw ElfError(.limit, "a symbol's name does not lie in the names")
    }
  }

  private static func hasVersions(_ entries: [DynamicSymbol]) -> Bool {
    entries.contains { $0.version != .global }
  }

  /// A counting sort: place 0 is for undefined symbols, the others are for buckets.
  private static func sorted(_ symbols: [DynamicSymbol], _ bucketCount: UInt32) -> [DynamicSymbol] {
    func place(_ symbol: DynamicSymbol) -> Int {
      symbol.place == .undefined ? 0 : 1 + Int(symbol.nameHash % bucketCount)
    }
    var next = [UInt32](repeating: 0, count: Int(bucketCount) + 2)
    var last = 0
    var isSorted = true
    for symbol in symbols {
      let place = place(symbol)
      next[place + 1] += 1
      isSorted = isSorted && place >= last
      last = place
    }
    // The entries of a table that has as many buckets come in order.
    guard !isSorted else { return symbols }
    for index in 1..<next.count { next[index] += next[index - 1] }
    return [DynamicSymbol](unsafeUninitializedCapacity: symbols.count) { sorted, count in
      for symbol in symbols {
        let place = place(symbol)
        sorted.initializeElement(at: Int(next[place]), to: symbol)
        next[place] += 1
      }
      count = symbols.count
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
}
