/// The ELF header (gABI ch. 4 "ELF Header"): what kind of file it is, and for which machine.
public struct ElfHeader: Hashable, Sendable {
  /// `e_ident[EI_CLASS]`.
  public enum Class: UInt8, Hashable, Sendable {
    case elf32 = 1
    case elf64 = 2

    /// Size of an address in bytes.
    public var addressSize: Int { self == .elf32 ? 4 : 8 }
  }

  /// `e_ident[EI_DATA]`.
  public enum ByteOrder: UInt8, Hashable, Sendable {
    case little = 1
    case big = 2
  }

  /// `e_type`.
  public struct FileType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let relocatable = FileType(rawValue: 1)
    public static let executable = FileType(rawValue: 2)
    public static let shared = FileType(rawValue: 3)
    public static let core = FileType(rawValue: 4)
  }

  public var elfClass: Class
  public var byteOrder: ByteOrder
  /// `e_ident[EI_OSABI]`.
  public var osABI: UInt8
  /// `e_ident[EI_ABIVERSION]`.
  public var abiVersion: UInt8
  public var type: FileType
  /// `e_machine`.
  public var machine: Machine
  /// `e_flags`, processor-specific.
  public var flags: UInt32
  /// `e_entry`, a virtual address.
  public var entry: UInt64

  public init(
    elfClass: Class, byteOrder: ByteOrder, osABI: UInt8 = 0, abiVersion: UInt8 = 0,
    type: FileType, machine: Machine, flags: UInt32 = 0, entry: UInt64 = 0
  ) {
    self.elfClass = elfClass
    self.byteOrder = byteOrder
    self.osABI = osABI
    self.abiVersion = abiVersion
    self.type = type
    self.machine = machine
    self.flags = flags
    self.entry = entry
  }
}

/// `e_machine` (gABI ch. 4 "ELF Header", table of machines).
public struct Machine: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let sparc = Machine(rawValue: 2)
  public static let i386 = Machine(rawValue: 3)
  public static let m68k = Machine(rawValue: 4)
  public static let mips = Machine(rawValue: 8)
  public static let parisc = Machine(rawValue: 15)
  public static let ppc = Machine(rawValue: 20)
  public static let ppc64 = Machine(rawValue: 21)
  public static let s390 = Machine(rawValue: 22)
  public static let arm = Machine(rawValue: 40)
  public static let superH = Machine(rawValue: 42)
  public static let sparcV9 = Machine(rawValue: 43)
  // swift-format-ignore: AlwaysUseLowerCamelCase
  public static let x86_64 = Machine(rawValue: 62)
  public static let aarch64 = Machine(rawValue: 183)
  public static let riscv = Machine(rawValue: 243)
  public static let loongArch = Machine(rawValue: 258)
  public static let alpha = Machine(rawValue: 0x9026)

  public var description: String {
    switch self {
    case .sparc: "SPARC"
    case .i386: "Intel 80386"
    case .m68k: "Motorola 68000"
    case .mips: "MIPS"
    case .parisc: "HPPA"
    case .ppc: "PowerPC"
    case .ppc64: "PowerPC64"
    case .s390: "S/390"
    case .arm: "ARM"
    case .superH: "SuperH"
    case .sparcV9: "SPARC v9"
    case .x86_64: "x86-64"
    case .aarch64: "AArch64"
    case .riscv: "RISC-V"
    case .loongArch: "LoongArch"
    case .alpha: "Alpha"
    default: "machine \(rawValue)"
    }
  }
}
