internal import CElf

/// `e_machine` (gABI ch. 4 "ELF Header", table of machines).
public struct Machine: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The number of the machine.
  public let rawValue: UInt16
  /// A machine by its number.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  private init(_ value: Int32) { rawValue = UInt16(truncatingIfNeeded: value) }

  /// `EM_SPARC`.
  public static let sparc = Machine(EM_SPARC)
  /// `EM_386`.
  public static let i386 = Machine(EM_386)
  /// `EM_68K`.
  public static let m68k = Machine(EM_68K)
  /// `EM_MIPS`.
  public static let mips = Machine(EM_MIPS)
  /// `EM_PARISC`.
  public static let parisc = Machine(EM_PARISC)
  /// `EM_SPARC32PLUS`: 32-bit SPARC with instructions of V9.
  public static let sparc32Plus = Machine(EM_SPARC32PLUS)
  /// `EM_PPC`.
  public static let ppc = Machine(EM_PPC)
  /// `EM_PPC64`.
  public static let ppc64 = Machine(EM_PPC64)
  /// `EM_S390`, of both classes.
  public static let s390 = Machine(EM_S390)
  /// `EM_ARM`.
  public static let arm = Machine(EM_ARM)
  /// `EM_SH`.
  public static let superH = Machine(EM_SH)
  /// `EM_SPARCV9`.
  public static let sparcV9 = Machine(EM_SPARCV9)
  /// `EM_IA_64`.
  public static let ia64 = Machine(EM_IA_64)
  // swift-format-ignore: AlwaysUseLowerCamelCase
  /// `EM_X86_64`.
  public static let x86_64 = Machine(EM_X86_64)
  /// `EM_OPENRISC`.
  public static let openRisc = Machine(EM_OPENRISC)
  /// `EM_ARC_COMPACT`.
  public static let arcCompact = Machine(EM_ARC_COMPACT)
  /// `EM_ALTERA_NIOS2`.
  public static let nios2 = Machine(EM_ALTERA_NIOS2)
  /// `EM_QDSP6`: Qualcomm Hexagon.
  public static let hexagon = Machine(EM_QDSP6)
  /// `EM_AARCH64`.
  public static let aarch64 = Machine(EM_AARCH64)
  /// `EM_MICROBLAZE`.
  public static let microBlaze = Machine(EM_MICROBLAZE)
  /// `EM_ARCV2`.
  public static let arcV2 = Machine(EM_ARCV2)
  /// `EM_RISCV`.
  public static let riscv = Machine(EM_RISCV)
  /// `EM_CSKY`.
  public static let csky = Machine(EM_CSKY)
  /// `EM_LOONGARCH`.
  public static let loongArch = Machine(EM_LOONGARCH)
  /// `EM_ALPHA`.
  public static let alpha = Machine(EM_ALPHA)

  /// The name of the machine, for the user.
  public var description: String {
    switch self {
    case .sparc: "SPARC"
    case .i386: "Intel 80386"
    case .m68k: "Motorola 68000"
    case .mips: "MIPS"
    case .parisc: "HPPA"
    case .sparc32Plus: "SPARC v8+"
    case .ppc: "PowerPC"
    case .ppc64: "PowerPC64"
    case .s390: "S/390"
    case .arm: "ARM"
    case .superH: "SuperH"
    case .sparcV9: "SPARC v9"
    case .ia64: "IA-64"
    case .x86_64: "x86-64"
    case .openRisc: "OpenRISC"
    case .arcCompact, .arcV2: "ARC"
    case .nios2: "Nios II"
    case .hexagon: "Hexagon"
    case .aarch64: "AArch64"
    case .microBlaze: "MicroBlaze"
    case .riscv: "RISC-V"
    case .csky: "C-SKY"
    case .loongArch: "LoongArch"
    case .alpha: "Alpha"
    default: "machine \(rawValue)"
    }
  }

  /// The bits of a function symbol's value that are its address. Bit 0 tells T32 on ARM (ELF for the
  /// Arm Architecture, 5.5.3).
  package var codeAddressMask: UInt64 { self == .arm ? ~1 : ~0 }

  /// Whether link editors and dynamic linkers take the two for one machine: 32-bit SPARC has two
  /// numbers, and so has ARC.
  public func isCompatible(with other: Machine) -> Bool {
    if self == other { return true }
    return [[.sparc, .sparc32Plus], [.arcCompact, .arcV2]].contains { (group: [Machine]) in
      group.contains(self) && group.contains(other)
    }
  }
}
