internal import CElf

/// The ELF header (gABI ch. 4 "ELF Header"): what kind of file it is, and for which machine.
public struct ElfHeader: Hashable, Sendable {
  /// `e_ident[EI_CLASS]`.
  public enum Class: UInt8, Hashable, Sendable {
    /// `ELFCLASS32`.
    case elf32 = 1
    /// `ELFCLASS64`.
    case elf64 = 2

    /// Size of an address in bytes.
    public var addressSize: Int { self == .elf32 ? 4 : 8 }
  }

  /// `e_ident[EI_DATA]`.
  public enum ByteOrder: UInt8, Hashable, Sendable {
    /// `ELFDATA2LSB`.
    case little = 1
    /// `ELFDATA2MSB`.
    case big = 2
  }

  /// `e_type`.
  public struct FileType: RawRepresentable, Hashable, Sendable {
    /// The number of the type.
    public let rawValue: UInt16
    /// A type by its number.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// `ET_REL`: input of a link editor.
    public static let relocatable = FileType(rawValue: UInt16(ET_REL))
    /// `ET_EXEC`: a program at fixed addresses.
    public static let executable = FileType(rawValue: UInt16(ET_EXEC))
    /// `ET_DYN`: a library, or a position-independent program.
    public static let shared = FileType(rawValue: UInt16(ET_DYN))
    /// `ET_CORE`: the memory of a process.
    public static let core = FileType(rawValue: UInt16(ET_CORE))
  }

  /// `e_ident[EI_CLASS]`.
  public var elfClass: Class
  /// `e_ident[EI_DATA]`.
  public var byteOrder: ByteOrder
  /// `e_ident[EI_OSABI]`.
  public var osABI: UInt8
  /// `e_ident[EI_ABIVERSION]`.
  public var abiVersion: UInt8
  /// `e_type`.
  public var type: FileType
  /// `e_machine`.
  public var machine: Machine
  /// `e_flags`, processor-specific.
  public var flags: UInt32
  /// `e_entry`, a virtual address.
  public var entry: UInt64

  /// A header by its fields.
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

extension ElfHeader {
  /// `ELFMAG`.
  static let magic: [UInt8] = Array("\u{7f}ELF".utf8)

  /// `sizeof (ElfNN_Sym)`.
  var symbolSize: UInt64 { elfClass == .elf64 ? 24 : 16 }

  /// Whether the entries of `DT_HASH` have 8 bytes and not 4, by the psABIs of Alpha and 64-bit
  /// S/390.
  var hasWideHashEntries: Bool {
    elfClass == .elf64 && (machine == .s390 || machine == .alpha)
  }
}
