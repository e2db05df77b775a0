internal import CElf

/// `d_tag` (gABI ch. 5 "Dynamic Section"; the GNU, Solaris and Android tags of `elf.h`).
public struct DynamicTag: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// `d_tag`.
  public let rawValue: Int64
  /// A tag by its number.
  public init(rawValue: Int64) { self.rawValue = rawValue }

  private init(_ value: Int32) { rawValue = Int64(value) }

  /// `DT_NULL`: the end of the section.
  public static let null = DynamicTag(DT_NULL)
  /// `DT_NEEDED`: the name of a library that the file needs.
  public static let needed = DynamicTag(DT_NEEDED)
  /// `DT_PLTRELSZ`: size of ``jmprel`` in bytes.
  public static let pltrelsz = DynamicTag(DT_PLTRELSZ)
  /// `DT_PLTGOT`: address of the global offset table, on most machines.
  public static let pltgot = DynamicTag(DT_PLTGOT)
  /// `DT_HASH`: address of the System V hash table.
  public static let hash = DynamicTag(DT_HASH)
  /// `DT_STRTAB`: address of the string table.
  public static let strtab = DynamicTag(DT_STRTAB)
  /// `DT_SYMTAB`: address of the symbol table.
  public static let symtab = DynamicTag(DT_SYMTAB)
  /// `DT_RELA`: address of relocations with addends.
  public static let rela = DynamicTag(DT_RELA)
  /// `DT_RELASZ`: size of ``rela`` in bytes.
  public static let relasz = DynamicTag(DT_RELASZ)
  /// `DT_STRSZ`: size of ``strtab`` in bytes.
  public static let strsz = DynamicTag(DT_STRSZ)
  /// `DT_SYMENT`: size of a symbol in bytes.
  public static let syment = DynamicTag(DT_SYMENT)
  /// `DT_SONAME`: the name of the library.
  public static let soname = DynamicTag(DT_SONAME)
  /// `DT_RPATH`: search path, before `LD_LIBRARY_PATH`.
  public static let rpath = DynamicTag(DT_RPATH)
  /// `DT_SYMBOLIC`: superseded by `DF_SYMBOLIC`.
  public static let symbolic = DynamicTag(DT_SYMBOLIC)
  /// `DT_REL`: address of relocations without addends.
  public static let rel = DynamicTag(DT_REL)
  /// `DT_RELSZ`: size of ``rel`` in bytes.
  public static let relsz = DynamicTag(DT_RELSZ)
  /// `DT_PLTREL`: `DT_REL` or `DT_RELA`, the kind of ``jmprel``.
  public static let pltrel = DynamicTag(DT_PLTREL)
  /// `DT_TEXTREL`: superseded by `DF_TEXTREL`.
  public static let textrel = DynamicTag(DT_TEXTREL)
  /// `DT_JMPREL`: address of the relocations of the procedure linkage table.
  public static let jmprel = DynamicTag(DT_JMPREL)
  /// `DT_BIND_NOW`: superseded by `DF_BIND_NOW`.
  public static let bindNow = DynamicTag(DT_BIND_NOW)
  /// `DT_RUNPATH`: search path, after `LD_LIBRARY_PATH`.
  public static let runpath = DynamicTag(DT_RUNPATH)
  /// `DT_FLAGS`: see ``DynamicFlags``.
  public static let flags = DynamicTag(DT_FLAGS)
  /// `DT_RELRSZ`: size of ``relr`` in bytes.
  public static let relrsz = DynamicTag(DT_RELRSZ)
  /// `DT_RELR`: address of relative relocations in packed form.
  public static let relr = DynamicTag(DT_RELR)
  /// `DT_AUDIT`: auditing libraries.
  public static let audit = DynamicTag(DT_AUDIT)
  /// `DT_DEPAUDIT`: auditing libraries, for what the file needs too.
  public static let depaudit = DynamicTag(DT_DEPAUDIT)
  /// `DT_AUXILIARY`: a library whose definitions come first.
  public static let auxiliary = DynamicTag(DT_AUXILIARY)
  /// `DT_FILTER`: a library whose definitions are used instead.
  public static let filter = DynamicTag(DT_FILTER)
  /// `DT_GNU_HASH`: address of the GNU hash table.
  public static let gnuHash = DynamicTag(DT_GNU_HASH)
  /// `DT_MIPS_XHASH`: a GNU hash table beside the order that the global offset table of MIPS asks
  /// for.
  public static let mipsXhash = DynamicTag(rawValue: 0x7000_0036)
  /// `DT_VERSYM`: address of `.gnu.version`.
  public static let versym = DynamicTag(DT_VERSYM)
  /// `DT_FLAGS_1`: see ``DynamicFlags1``.
  public static let flags1 = DynamicTag(DT_FLAGS_1)
  /// `DT_VERDEF`: address of the version definitions.
  public static let verdef = DynamicTag(DT_VERDEF)
  /// `DT_VERDEFNUM`: the number of version definitions.
  public static let verdefnum = DynamicTag(DT_VERDEFNUM)
  /// `DT_VERNEED`: address of the version needs.
  public static let verneed = DynamicTag(DT_VERNEED)
  /// `DT_VERNEEDNUM`: the number of files of which versions are needed.
  public static let verneednum = DynamicTag(DT_VERNEEDNUM)

  /// `DT_RELAENT`: size of an entry of ``rela`` in bytes.
  static let relaent = DynamicTag(DT_RELAENT)
  /// `DT_RELENT`: size of an entry of ``rel`` in bytes.
  static let relent = DynamicTag(DT_RELENT)
  /// `DT_RELRENT`: size of an entry of ``relr`` in bytes.
  static let relrent = DynamicTag(DT_RELRENT)
  /// `DT_ANDROID_REL` (Android's `elf.h`): address of packed relocations without addends.
  static let androidRel = DynamicTag(rawValue: 0x6000_000f)
  /// `DT_ANDROID_RELSZ`.
  static let androidRelsz = DynamicTag(rawValue: 0x6000_0010)
  /// `DT_ANDROID_RELA`: address of packed relocations with addends.
  static let androidRela = DynamicTag(rawValue: 0x6000_0011)
  /// `DT_ANDROID_RELASZ`.
  static let androidRelasz = DynamicTag(rawValue: 0x6000_0012)
  /// `DT_ANDROID_RELR`: ``relr`` before it had a number of its own.
  static let androidRelr = DynamicTag(rawValue: 0x6fff_e000)
  /// `DT_ANDROID_RELRSZ`.
  static let androidRelrsz = DynamicTag(rawValue: 0x6fff_e001)
  /// `DT_AARCH64_AUTH_RELR` (PAuth ABI Extension to ELF for the Arm 64-bit Architecture).
  static let aarch64AuthRelr = DynamicTag(rawValue: 0x7000_0012)
  /// `DT_AARCH64_AUTH_RELRSZ`.
  static let aarch64AuthRelrsz = DynamicTag(rawValue: 0x7000_0011)

  /// `DT_MIPS_RLD_VERSION`.
  static let mipsRldVersion = DynamicTag(DT_MIPS_RLD_VERSION)
  /// `DT_MIPS_FLAGS`.
  static let mipsFlags = DynamicTag(DT_MIPS_FLAGS)
  /// `DT_MIPS_BASE_ADDRESS`.
  static let mipsBaseAddress = DynamicTag(DT_MIPS_BASE_ADDRESS)
  /// `DT_MIPS_LOCAL_GOTNO`: how many entries of the global offset table have no symbol.
  static let mipsLocalGotno = DynamicTag(DT_MIPS_LOCAL_GOTNO)
  /// `DT_MIPS_SYMTABNO`: the number of dynamic symbols.
  static let mipsSymtabno = DynamicTag(DT_MIPS_SYMTABNO)
  /// `DT_MIPS_GOTSYM`: the first symbol with an entry in the global offset table.
  static let mipsGotsym = DynamicTag(DT_MIPS_GOTSYM)

  /// The name in the specification of tags that messages name, else the number.
  public var description: String {
    switch self {
    case .symtab: "DT_SYMTAB"
    case .strtab: "DT_STRTAB"
    case .hash: "DT_HASH"
    case .gnuHash: "DT_GNU_HASH"
    case .versym: "DT_VERSYM"
    case .verdef: "DT_VERDEF"
    case .verneed: "DT_VERNEED"
    case .soname: "DT_SONAME"
    case .needed: "DT_NEEDED"
    case .rpath: "DT_RPATH"
    case .runpath: "DT_RUNPATH"
    case .filter: "DT_FILTER"
    case .auxiliary: "DT_AUXILIARY"
    case .audit: "DT_AUDIT"
    case .depaudit: "DT_DEPAUDIT"
    case .rela: "DT_RELA"
    case .rel: "DT_REL"
    case .relr: "DT_RELR"
    case .androidRel: "DT_ANDROID_REL"
    case .androidRela: "DT_ANDROID_RELA"
    case .androidRelr: "DT_ANDROID_RELR"
    case .aarch64AuthRelr: "DT_AARCH64_AUTH_RELR"
    case .jmprel: "DT_JMPREL"
    default: "dynamic entry 0x" + String(UInt64(bitPattern: rawValue), radix: 16)
    }
  }
}
