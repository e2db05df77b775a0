internal import CElf

/// `ELF32_ST_BIND`, `ELF64_ST_BIND` (gABI ch. 4 "Symbol Table").
public enum SymbolBinding: UInt8, Hashable, Sendable {
  /// `STB_LOCAL`.
  case local = 0
  /// `STB_GLOBAL`.
  case global = 1
  /// `STB_WEAK`.
  case weak = 2
  /// `STB_GNU_UNIQUE`: one definition in the whole process.
  case unique = 10
}

/// `ELF32_ST_TYPE`, `ELF64_ST_TYPE` (gABI ch. 4 "Symbol Table").
public struct SymbolType: RawRepresentable, Hashable, Sendable {
  /// The number of the type.
  public let rawValue: UInt8
  /// A type by its number.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  private init(_ value: Int32) { rawValue = UInt8(value) }

  /// `STT_NOTYPE`.
  public static let none = SymbolType(STT_NOTYPE)
  /// `STT_OBJECT`.
  public static let object = SymbolType(STT_OBJECT)
  /// `STT_FUNC`.
  public static let function = SymbolType(STT_FUNC)
  /// `STT_SECTION`.
  public static let section = SymbolType(STT_SECTION)
  /// `STT_FILE`.
  public static let file = SymbolType(STT_FILE)
  /// `STT_COMMON`.
  public static let common = SymbolType(STT_COMMON)
  /// `STT_TLS`.
  public static let tls = SymbolType(STT_TLS)
  /// `STT_GNU_IFUNC`: the value is the address of a resolver.
  public static let indirectFunction = SymbolType(STT_GNU_IFUNC)
}

/// `ELF32_ST_VISIBILITY`, `ELF64_ST_VISIBILITY` (gABI ch. 4 "Symbol Table").
public enum SymbolVisibility: UInt8, Hashable, Sendable {
  /// `STV_DEFAULT`.
  case `default` = 0
  /// `STV_INTERNAL`.
  case `internal` = 1
  /// `STV_HIDDEN`.
  case hidden = 2
  /// `STV_PROTECTED`.
  case protected = 3

  /// The bits of `st_other` that hold it.
  static let bits: UInt8 = 3

  /// The visibility in `st_other`.
  init(other: UInt8) {
    self =
      switch other & Self.bits {
      case 1: .internal
      case 2: .hidden
      case 3: .protected
      default: .default
      }
  }
}

/// `st_shndx` (gABI ch. 4 "Special Section Indexes").
public struct SectionIndex: RawRepresentable, Hashable, Sendable {
  /// An index in the section header table, or a special one.
  public let rawValue: UInt16
  /// An index by its number.
  @inline(__always)
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  private init(_ value: Int32) { rawValue = UInt16(value) }

  /// `SHN_UNDEF`.
  public static let undefined = SectionIndex(SHN_UNDEF)
  /// `SHN_ABS`.
  public static let absolute = SectionIndex(SHN_ABS)
  /// `SHN_COMMON`.
  public static let common = SectionIndex(SHN_COMMON)
  /// `SHN_XINDEX`: the index is in a table of its own (`SHT_SYMTAB_SHNDX`).
  public static let extended = SectionIndex(SHN_XINDEX)
}

/// Where a symbol is defined, as the flags of its section or segment tell.
public enum SymbolPlacement: UInt8, Hashable, Sendable {
  /// `SHN_UNDEF`.
  case undefined
  /// `SHN_ABS`.
  case absolute
  /// `SHN_COMMON`.
  case common
  /// `SHF_EXECINSTR`, or a segment with `PF_X`.
  case text
  /// `SHF_WRITE` with contents.
  case data
  /// `SHF_WRITE` without contents (`SHT_NOBITS`).
  case bss
  /// Allocated, neither writable nor executable.
  case readOnly
  /// Writable until the dynamic linker has relocated it: inside `PT_GNU_RELRO`.
  case relro
}

/// An entry of a symbol table (`Elf32_Sym`, `Elf64_Sym`; gABI ch. 4 "Symbol Table") with its
/// version (`.gnu.version`). The name is in the table that gave the entry.
public struct ElfSymbol: Hashable, Sendable {
  /// `st_name`: offset in the string table, in bytes.
  public var nameOffset: Int
  /// Length of the name in bytes, without its NUL.
  public var nameLength: Int
  /// `STB_*` of `st_info`.
  public var binding: SymbolBinding
  /// `STT_*` of `st_info`.
  public var type: SymbolType
  /// `st_other`, visibility included.
  public var other: UInt8
  /// Where it is defined.
  public var placement: SymbolPlacement
  /// `st_shndx`.
  public var sectionIndex: UInt16
  /// `st_value`: a virtual address, an offset in the TLS segment, a section offset, or of an
  /// absolute symbol (`SHN_ABS`) the value itself.
  public var value: UInt64
  /// `st_size` in bytes.
  public var size: UInt64
  /// What a linker takes for the alignment of the object, in bytes: the lower of the section's
  /// alignment and what the address allows. 1 where there is no address.
  public var alignment: UInt64
  /// Its entry in `.gnu.version`; ``SymbolVersionTable`` tells what it stands for. Where nobody
  /// reads that table, because there is none or the file has no version records, it is
  /// ``VersionIndex/global``.
  public var version: VersionIndex

  /// The number of ``version``.
  public var versionIndex: UInt16 { version.number }
  /// `VERSYM_HIDDEN`: not the default version.
  public var isHiddenVersion: Bool { version.isHidden }

  /// `STV_*` of ``other``.
  public var visibility: SymbolVisibility { SymbolVisibility(other: other) }

  /// The bits of ``other`` beyond visibility, whose meaning is the processor supplement's.
  public var otherBits: UInt8 { other & ~SymbolVisibility.bits }

  /// Whether it is more than a reference: not `SHN_UNDEF`.
  public var isDefined: Bool { placement != .undefined }
}
