internal import CElf

// How many entries the dynamic symbol table has. The dynamic section does not say (gABI ch. 5
// "Dynamic Section"), so readers without section headers go by a hash table, and where that counts
// no symbols, by the relocations: what neither leads to, the dynamic linker never sees.
extension ElfFile {
  /// - Parameter start: from the table to where its segment ends.
  func dynamicSymbolCount(startingAt start: FileRange, _ tables: DynamicTables) throws(ElfError)
    -> UInt64
  {
    if let hash = try found(.hash, in: tables)?.get() { return try symbolCount(hashTable: hash) }
    if header.machine == .mips, let count = tables.value(.mipsSymtabno) { return count }
    var undefinedCount: UInt64 = 1
    if let hash = try found(.gnuHash, in: tables)?.get() {
      let table = try GnuHashReader(self, hash)
      if let count = try table.symbolCount() { return count }
      undefinedCount = max(UInt64(table.firstSymbol), 1)
    }
    return try relocatedSymbolCount(atLeast: undefinedCount, startingAt: start, tables)
  }

  /// `nchain` of a SysV hash table (gABI ch. 5 "Hash Table"). Entries have 8 bytes on Alpha and
  /// 64-bit S/390, 4 elsewhere.
  private func symbolCount(hashTable range: FileRange) throws(ElfError) -> UInt64 {
    let head = FieldReader(
      try bytes(of: range, "the hash table"), header.byteOrder)
    let count =
      header.hasWideHashEntries
      ? head.read(UInt64.self, at: 8) : head.read(UInt32.self, at: 4).map { UInt64($0) }
    guard let count else { throw .malformed("DT_HASH is cut by the end of its segment") }
    return count
  }

  /// The symbols that relocations refer to, at least, and no more than fit before the next table.
  private func relocatedSymbolCount(
    atLeast count: UInt64, startingAt start: FileRange, _ tables: DynamicTables
  ) throws(ElfError) -> UInt64 {
    let relocations = try relocationTables(of: tables)
    guard relocations.unknown.isEmpty else {
      // Link editors put a table right behind this one.
      if let end = nextTable(after: start.offset, tables) {
        return (end - start.offset) / header.symbolSize
      }
      throw ElfError(
        .unknown, "the number of dynamic symbols is not known: no section headers, no hash table")
    }
    var highest = count - 1
    for table in relocations.tables {
      try forEachRelocation(of: table) { highest = max(highest, UInt64($0.symbol)) }
    }
    return highest + 1
  }

  /// Where the next table that the dynamic section names begins in the file.
  private func nextTable(after offset: UInt64, _ tables: DynamicTables) -> UInt64? {
    let tags: [DynamicTag] = [.strtab, .versym, .verdef, .verneed, .gnuHash, .rela, .rel, .jmprel]
    return tags.compactMap { try? found($0, in: tables)?.get().offset }.filter { $0 > offset }.min()
  }

  /// The number of buckets of the GNU hash table (`DT_GNU_HASH`). Nil when there is no such table.
  ///
  /// - Throws: `ElfError` when the file does not hold as many.
  public func gnuHashBucketCount() throws(ElfError) -> UInt32? {
    let tables = try dynamicTables()
    if let range = try found(.gnuHash, in: tables)?.get() {
      return try GnuHashReader(self, range).bucketCount
    }
    guard let section = sections.first(where: { $0.kind == .gnuHash }) else { return nil }
    return try GnuHashReader(self, section.range).bucketCount
  }
}

/// The hash table of `DT_GNU_HASH`: a header, a Bloom filter, buckets, and a chain of hashes for
/// the symbols of each bucket.
struct GnuHashReader {
  let bucketCount: UInt32
  /// The index of the first symbol in the table.
  let firstSymbol: UInt32
  private let words: FieldReader
  /// Where the buckets and the chains begin, in words.
  private let (buckets, chains): (Int, Int)

  /// - Parameter range: from the table to where its segment or section ends.
  init(_ file: borrowing ElfFile, _ range: FileRange) throws(ElfError) {
    let bytes = try file.bytes(of: range, "the GNU hash table")
    words = FieldReader(bytes, file.header.byteOrder)
    guard let bucketCount = words.read(UInt32.self, at: 0),
      let firstSymbol = words.read(UInt32.self, at: 4),
      let filterWords = words.read(UInt32.self, at: 8)
    else {
      throw .malformed("the GNU hash table is cut by the end of its segment")
    }
    self.bucketCount = bucketCount
    self.firstSymbol = firstSymbol
    buckets = 4 + Int(filterWords) * file.header.elfClass.addressSize / 4
    chains = buckets + Int(bucketCount)
    guard chains <= bytes.count / 4 else {
      throw .malformed("the GNU hash table has \(bucketCount) buckets in \(bytes.count) bytes")
    }
  }

  private func word(_ index: Int) -> UInt32? { words.read(UInt32.self, at: index * 4) }

  /// The number of symbols that the table implies: the end of its last chain. Nil when it has no
  /// chain: ld.bfd does not count the undefined symbols in front then.
  func symbolCount() throws(ElfError) -> UInt64? {
    var last: UInt32 = 0
    for bucket in buckets..<chains { last = max(last, word(bucket) ?? 0) }
    guard last > 0 else { return nil }
    guard last >= firstSymbol else {
      throw .malformed(
        "a bucket of the GNU hash table begins with symbol \(last), before its first")
    }
    var index = Int(last)
    while let hash = word(chains + index - Int(firstSymbol)) {
      index += 1
      // Bit 0 ends a chain.
      if hash & 1 != 0 { return UInt64(index) }
    }
    throw .malformed("a chain of the GNU hash table does not end")
  }
}
