internal import CElf
internal import Glibc

/// A section header (`Elf32_Shdr`, `Elf64_Shdr`; gABI ch. 4 "Sections").
public struct Section: Hashable, Sendable {
  /// `sh_type`.
  public struct Kind: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let null = Kind(rawValue: 0)
    public static let progbits = Kind(rawValue: 1)
    public static let symtab = Kind(rawValue: 2)
    public static let strtab = Kind(rawValue: 3)
    public static let rela = Kind(rawValue: 4)
    public static let hash = Kind(rawValue: 5)
    public static let dynamic = Kind(rawValue: 6)
    public static let note = Kind(rawValue: 7)
    public static let nobits = Kind(rawValue: 8)
    public static let rel = Kind(rawValue: 9)
    public static let dynsym = Kind(rawValue: 11)
    /// `SHT_GNU_ATTRIBUTES`.
    public static let gnuAttributes = Kind(rawValue: 0x6fff_fff5)
    /// `SHT_ARM_ATTRIBUTES`, `SHT_RISCV_ATTRIBUTES`: the number is the same.
    public static let processorAttributes = Kind(rawValue: 0x7000_0003)
    /// `SHT_MIPS_ABIFLAGS`.
    public static let mipsAbiFlags = Kind(rawValue: 0x7000_002a)
    public static let gnuHash = Kind(rawValue: 0x6fff_fff6)
    public static let gnuVerdef = Kind(rawValue: 0x6fff_fffd)
    public static let gnuVerneed = Kind(rawValue: 0x6fff_fffe)
    public static let gnuVersym = Kind(rawValue: 0x6fff_ffff)
  }

  /// `sh_name` in bytes; ``ElfFile/name(of:)`` reads it.
  public var nameOffset: UInt32
  public var kind: Kind
  /// `sh_flags`: `SHF_WRITE` 1, `SHF_ALLOC` 2, `SHF_EXECINSTR` 4, `SHF_TLS` 0x400.
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

  public var isWritable: Bool { flags & 1 != 0 }
  public var isAllocated: Bool { flags & 2 != 0 }
  public var isExecutable: Bool { flags & 4 != 0 }

  var range: FileRange { FileRange(offset: offset, size: size) }
}

extension ElfFile {
  static func readSections(_ handle: OpaquePointer, size: Int) throws(ElfError) -> [Section] {
    var header = GElf_Ehdr()
    guard gelf_getehdr(handle, &header) != nil else { throw .libelf("ELF header") }
    guard header.e_shoff != 0 else { return [] }
    // libelf reads a file whose section headers are cut off as one without sections.
    let entry = UInt64(gelf_fsize(handle, ELF_T_SHDR, 1, UInt32(EV_CURRENT)))
    let (end, overflow) = header.e_shoff.addingReportingOverflow(
      UInt64(max(header.e_shnum, 1)) * entry)
    guard !overflow, end <= UInt64(size) else {
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
  func hasName(_ section: Section, _ name: String) -> Bool {
    nameText(of: section).map { strcmp($0, name) == 0 } ?? false
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
    guard section.kind != .nobits, section.size > 0 else {
      return try body(UnsafeRawBufferPointer(start: nil, count: 0))
    }
    return try body(bytes(try data(section.range, as: ELF_T_BYTE, "a section")))
  }

  /// Bytes of the file, translated to the byte order of the host by their `type`.
  ///
  /// The memory belongs to libelf and lives as long as `self`.
  func data(_ range: FileRange, as type: Elf_Type, _ what: String) throws(ElfError)
    -> UnsafeMutablePointer<Elf_Data>
  {
    let (end, overflow) = range.offset.addingReportingOverflow(range.size)
    guard !overflow, end <= UInt64(size) else {
      throw .truncated(what, end: overflow ? .max : end, size: size)
    }
    guard let data = elf_getdata_rawchunk(handle, Int64(range.offset), Int(range.size), type) else {
      throw .libelf(what)
    }
    return data
  }

  func bytes(_ data: UnsafeMutablePointer<Elf_Data>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: data.pointee.d_buf, count: data.pointee.d_size)
  }
}
