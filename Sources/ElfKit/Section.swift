internal import CElf
internal import Glibc

/// A section header (`Elf32_Shdr`, `Elf64_Shdr`; gABI ch. 4 "Sections").
public struct Section: Hashable, Sendable {
  /// `sh_type`.
  public struct Kind: RawRepresentable, Hashable, Sendable {
    /// The number of the type.
    public let rawValue: UInt32
    /// A type by its number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    private init(_ value: Int32) { rawValue = UInt32(value) }

    /// `SHT_NULL`.
    public static let null = Kind(SHT_NULL)
    /// `SHT_PROGBITS`.
    public static let progbits = Kind(SHT_PROGBITS)
    /// `SHT_SYMTAB`.
    public static let symtab = Kind(SHT_SYMTAB)
    /// `SHT_STRTAB`.
    public static let strtab = Kind(SHT_STRTAB)
    /// `SHT_RELA`.
    public static let rela = Kind(SHT_RELA)
    /// `SHT_HASH`.
    public static let hash = Kind(SHT_HASH)
    /// `SHT_DYNAMIC`.
    public static let dynamic = Kind(SHT_DYNAMIC)
    /// `SHT_NOTE`.
    public static let note = Kind(SHT_NOTE)
    /// `SHT_NOBITS`: without contents in the file.
    public static let nobits = Kind(SHT_NOBITS)
    /// `SHT_REL`.
    public static let rel = Kind(SHT_REL)
    /// `SHT_DYNSYM`.
    public static let dynsym = Kind(SHT_DYNSYM)
    /// `SHT_SYMTAB_SHNDX`: section indices that `st_shndx` has no room for.
    public static let symtabShndx = Kind(SHT_SYMTAB_SHNDX)
    /// `SHT_GNU_ATTRIBUTES`.
    public static let gnuAttributes = Kind(SHT_GNU_ATTRIBUTES)
    /// `SHT_ARM_ATTRIBUTES`, `SHT_RISCV_ATTRIBUTES`: the number is the same.
    public static let processorAttributes = Kind(SHT_ARM_ATTRIBUTES)
    /// `SHT_MIPS_ABIFLAGS`.
    public static let mipsAbiFlags = Kind(rawValue: 0x7000_002a)
    /// `SHT_GNU_HASH`.
    public static let gnuHash = Kind(SHT_GNU_HASH)
    /// `SHT_GNU_verdef`.
    public static let gnuVerdef = Kind(SHT_GNU_verdef)
    /// `SHT_GNU_verneed`.
    public static let gnuVerneed = Kind(SHT_GNU_verneed)
    /// `SHT_GNU_versym`.
    public static let gnuVersym = Kind(SHT_GNU_versym)
  }

  /// `sh_flags`.
  public struct Flags: OptionSet, Hashable, Sendable {
    /// `SHF_*`.
    public let rawValue: UInt64
    /// Flags by their bits.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    private init(_ bits: Int32) { rawValue = UInt64(bits) }

    /// `SHF_WRITE`.
    public static let writable = Flags(SHF_WRITE)
    /// `SHF_ALLOC`: in memory when the program runs.
    public static let allocated = Flags(SHF_ALLOC)
    /// `SHF_EXECINSTR`.
    public static let executable = Flags(SHF_EXECINSTR)
    /// `SHF_COMPRESSED`: the contents begin with a compression header.
    public static let compressed = Flags(SHF_COMPRESSED)
    /// `SHF_TLS`.
    public static let threadLocal = Flags(SHF_TLS)
  }

  /// `sh_name` in bytes; ``ElfFile/name(of:)`` reads it.
  public var nameOffset: UInt32
  /// `sh_type`.
  public var kind: Kind
  /// `sh_flags`, all bits of it.
  public var flags: UInt64
  /// `sh_addr`.
  public var address: UInt64
  /// `sh_offset` in bytes.
  public var offset: UInt64
  /// `sh_size` in bytes.
  public var size: UInt64
  /// `sh_link`.
  public var link: UInt32
  /// `sh_info`.
  public var info: UInt32
  /// `sh_addralign` in bytes.
  public var alignment: UInt64
  /// `sh_entsize` in bytes.
  public var entrySize: UInt64

  /// Whether a flag of ``flags`` is set.
  public func has(_ flag: Flags) -> Bool { flags & flag.rawValue != 0 }
  /// `SHF_WRITE`.
  public var isWritable: Bool { has(.writable) }
  /// `SHF_ALLOC`.
  public var isAllocated: Bool { has(.allocated) }
  /// `SHF_EXECINSTR`.
  public var isExecutable: Bool { has(.executable) }

  var range: FileRange { FileRange(offset: offset, size: size) }
}

extension ElfFile {
  static func readSections(
    _ handle: OpaquePointer, _ fileHeader: ElfHeader, _ segments: [Segment], size: Int
  ) throws(ElfError) -> [Section] {
    var header = GElf_Ehdr()
    guard gelf_getehdr(handle, &header) != nil else { throw .libelf("ELF header") }
    guard header.e_shoff != 0 else { return [] }
    // libelf reads a file whose section headers are cut off as one without sections.
    let entry = UInt64(gelf_fsize(handle, ELF_T_SHDR, 1, UInt32(EV_CURRENT)))
    let (end, overflow) = header.e_shoff.addingReportingOverflow(
      UInt64(max(header.e_shnum, 1)) * entry)
    guard !overflow, end <= UInt64(size) else {
      // UPX leaves e_shoff of a library as it was in the larger file.
      if isPackedByUpx(handle, fileHeader, segments, size: size) { return [] }
      throw .truncated("the section header table", end: overflow ? .max : end, size: size)
    }
    var count = 0
    guard elf_getshdrnum(handle, &count) == 0 else { throw .libelf("section header table") }
    guard count > 0 else {
      throw .malformed("e_shoff is \(header.e_shoff), but no section header is readable there")
    }
    var sections: [Section] = []
    sections.reserveCapacity(count)
    for index in 0..<count {
      var raw = GElf_Shdr()
      guard let section = elf_getscn(handle, index), gelf_getshdr(section, &raw) != nil else {
        throw .libelf("section header \(index)")
      }
      sections.append(
        Section(
          nameOffset: raw.sh_name, kind: .init(rawValue: raw.sh_type), flags: raw.sh_flags,
          address: raw.sh_addr, offset: raw.sh_offset, size: raw.sh_size, link: raw.sh_link,
          info: raw.sh_info, alignment: raw.sh_addralign, entrySize: raw.sh_entsize))
    }
    return sections
  }

  /// The name of a section, by `e_shstrndx`. Nil when it has none that can be read, or one of more
  /// than 64 KiB.
  public func name(of section: Section) -> String? {
    guard let text = nameText(of: section), strnlen(text, 1 << 16) < 1 << 16 else { return nil }
    return String(cString: text)
  }

  /// The first section of a name.
  public func section(named name: String) -> Section? {
    sections.first { hasName($0, name) }
  }

  /// Whether a section has a name. Makes no copy: the sections of a damaged file may all have one
  /// name that is as long as the file.
  package func hasName(_ section: Section, _ name: String) -> Bool {
    nameText(of: section).map { strcmp($0, name) == 0 } ?? false
  }

  /// Whether the name of a section begins so. Makes no copy either.
  package func hasName(_ section: Section, prefix: String) -> Bool {
    nameText(of: section).map { strncmp($0, prefix, prefix.utf8.count) == 0 } ?? false
  }

  /// A NUL-terminated string inside of the file.
  private func nameText(of section: Section) -> UnsafeMutablePointer<CChar>? {
    var index = 0
    guard elf_getshdrstrndx(handle, &index) == 0 else { return nil }
    return elf_strptr(handle, index, Int(section.nameOffset))
  }

  /// The contents of a section as they are in the file.
  ///
  /// - Throws: `ElfError` when the section does not lie inside the file.
  public func withContents<Result>(
    of section: Section, _ body: (UnsafeRawBufferPointer) throws(ElfError) -> Result
  ) throws(ElfError) -> Result {
    guard section.kind != .nobits else {
      return try body(UnsafeRawBufferPointer(start: nil, count: 0))
    }
    return try body(try bytes(of: section.range, "a section"))
  }

  /// Bytes of the file. They live as long as `self`.
  ///
  /// - Parameter type: what libelf translates them from, to the byte order of the host;
  ///   `ELF_T_BYTE` leaves them as they are, in place.
  func bytes(of range: FileRange, as type: Elf_Type = ELF_T_BYTE, _ what: String) throws(ElfError)
    -> UnsafeRawBufferPointer
  {
    try Self.bytes(of: range, handle, size: size, as: type, what)
  }

  static func bytes(
    of range: FileRange, _ handle: OpaquePointer, size: Int, as type: Elf_Type = ELF_T_BYTE,
    _ what: String
  ) throws(ElfError) -> UnsafeRawBufferPointer {
    guard range.size > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let (end, overflow) = range.offset.addingReportingOverflow(range.size)
    guard !overflow, end <= UInt64(size) else {
      throw .truncated(what, end: overflow ? .max : end, size: size)
    }
    guard let data = elf_getdata_rawchunk(handle, Int64(range.offset), Int(range.size), type) else {
      throw .libelf(what)
    }
    return UnsafeRawBufferPointer(start: data.pointee.d_buf, count: data.pointee.d_size)
  }
}
