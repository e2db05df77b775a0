internal import CElf
internal import Glibc

/// A symbol table of a file, in place. Valid only inside the closure that received it.
public struct SymbolTable {
  /// The number of entries, index 0 (the undefined symbol) included.
  public let count: Int

  /// Size of the string table in bytes.
  public var stringSize: Int { strings.count }

  /// Whether entries have versions: there is a `.gnu.version`, and records that give its entries
  /// a meaning. Without those, neither link editors nor dynamic linkers read it.
  public var hasVersions: Bool { !versym.isEmpty }

  private let entries: UnsafeRawBufferPointer
  /// The string table, in place.
  public let strings: UnsafeRawBufferPointer
  private let versym: UnsafeRawBufferPointer
  private let is64: Bool
  private let placements: PlacementMap

  init(
    entries: UnsafeRawBufferPointer, strings: UnsafeRawBufferPointer,
    versym: UnsafeRawBufferPointer, is64: Bool, placements: PlacementMap
  ) {
    self.entries = entries
    self.strings = strings
    self.versym = versym
    self.is64 = is64
    self.placements = placements
    count = entries.count / (is64 ? 24 : 16)
  }

  /// The entry at `index`, which is less than ``count``.
  ///
  /// - Throws: `ElfError` when its name does not lie in the string table, or its binding does
  ///   not exist.
  public func symbol(at index: Int) throws(ElfError) -> ElfSymbol {
    precondition(index >= 0 && index < count)
    prefetchName(at: index + Self.prefetchDistance)
    let nameOffset: Int
    let info: UInt8
    let other: UInt8
    let section: UInt16
    let value: UInt64
    let size: UInt64
    if is64 {
      let raw = entries.loadUnaligned(fromByteOffset: index * 24, as: Elf64_Sym.self)
      nameOffset = Int(raw.st_name)
      (info, other, section) = (raw.st_info, raw.st_other, raw.st_shndx)
      (value, size) = (raw.st_value, raw.st_size)
    } else {
      let raw = entries.loadUnaligned(fromByteOffset: index * 16, as: Elf32_Sym.self)
      nameOffset = Int(raw.st_name)
      (info, other, section) = (raw.st_info, raw.st_other, raw.st_shndx)
      (value, size) = (UInt64(raw.st_value), UInt64(raw.st_size))
    }
    guard let nameLength = strings.lengthOfString(at: nameOffset) else {
      if nameOffset == 0, strings.isEmpty {
        return ElfSymbol.nameless
      }
      throw .malformed(
        "symbol \(index) has its name at byte \(nameOffset) of a string table of \(strings.count)")
    }
    guard let binding = SymbolBinding(rawValue: info >> 4) else {
      throw .malformed("symbol \(index) has the unknown binding \(info >> 4)")
    }
    let type = SymbolType(rawValue: info & 0xf)
    let place = placements.place(section: section, value: value, isTls: type == .tls)
    var version = VersionIndex.global
    if !versym.isEmpty {
      version.rawValue = versym.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)
    }
    return ElfSymbol(
      nameOffset: nameOffset, nameLength: nameLength, binding: binding, type: type, other: other,
      placement: place.placement, sectionIndex: section, value: value, size: size,
      alignment: place.alignment, version: version)
  }

  /// Names are anywhere in the string table, so each is a wait for memory unless it is asked for
  /// some entries ahead.
  private static let prefetchDistance = 16

  @inline(__always)
  private func prefetchName(at index: Int) {
    guard index < count, let base = strings.baseAddress else { return }
    // st_name is the first field in both classes.
    let offset = entries.loadUnaligned(fromByteOffset: index * (is64 ? 24 : 16), as: UInt32.self)
    elf_prefetch(base + min(Int(offset), strings.count))
  }

  /// The bytes of a symbol's name, without NUL.
  @inline(__always)
  public func name(of symbol: ElfSymbol) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      rebasing: strings[symbol.nameOffset..<symbol.nameOffset + symbol.nameLength])
  }
}

extension ElfSymbol {
  static let nameless = ElfSymbol(
    nameOffset: 0, nameLength: 0, binding: .local, type: .none, other: 0, placement: .undefined,
    sectionIndex: 0, value: 0, size: 0, alignment: 1, version: .local)
}

/// Tells where a symbol is defined: by its section or, when section headers were stripped, by
/// the segment that holds its address.
struct PlacementMap {
  private var sections: [Entry] = []
  private var segments: [Segment]
  private var relro: [Segment]
  private var tls: Segment?

  struct Entry {
    var placement: SymbolPlacement
    var alignment: UInt64
  }

  /// Sections of link-time stubs for data that has contents in the library itself: without them,
  /// but by name no zero data.
  static let emptiedSections = [SharedObject.SymbolSection.data, .threadData].map { "\($0.name)" }

  /// - Parameter isEmptied: whether the name of a section is one of those, asked for sections
  ///   without contents only.
  init(sections: [Section], segments: [Segment], isEmptied: (Section) -> Bool) {
    self.segments = segments.filter { $0.kind == .load }
    relro = segments.filter { $0.kind == .gnuRelro }
    tls = segments.first { $0.kind == .tls }
    self.sections = sections.map { section in
      let placement: SymbolPlacement =
        if section.isExecutable { .text } else if !section.isWritable {
          .readOnly
        } else if section.kind != .nobits || isEmptied(section) {
          .data
        } else {
          .bss
        }
      return Entry(placement: placement, alignment: max(section.alignment, 1))
    }
  }

  /// `SHN_UNDEF`, `SHN_ABS`, `SHN_COMMON` or an index (gABI ch. 4 "Special Section Indexes").
  func place(section: UInt16, value: UInt64, isTls: Bool) -> Entry {
    switch SectionIndex(rawValue: section) {
    case .undefined: return Entry(placement: .undefined, alignment: 1)
    case .absolute: return Entry(placement: .absolute, alignment: 1)
    // st_value is the alignment.
    case .common: return Entry(placement: .common, alignment: max(value, 1))
    default: break
    }
    var entry: Entry
    if Int(section) < sections.count {
      entry = sections[Int(section)]
    } else {
      entry = isTls ? place(tlsOffset: value) : place(address: value)
    }
    if !isTls, entry.placement == .data || entry.placement == .bss,
      relro.contains(where: { $0.contains(address: value) })
    {
      entry.placement = .relro
    }
    // The lowest set bit of either: what both the section and the address promise.
    let bits = value | entry.alignment
    entry.alignment = bits == 0 ? 1 : bits & (0 &- bits)
    return entry
  }

  /// `.tdata` comes before `.tbss`, of which the file has nothing.
  private func place(tlsOffset offset: UInt64) -> Entry {
    Entry(
      placement: offset < tls?.fileSize ?? 0 ? .data : .bss, alignment: max(tls?.alignment ?? 1, 1))
  }

  private func place(address: UInt64) -> Entry {
    // Sections had their alignments; a segment has the page's, which says nothing of an object.
    let alignment: UInt64 = 64
    guard let segment = segments.first(where: { $0.contains(address: address) }) else {
      return Entry(placement: .data, alignment: alignment)
    }
    let placement: SymbolPlacement =
      if segment.isExecutable { .text } else if !segment.isWritable {
        .readOnly
      } else if address - segment.address >= segment.fileSize { .bss } else { .data }
    return Entry(placement: placement, alignment: alignment)
  }
}

extension ElfFile {
  private var placementMap: PlacementMap {
    PlacementMap(sections: sections, segments: segments) { section in
      PlacementMap.emptiedSections.contains { hasName(section, $0) }
    }
  }

  /// Hands out the dynamic symbol table (`.dynsym`) with the versions of its entries.
  ///
  /// - Throws: `ElfError` with code `.absent` when there is none, or what `body` throws.
  public func withDynamicSymbols<Result: ~Copyable>(
    _ body: (SymbolTable) throws(ElfError) -> Result
  ) throws(ElfError) -> Result {
    let tables = try dynamicTables()
    let range = try tables.symbols.get()
    guard range.size % header.symbolSize == 0 else {
      throw .malformed(
        "the dynamic symbol table has \(range.size) bytes, no multiple of \(header.symbolSize)")
    }
    let entries = try bytes(of: range, as: ELF_T_SYM, "the dynamic symbol table")
    let strings = try bytes(of: try tables.strings.get(), "the dynamic string table")
    return try body(
      SymbolTable(
        entries: entries, strings: strings,
        versym: try versym(tables, symbolCount: range.size / header.symbolSize),
        is64: header.elfClass == .elf64, placements: placementMap))
  }

  /// `.gnu.version`, as far as there are symbols. Empty where nobody reads it.
  private func versym(_ tables: DynamicTables, symbolCount: UInt64) throws(ElfError)
    -> UnsafeRawBufferPointer
  {
    guard tables.hasVersionRecords, let range = try tables.versym.get() else {
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    guard range.size / 2 >= symbolCount else {
      throw .malformed("the symbol version table has fewer entries than the symbol table")
    }
    let entries = FileRange(offset: range.offset, size: symbolCount * 2)
    return try bytes(of: entries, as: ELF_T_HALF, "the symbol version table")
  }

  /// Hands out the full symbol table (`.symtab`), local symbols included. Nil when the file is
  /// stripped. Entries have no versions.
  public func withSymbols<Result>(
    _ body: (SymbolTable) throws(ElfError) -> Result
  ) throws(ElfError) -> Result? {
    guard let section = sections.first(where: { $0.kind == .symtab }) else { return nil }
    guard section.link < sections.count else {
      throw .malformed("sh_link of .symtab is no section")
    }
    let is64 = header.elfClass == .elf64
    let entries = try bytes(of: section.range, as: ELF_T_SYM, "the symbol table")
    let strings = try bytes(of: sections[Int(section.link)].range, "the string table")
    return try body(
      SymbolTable(
        entries: entries, strings: strings, versym: UnsafeRawBufferPointer(start: nil, count: 0),
        is64: is64,
        placements: placementMap))
  }
}
