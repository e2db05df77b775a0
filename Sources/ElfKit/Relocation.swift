internal import CElf

/// A relocation of the dynamic linker (`ElfNN_Rel`, `ElfNN_Rela`; gABI ch. 4 "Relocation").
public struct Relocation: Hashable, Sendable {
  /// `r_offset`: the address that is changed.
  public var address: UInt64
  /// `ELFNN_R_TYPE`; see ``RelocationTypes``. Of the up to three types of one on 64-bit MIPS it
  /// is the first.
  public var type: UInt32
  /// `ELFNN_R_SYM`: an index in `.dynsym`, 0 for none.
  public var symbol: UInt32
  /// `r_addend`. Nil where it is what is at ``address`` in the file.
  public var addend: Int64?
}

/// A table of the dynamic linker's relocations.
struct RelocationTable {
  /// How relocations are encoded.
  enum Form {
    /// `ElfNN_Rel`.
    case rel
    /// `ElfNN_Rela`.
    case rela
    /// `ElfNN_Relr`, all of them of one type.
    case relr(type: UInt32)
    /// Android's packed relocations.
    case android(withAddend: Bool)
  }

  var range: FileRange
  var form: Form
}

/// The tables of a file's relocations, as far as their form is known.
struct RelocationTables {
  var tables: [RelocationTable] = []
  /// What may be further tables, in a form that is not known.
  var unknown: [DynamicTag] = []
}

extension ElfFile {
  /// Hands each relocation of the dynamic linker to `body`, those in packed tables (`DT_RELR`,
  /// `DT_ANDROID_RELA`) too.
  ///
  /// - Throws: `ElfError` with code `.unknown` when there are tables whose form is not known,
  ///   another when a table does not lie in the file, or what `body` throws.
  public func forEachRelocation(_ body: (Relocation) throws(ElfError) -> Void) throws(ElfError) {
    for table in try knownRelocationTables() { try forEachRelocation(of: table, body) }
  }

  /// The tables, which all have to be known.
  func knownRelocationTables() throws(ElfError) -> [RelocationTable] {
    let relocations = try relocationTables(of: try dynamicTables())
    if let tag = relocations.unknown.first {
      throw ElfError(.unknown, "\(tag) may be a relocation table of a form that is not known")
    }
    return relocations.tables
  }

  /// Whether the dynamic linker looks a dynamic symbol up may depend on tables whose form is not
  /// known: their tags. Empty for almost all files.
  ///
  /// - Throws: `ElfError` when the file is not dynamically linked, or a table outside of it.
  public func unknownRelocationTables() throws(ElfError) -> [DynamicTag] {
    try relocationTables(of: try dynamicTables()).unknown
  }

  func relocationTables(of tables: DynamicTables) throws(ElfError) -> RelocationTables {
    let types = RelocationTypes(header)
    var result = RelocationTables()
    func add(
      _ table: DynamicTag, _ size: DynamicTag, _ form: RelocationTable.Form
    ) throws(ElfError) {
      guard let size = tables.value(size), size > 0, let start = found(table, in: tables) else {
        return
      }
      var range = try start.get()
      guard size <= range.size else {
        throw .malformed("\(table) lies outside the loaded file")
      }
      range.size = size
      result.tables.append(RelocationTable(range: range, form: form))
    }
    try add(.rela, .relasz, .rela)
    try add(.rel, .relsz, .rel)
    // DT_PLTREL is the tag of the kind of its relocations.
    let isRel = tables.value(.pltrel) == UInt64(DynamicTag.rel.rawValue)
    try add(.jmprel, .pltrelsz, isRel ? .rel : .rela)
    try add(.androidRel, .androidRelsz, .android(withAddend: false))
    try add(.androidRela, .androidRelasz, .android(withAddend: true))
    if let relative = types.relative.first {
      try add(.relr, .relrsz, .relr(type: relative))
      try add(.androidRelr, .androidRelrsz, .relr(type: relative))
    }
    if header.machine == .aarch64 {
      try add(
        .aarch64AuthRelr, .aarch64AuthRelrsz, .relr(type: RelocationTypes.aarch64AuthRelative))
    }
    result.unknown = tables.entries.filter { entry in
      !entry.tag.isKnown(on: header.machine) && fileRange(at: entry.value) != nil
    }.map(\.tag)
    return result
  }

  // MARK: Decoding

  func forEachRelocation(
    of table: RelocationTable, _ body: (Relocation) throws(ElfError) -> Void
  ) throws(ElfError) {
    let contents = try bytes(of: table.range, "a relocation table")
    switch table.form {
    case .rel: try forEachEntry(of: contents, withAddend: false, body)
    case .rela: try forEachEntry(of: contents, withAddend: true, body)
    case .relr(let type): try forEachRelativeRelocation(of: contents, type: type, body)
    case .android(let withAddend):
      var decoder = try AndroidRelocations(contents, self, withAddend: withAddend)
      try decoder.forEach(body)
    }
  }

  private func forEachEntry(
    of table: UnsafeRawBufferPointer, withAddend: Bool,
    _ body: (Relocation) throws(ElfError) -> Void
  ) throws(ElfError) {
    let fields = FieldReader(table, header.byteOrder)
    let is64 = header.elfClass == .elf64
    let width = header.elfClass.addressSize
    let isMips64 = is64 && header.machine == .mips
    var offset = 0
    while let address = fields.word(header.elfClass, at: offset),
      let info = fields.word(header.elfClass, at: offset + width)
    {
      var relocation = Relocation(address: address, type: 0, symbol: 0, addend: nil)
      if isMips64 {
        // r_sym (4 bytes), r_ssym, r_type3, r_type2, r_type, whatever the byte order
        // (MIPS 64-bit ELF Object File Specification, "Relocation").
        relocation.symbol = fields.read(UInt32.self, at: offset + 8) ?? 0
        relocation.type = UInt32(fields.read(UInt8.self, at: offset + 15) ?? 0)
      } else {
        (relocation.symbol, relocation.type) = header.relocation(info: info)
      }
      offset += 2 * width
      if withAddend {
        guard let addend = fields.word(header.elfClass, at: offset) else { return }
        relocation.addend =
          is64 ? Int64(bitPattern: addend) : Int64(Int32(truncatingIfNeeded: addend))
        offset += width
      }
      try body(relocation)
    }
  }

  /// gABI ch. 5 "Relative Relocation Table": an even entry is an address, an odd one a bitmap of
  /// the words behind the last.
  private func forEachRelativeRelocation(
    of table: UnsafeRawBufferPointer, type: UInt32, _ body: (Relocation) throws(ElfError) -> Void
  ) throws(ElfError) {
    let fields = FieldReader(table, header.byteOrder)
    let width = header.elfClass.addressSize
    var next: UInt64 = 0
    for offset in stride(from: 0, to: table.count, by: width) {
      guard let entry = fields.word(header.elfClass, at: offset) else { return }
      if entry & 1 == 0 {
        try body(Relocation(address: entry, type: type, symbol: 0, addend: nil))
        next = entry &+ UInt64(width)
        continue
      }
      var bits = entry >> 1
      var address = next
      while bits != 0 {
        if bits & 1 != 0 {
          try body(Relocation(address: address, type: type, symbol: 0, addend: nil))
        }
        bits >>= 1
        address &+= UInt64(width)
      }
      next &+= UInt64((8 * width - 1) * width)
    }
  }
}

extension ElfHeader {
  /// `ELFNN_R_SYM` and `ELFNN_R_TYPE` of `r_info`, on all machines but 64-bit MIPS.
  func relocation(info: UInt64) -> (symbol: UInt32, type: UInt32) {
    guard elfClass == .elf64 else { return (UInt32(info >> 8 & 0xff_ffff), UInt32(info & 0xff)) }
    let type = UInt32(truncatingIfNeeded: info)
    // 64-bit SPARC keeps data for R_SPARC_OLO10 above the type (`ELF64_R_TYPE_ID`).
    return (UInt32(info >> 32), machine == .sparcV9 ? type & 0xff : type)
  }
}

extension DynamicTag {
  /// Whether the meaning of the tag is known, so that it is no relocation table unbeknown to us.
  func isKnown(on machine: Machine) -> Bool {
    switch rawValue {
    case 0...Int64(DT_RELRENT), Int64(DT_VALRNGLO)...Int64(DT_VALRNGHI),
      Int64(DT_ADDRRNGLO)...Int64(DT_ADDRRNGHI), Int64(DT_VERSYM)...Int64(DT_VERNEEDNUM),
      // DT_USED is one less than DT_FILTER.
      Int64(DT_AUXILIARY)...Int64(DT_FILTER):
      return true
    case Self.androidRel.rawValue...Self.androidRelasz.rawValue:
      return true
    // DT_ANDROID_RELR, its size, entry size and count.
    case Self.androidRelr.rawValue...Self.androidRelr.rawValue + 5:
      return true
    case Int64(DT_LOPROC)...Int64(DT_HIPROC):
      return rawValue - Int64(DT_LOPROC) < Self.processorTagCount(machine)
    default: return false
    }
  }

  /// How many tags from `DT_LOPROC` on the supplement of a processor defines at most.
  private static func processorTagCount(_ machine: Machine) -> Int64 {
    switch machine {
    case .mips: 0x37  // DT_MIPS_XHASH
    case .aarch64: 0x14  // DT_AARCH64_AUTH_RELRENT
    default: 0x10
    }
  }
}
