internal import CElf

/// An entry of the dynamic section (`Elf32_Dyn`, `Elf64_Dyn`).
public struct DynamicEntry: Hashable, Sendable {
  /// `d_tag`.
  public var tag: DynamicTag
  /// `d_un`: a value or an address.
  public var value: UInt64
}

/// What the dynamic section says of a library or program as a whole. Names are bytes.
public struct DynamicSection: Hashable, Sendable {
  /// All entries up to `DT_NULL`, in the order of the file.
  public var entries: [DynamicEntry] = []
  /// `DT_SONAME`. Nil when there is none; link editors and dynamic linkers take an empty one for
  /// none too, but ld.bfd writes it into the programs that it links.
  public var soname: [UInt8]?
  /// `DT_NEEDED`, in order.
  public var needed: [[UInt8]] = []
  /// `DT_RPATH`.
  public var rpath: [UInt8]?
  /// `DT_RUNPATH`.
  public var runpath: [UInt8]?
  /// `DT_FILTER`, in order: libraries whose definitions are used instead of those here.
  public var filters: [[UInt8]] = []
  /// `DT_AUXILIARY`, in order: the same, where the library has them.
  public var auxiliaries: [[UInt8]] = []
  /// `DT_AUDIT`: auditing libraries for this file, separated by colons.
  public var audit: [UInt8]?
  /// `DT_DEPAUDIT`: auditing libraries for this file and what it needs, separated by colons.
  public var depaudit: [UInt8]?
  /// `DT_FLAGS`.
  public var flags: DynamicFlags = []
  /// `DT_FLAGS_1`.
  public var flags1: DynamicFlags1 = []

  /// A section without entries.
  public init() {}

  /// The value of an entry; the last, where a tag is there twice. Nil when there is none.
  public func value(_ tag: DynamicTag) -> UInt64? { entries.last { $0.tag == tag }?.value }

  /// `DT_GNU_HASH`, `DT_HASH` or the form of it for MIPS: by them symbols are looked up.
  public var hasHashTable: Bool {
    entries.contains { [.gnuHash, .hash, .mipsXhash].contains($0.tag) }
  }

  /// `DF_SYMBOLIC` or `DT_SYMBOLIC`: references are bound to the file's own definitions first.
  public var isSymbolic: Bool { flags.contains(.symbolic) || value(.symbolic) != nil }

  /// `DF_1_NODEFLIB`: the default directories are not searched for what the file needs.
  public var ignoresDefaultDirectories: Bool { flags1.contains(.noDefaultLibraries) }

  /// `DF_1_PIE`: a position-independent program, not a library.
  public var isPositionIndependentExecutable: Bool { flags1.contains(.positionIndependent) }
}

extension ElfFile {
  /// Reads the dynamic section (gABI ch. 5 "Dynamic Section").
  ///
  /// - Throws: `ElfError` with code `.absent` when the file is not dynamically linked.
  public func dynamicSection() throws(ElfError) -> DynamicSection {
    let tables = try dynamicTables()
    var result = DynamicSection()
    result.entries = tables.entries
    guard !tables.entries.isEmpty else { return result }
    var names = StringReader(
      try bytes(of: try tables.strings.get(), "the dynamic string table"))
    for entry in result.entries {
      func name() throws(ElfError) -> [UInt8] {
        try names.name(at: entry.value, entry.tag.description)
      }
      switch entry.tag {
      case .soname: result.soname = try name()
      case .needed: result.needed.append(try name())
      case .rpath: result.rpath = try name()
      case .runpath: result.runpath = try name()
      case .filter: result.filters.append(try name())
      case .auxiliary: result.auxiliaries.append(try name())
      case .audit: result.audit = try name()
      case .depaudit: result.depaudit = try name()
      case .flags: result.flags = DynamicFlags(rawValue: entry.value)
      case .flags1: result.flags1 = DynamicFlags1(rawValue: entry.value)
      default: break
      }
    }
    return result
  }

  func dynamicEntries(in range: FileRange) throws(ElfError) -> [DynamicEntry] {
    let fields = FieldReader(try bytes(of: range, "the dynamic section"), header.byteOrder)
    let width = header.elfClass.addressSize
    var entries: [DynamicEntry] = []
    var offset = 0
    while let tag = fields.word(header.elfClass, at: offset),
      let value = fields.word(header.elfClass, at: offset + width)
    {
      // d_tag is signed, but for the tags of DT_LOOS and above; none has bits beyond the 32nd.
      let tag = DynamicTag(rawValue: Int64(bitPattern: tag))
      if tag == .null { break }
      entries.append(DynamicEntry(tag: tag, value: value))
      offset += 2 * width
    }
    return entries
  }
}
