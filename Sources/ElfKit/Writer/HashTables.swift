/// The GNU hash table (`.gnu.hash`, `DT_GNU_HASH`): a Bloom filter, the first symbol of each
/// bucket, and the hashes of the symbols with the last of each bucket marked.
struct GnuHashTable {
  private let undefinedCount: Int
  private let definedCount: Int
  private let bucketCount: UInt32
  /// Words of the Bloom filter, a power of two. A word is as wide as an address.
  private let filterWords: Int
  private let is64: Bool

  /// How far the hash is shifted for the second bit of the filter.
  private var shift: UInt32 { is64 ? 26 : 5 }
  private var wordBits: UInt32 { is64 ? 64 : 32 }

  /// Index of the first symbol in the table. The null symbol has index 0.
  private var firstDefined: Int { undefinedCount + 1 }

  /// Nil when the symbols are not in the order of such a table.
  init?(_ symbols: DynamicSymbolTable, _ header: ElfHeader) {
    guard let order = symbols.gnuHash else { return nil }
    undefinedCount = order.undefinedCount
    definedCount = symbols.entries.count - undefinedCount
    bucketCount = order.bucketCount
    is64 = header.elfClass == .elf64
    // Twelve bits a symbol, of which two are set: one lookup in forty of an absent name passes.
    let bits = max(definedCount * 12, 1)
    var words = 1
    while words * (is64 ? 64 : 32) < bits { words *= 2 }
    filterWords = words
  }

  /// In bytes.
  var size: Int { 16 + filterWords * (is64 ? 8 : 4) + Int(bucketCount) * 4 + definedCount * 4 }

  func write(_ symbols: DynamicSymbolTable, _ writer: FieldWriter, at offset: Int) {
    var header = FieldSequence(writer, at: offset)
    header.word(bucketCount)
    header.word(UInt32(firstDefined))
    header.word(UInt32(filterWords))
    header.word(shift)
    let filter = header.offset
    let buckets = filter + filterWords * (is64 ? 8 : 4)
    let chain = buckets + Int(bucketCount) * 4
    let mask = UInt32(filterWords - 1)
    var previous: UInt32?
    for index in 0..<definedCount {
      let hash = symbols.entries[undefinedCount + index].nameHash
      let bits = (1 << UInt64(hash % wordBits)) | (1 << UInt64((hash >> shift) % wordBits))
      let word = Int((hash / wordBits) & mask)
      if is64 {
        writer.set(bits: bits, at: filter + word * 8)
      } else {
        writer.set(bits: UInt32(truncatingIfNeeded: bits), at: filter + word * 4)
      }
      let bucket = hash % bucketCount
      if bucket != previous {
        writer.put(UInt32(firstDefined + index), at: buckets + Int(bucket) * 4)
        // Bit 0 ends the chain of the bucket before.
        if index > 0 { writer.set(bits: 1 as UInt32, at: chain + (index - 1) * 4) }
        previous = bucket
      }
      writer.put(hash & ~1, at: chain + index * 4)
    }
    if definedCount > 0 { writer.set(bits: 1 as UInt32, at: chain + (definedCount - 1) * 4) }
  }
}

/// The System V hash table (`.hash`, `DT_HASH`; gABI ch. 5 "Hash Table").
struct SysvHashTable {
  private let bucketCount: Int
  private let symbolCount: Int
  /// Size of an entry in bytes: 8 on Alpha and 64-bit S/390, by their psABIs.
  let entrySize: Int

  /// Nil when there is a GNU hash table, and entries would have 8 bytes: that much readers of
  /// ELF files do not know of all psABIs.
  init?(_ symbols: DynamicSymbolTable, _ header: ElfHeader) {
    symbolCount = symbols.entries.count + 1
    bucketCount = symbolCount / 2 | 1
    if header.hasWideHashEntries, symbols.gnuHash != nil { return nil }
    entrySize = header.hasWideHashEntries ? 8 : 4
  }

  /// In bytes.
  var size: Int { (2 + bucketCount + symbolCount) * entrySize }

  func writeHeader(_ writer: FieldWriter, at offset: Int) {
    put(bucketCount, writer, at: offset)
    put(symbolCount, writer, at: offset + entrySize)
  }

  /// Enters a symbol, by the hash of its name, in front of those in its bucket.
  @inline(__always)
  func insert(hash: UInt32, index: Int, _ writer: FieldWriter, at offset: Int) {
    let bucket = offset + (2 + Int(hash) % bucketCount) * entrySize
    let chain = offset + (2 + bucketCount + index) * entrySize
    if entrySize == 8 {
      writer.put(writer.get(bucket) as UInt64, at: chain)
    } else {
      writer.put(writer.get(bucket) as UInt32, at: chain)
    }
    put(index, writer, at: bucket)
  }

  @inline(__always)
  private func put(_ value: Int, _ writer: FieldWriter, at offset: Int) {
    if entrySize == 8 {
      writer.put(UInt64(value), at: offset)
    } else {
      writer.put(UInt32(value), at: offset)
    }
  }
}
