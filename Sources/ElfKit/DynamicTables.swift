internal import CElf
internal import Glibc

/// Where the tables that the dynamic linker reads are in the file.
///
/// Found by the section headers as linkers find them, or by `PT_DYNAMIC` as the dynamic linker
/// does when section headers were stripped.
struct DynamicTables {
  var dynamic: FileRange?
  var symbols: FileRange
  var strings: FileRange
  /// `.gnu.version`, one half-word a symbol.
  var versym: FileRange?
  var verdef: Chain?
  var verneed: Chain?

  /// A chain of `Verdef` or `Verneed` records.
  struct Chain {
    var range: FileRange
    /// The number of records: `sh_info`, `DT_VERDEFNUM` or `DT_VERNEEDNUM`.
    var count: Int
    /// The strings that the records name.
    var strings: FileRange
  }
}

extension ElfFile {
  /// - Throws: `ElfError` with code `.absent` when the file has no dynamic symbol table.
  func locateDynamicTables() throws(ElfError) -> DynamicTables {
    if let tables = try locateBySections() { return tables }
    if sections.contains(where: { $0.kind == .nobits && hasName($0, ".dynamic") }) {
      throw ElfError(.absent, "a separate debug file: its symbol table has no contents")
    }
    if let tables = try locateBySegments() { return tables }
    switch header.type {
    case .relocatable:
      throw ElfError(.absent, "a relocatable object, not a shared library or program")
    case .core:
      throw ElfError(.absent, "a core file, not a shared library or program")
    default:
      throw ElfError(.absent, "no dynamic symbol table: a statically linked program?")
    }
  }

  /// Refuses a file that ends inside what is to be loaded.
  func requireLoadedPart() throws(ElfError) {
    for (index, segment) in segments.enumerated()
    where segment.kind == .load && segment.fileSize > 0 {
      let end = segment.offset + segment.fileSize
      if end > UInt64(size) {
        throw .truncated("segment \(index)", end: end, size: size)
      }
    }
  }

  private func strings(linkedFrom section: Section) throws(ElfError) -> FileRange {
    guard section.link < sections.count, sections[Int(section.link)].kind == .strtab else {
      throw .malformed("sh_link of a section of type \(section.kind.rawValue) is no string table")
    }
    return sections[Int(section.link)].range
  }

  private func locateBySections() throws(ElfError) -> DynamicTables? {
    guard let symbols = sections.first(where: { $0.kind == .dynsym }) else { return nil }
    try requireLoadedPart()
    var tables = DynamicTables(symbols: symbols.range, strings: try strings(linkedFrom: symbols))
    for section in sections {
      switch section.kind {
      case .dynamic: tables.dynamic = section.range
      case .gnuVersym: tables.versym = section.range
      case .gnuVerdef:
        tables.verdef = .init(
          range: section.range, count: Int(section.info), strings: try strings(linkedFrom: section))
      case .gnuVerneed:
        tables.verneed = .init(
          range: section.range, count: Int(section.info), strings: try strings(linkedFrom: section))
      default: break
      }
    }
    return tables
  }

  private func locateBySegments() throws(ElfError) -> DynamicTables? {
    guard let segment = segments.first(where: { $0.kind == .dynamic }) else { return nil }
    try requireLoadedPart()
    let dynamic = FileRange(offset: segment.offset, size: segment.fileSize)
    let entries = try dynamicEntries(in: dynamic)
    func value(_ tag: DynamicTag) -> UInt64? { entries.first { $0.tag == tag }?.value }
    func range(_ tag: DynamicTag) throws(ElfError) -> FileRange? {
      guard let address = value(tag) else { return nil }
      guard let range = fileRange(at: address) else {
        throw .malformed("\(tag) is 0x\(String(address, radix: 16)), outside the loaded file")
      }
      return range
    }
    guard let symbolStart = try range(.symtab), var strings = try range(.strtab) else { return nil }
    strings.size = min(strings.size, value(.strsz) ?? strings.size)
    let count: UInt64
    if let hash = try range(.hash) {
      count = try symbolCount(hashTable: hash)
    } else if let hash = try range(.gnuHash) {
      count = try symbolCount(gnuHashTable: hash)
    } else {
      throw ElfError(.absent, "neither section headers nor a hash table tell the number of symbols")
    }
    let entrySize = UInt64(header.elfClass == .elf64 ? 24 : 16)
    guard count <= symbolStart.size / entrySize else {
      throw .malformed("the hash table counts \(count) symbols, more than the segment holds")
    }
    let symbols = FileRange(offset: symbolStart.offset, size: count * entrySize)
    var tables = DynamicTables(dynamic: dynamic, symbols: symbols, strings: strings)
    if var versym = try range(.versym) {
      guard count * 2 <= versym.size else {
        throw .malformed("DT_VERSYM is cut by the end of its segment")
      }
      versym.size = count * 2
      tables.versym = versym
    }
    if let verdef = try range(.verdef) {
      tables.verdef = .init(
        range: verdef, count: Int(clamping: value(.verdefnum) ?? 0), strings: strings)
    }
    if let verneed = try range(.verneed) {
      tables.verneed = .init(
        range: verneed, count: Int(clamping: value(.verneednum) ?? 0), strings: strings)
    }
    return tables
  }

  /// `nchain` of a SysV hash table (gABI ch. 5 "Hash Table"). Entries have 8 bytes on Alpha and
  /// 64-bit S/390, 4 elsewhere.
  private func symbolCount(hashTable range: FileRange) throws(ElfError) -> UInt64 {
    let wide =
      header.elfClass == .elf64 && (header.machine == .s390 || header.machine == .alpha)
    let entry: UInt64 = wide ? 8 : 4
    guard range.size >= entry * 2 else {
      throw .malformed("DT_HASH is cut by the end of its segment")
    }
    let head = bytes(
      try data(
        FileRange(offset: range.offset, size: entry * 2), as: wide ? ELF_T_XWORD : ELF_T_WORD,
        "the hash table"))
    return wide
      ? head.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      : UInt64(head.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
  }

  /// The number of buckets of the GNU hash table (`DT_GNU_HASH`). Nil when there is no such table.
  ///
  /// - Throws: `ElfError` when the table does not hold as many.
  public func gnuHashBucketCount() throws(ElfError) -> UInt32? {
    guard let section = sections.first(where: { $0.kind == .gnuHash }), section.size >= 16 else {
      return nil
    }
    // Aligned to words, whatever the size: the whole table is to lie in the file.
    let whole = FileRange(offset: section.offset, size: section.size & ~3)
    let count = bytes(try data(whole, as: ELF_T_WORD, "the GNU hash table"))
      .loadUnaligned(as: UInt32.self)
    guard UInt64(count) * 4 <= section.size - 16 else {
      throw .malformed("the GNU hash table has \(count) buckets in \(section.size) bytes")
    }
    return count
  }

  /// The number of symbols that a `DT_GNU_HASH` table implies: the end of its last chain.
  private func symbolCount(gnuHashTable range: FileRange) throws(ElfError) -> UInt64 {
    let wordCount = range.size / 4
    func word(_ index: UInt64) throws(ElfError) -> UInt32 {
      guard index < wordCount else {
        throw .malformed("DT_GNU_HASH is cut by the end of its segment")
      }
      let one = try data(
        FileRange(offset: range.offset + index * 4, size: 4), as: ELF_T_WORD, "the GNU hash table")
      return bytes(one).loadUnaligned(as: UInt32.self)
    }
    let bucketCount = UInt64(try word(0))
    let firstSymbol = UInt64(try word(1))
    let bloomWords = UInt64(try word(2)) * (header.elfClass == .elf64 ? 2 : 1)
    let buckets = 4 + bloomWords
    guard buckets <= wordCount, bucketCount <= wordCount - buckets else {
      throw .malformed("DT_GNU_HASH is cut by the end of its segment")
    }
    let table = bytes(
      try data(
        FileRange(offset: range.offset, size: wordCount * 4), as: ELF_T_WORD, "the GNU hash table"))
    func at(_ index: UInt64) -> UInt32 {
      table.loadUnaligned(fromByteOffset: Int(index) * 4, as: UInt32.self)
    }
    var last: UInt64 = 0
    for bucket in 0..<bucketCount { last = max(last, UInt64(at(buckets + bucket))) }
    guard last >= firstSymbol, last > 0 else { return firstSymbol }
    let chains = buckets + bucketCount
    var index = last
    while true {
      let (slot, overflow) = chains.addingReportingOverflow(index - firstSymbol)
      guard !overflow, slot < wordCount else {
        throw .malformed("a chain of DT_GNU_HASH does not end")
      }
      index += 1
      if at(slot) & 1 != 0 { return index }
    }
  }
}
