internal import CElf

/// Where the tables that the dynamic linker reads are in the file.
///
/// Found through `PT_DYNAMIC` as the dynamic linker does; tools that change a file for it
/// (`sstrip`, `upx`, `patchelf`) leave section headers behind that tell less, or nothing. Section
/// headers are gone by where there is no such segment. Each table is found on its own, so that one
/// which is odd costs only the answers that need it.
struct DynamicTables {
  /// A table, or why it cannot be had.
  typealias Found<Table> = Result<Table, ElfError>

  /// The dynamic section up to `DT_NULL`, in the order of the file.
  var entries: [DynamicEntry] = []
  /// The dynamic symbol table, all of it.
  var symbols: Found<FileRange>
  /// The dynamic string table.
  var strings: Found<FileRange>
  /// `.gnu.version`, one half-word a symbol: from its start to where its segment ends.
  var versym: Found<FileRange?> = .success(nil)
  var verdef: Found<Chain?> = .success(nil)
  var verneed: Found<Chain?> = .success(nil)

  /// A chain of `Verdef` or `Verneed` records.
  struct Chain {
    var range: FileRange
    /// The number of records: `sh_info`, `DT_VERDEFNUM` or `DT_VERNEEDNUM`.
    var count: Int
    /// The strings that the records name.
    var strings: FileRange
  }

  /// The value of an entry. Where a tag is there twice, the dynamic linker goes by the last.
  func value(_ tag: DynamicTag) -> UInt64? { entries.last { $0.tag == tag }?.value }

  /// Whether there are version records, without which nobody reads `.gnu.version`.
  var hasVersionRecords: Bool {
    func isThere(_ chain: Found<Chain?>) -> Bool {
      switch chain {
      case .success(let chain): chain != nil
      case .failure: true
      }
    }
    return isThere(verdef) || isThere(verneed)
  }
}

/// What is found in a file once, when it is first asked for. A class, as the file is borrowed then.
final class LocatedTables {
  var dynamic: DynamicTables.Found<DynamicTables>?
}

extension ElfFile {
  /// - Throws: `ElfError` with code `.absent` when the file is not dynamically linked.
  func dynamicTables() throws(ElfError) -> DynamicTables {
    if let known = located.dynamic { return try known.get() }
    let tables = DynamicTables.Found { () throws(ElfError) in try locateDynamicTables() }
    located.dynamic = tables
    return try tables.get()
  }

  private func locateDynamicTables() throws(ElfError) -> DynamicTables {
    if sections.contains(where: { $0.kind == .nobits && hasName($0, ".dynamic") }) {
      throw ElfError(.absent, "a separate debug file: its symbol table has no contents")
    }
    if let segment = segments.first(where: { $0.kind == .dynamic && $0.fileSize > 0 }) {
      try requireLoadedPart()
      return try locate(by: segment)
    }
    if let symbols = sections.first(where: { $0.kind == .dynsym }) {
      try requireLoadedPart()
      return try locate(bySectionsWith: symbols)
    }
    switch header.type {
    case .relocatable:
      throw ElfError(.absent, "a relocatable object, not a shared library or program")
    case .core:
      throw ElfError(.absent, "a core file, not a shared library or program")
    default:
      if isPackedByUpx {
        throw ElfError(.unknown, "packed by UPX: its tables are compressed; unpack it with upx -d")
      }
      throw ElfError(.absent, Self.noDynamicSymbols)
    }
  }

  private static let noDynamicSymbols = "no dynamic symbol table: a statically linked program?"

  /// Refuses a file that ends inside what is to be loaded.
  private func requireLoadedPart() throws(ElfError) {
    for (index, segment) in segments.enumerated()
    where segment.kind == .load && segment.fileSize > 0 {
      let end = segment.offset + segment.fileSize
      if end > UInt64(size) {
        throw .truncated("segment \(index)", end: end, size: size)
      }
    }
  }

  // MARK: By the dynamic section

  private func locate(by segment: Segment) throws(ElfError) -> DynamicTables {
    let entries = try dynamicEntries(
      in: FileRange(offset: segment.offset, size: segment.fileSize))
    var tables = DynamicTables(
      entries: entries, symbols: .failure(ElfError(.absent, Self.noDynamicSymbols)),
      strings: .failure(ElfError(.absent, "no dynamic string table")))
    if let strings = found(.strtab, in: tables) {
      tables.strings = strings.map { range in
        FileRange(
          offset: range.offset, size: min(range.size, tables.value(.strsz) ?? range.size))
      }
    }
    tables.versym = optional(found(.versym, in: tables))
    tables.verdef = chain(.verdef, count: .verdefnum, in: tables)
    tables.verneed = chain(.verneed, count: .verneednum, in: tables)
    if let start = found(.symtab, in: tables) {
      tables.symbols = DynamicTables.Found { () throws(ElfError) in
        try symbolRange(from: try start.get(), tables)
      }
    }
    return tables
  }

  /// From the address of an entry to where its segment ends in the file. Nil without an entry.
  func found(_ tag: DynamicTag, in tables: DynamicTables) -> DynamicTables.Found<FileRange>? {
    guard let address = tables.value(tag) else { return nil }
    guard let range = fileRange(at: address) else {
      return .failure(
        .malformed("\(tag) is 0x\(String(address, radix: 16)), outside the loaded file"))
    }
    return .success(range)
  }

  private func optional<Table>(_ found: DynamicTables.Found<Table>?)
    -> DynamicTables.Found<Table?>
  {
    found?.map { $0 } ?? .success(nil)
  }

  private func chain(_ tag: DynamicTag, count: DynamicTag, in tables: DynamicTables)
    -> DynamicTables.Found<DynamicTables.Chain?>
  {
    DynamicTables.Found { () throws(ElfError) in
      guard let range = try found(tag, in: tables)?.get() else { return nil }
      // The dynamic linkers follow a chain to its end, whatever its number.
      return DynamicTables.Chain(
        range: range, count: tables.value(count).map { Int(clamping: $0) } ?? .max,
        strings: try tables.strings.get())
    }
  }

  /// The symbol table from its start on, with as many entries as there are.
  private func symbolRange(from start: FileRange, _ tables: DynamicTables) throws(ElfError)
    -> FileRange
  {
    let entrySize = header.symbolSize
    // A section at the place of DT_SYMTAB is the table, and says how many entries it has.
    let section = sections.first { $0.kind == .dynsym && $0.offset == start.offset }
    if let section { return section.range }
    let count = try dynamicSymbolCount(startingAt: start, tables)
    guard count <= start.size / entrySize else {
      throw .malformed("the hash table counts \(count) symbols, more than the segment holds")
    }
    return FileRange(offset: start.offset, size: count * entrySize)
  }

  // MARK: By section headers

  private func locate(bySectionsWith symbols: Section) throws(ElfError) -> DynamicTables {
    var tables = DynamicTables(
      symbols: .success(symbols.range), strings: strings(linkedFrom: symbols))
    for section in sections {
      switch section.kind {
      case .dynamic: tables.entries = try dynamicEntries(in: section.range)
      case .gnuVersym: tables.versym = .success(section.range)
      case .gnuVerdef: tables.verdef = chain(section)
      case .gnuVerneed: tables.verneed = chain(section)
      default: break
      }
    }
    return tables
  }

  private func chain(_ section: Section) -> DynamicTables.Found<DynamicTables.Chain?> {
    strings(linkedFrom: section).map { strings in
      DynamicTables.Chain(range: section.range, count: Int(section.info), strings: strings)
    }
  }

  private func strings(linkedFrom section: Section) -> DynamicTables.Found<FileRange> {
    guard section.link < sections.count, sections[Int(section.link)].kind == .strtab else {
      return .failure(
        .malformed("sh_link of a section of type \(section.kind.rawValue) is no string table"))
    }
    return .success(sections[Int(section.link)].range)
  }
}
