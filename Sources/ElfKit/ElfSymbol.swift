/// `ELF32_ST_BIND`, `ELF64_ST_BIND` (gABI ch. 4 "Symbol Table").
public enum SymbolBinding: UInt8, Hashable, Sendable {
  case local = 0
  case global = 1
  case weak = 2
  /// `STB_GNU_UNIQUE`: one definition in the whole process.
  case unique = 10
}

/// `ELF32_ST_TYPE`, `ELF64_ST_TYPE` (gABI ch. 4 "Symbol Table").
public struct SymbolType: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let none = SymbolType(rawValue: 0)
  public static let object = SymbolType(rawValue: 1)
  public static let function = SymbolType(rawValue: 2)
  public static let section = SymbolType(rawValue: 3)
  public static let file = SymbolType(rawValue: 4)
  public static let common = SymbolType(rawValue: 5)
  public static let tls = SymbolType(rawValue: 6)
  /// `STT_GNU_IFUNC`: the value is the address of a resolver.
  public static let indirectFunction = SymbolType(rawValue: 10)
}

/// `ELF32_ST_VISIBILITY` (gABI ch. 4 "Symbol Table").
public enum SymbolVisibility: UInt8, Hashable, Sendable {
  case `default` = 0
  case `internal` = 1
  case hidden = 2
  case protected = 3
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
  public var binding: SymbolBinding
  public var type: SymbolType
  /// `st_other`, visibility included.
  public var other: UInt8
  public var placement: SymbolPlacement
  /// `st_shndx`.
  public var sectionIndex: UInt16
  /// `st_value`: a virtual address, an offset in the TLS segment, or a section offset.
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

  public var visibility: SymbolVisibility {
    SymbolVisibility(rawValue: other & 3) ?? .default
  }

  public var isDefined: Bool { placement != .undefined }
}
