internal import CElf

/// The relocation types of a machine that readers tell from others, by its processor supplement.
public struct RelocationTypes: Hashable, Sendable {
  /// `R_*_COPY`: the dynamic linker copies a library's object into the program. Nil when the
  /// machine has none or is not known.
  public private(set) var copy: UInt32?
  /// `R_*_RELATIVE`: a pointer to an address of the file itself.
  public private(set) var relative: [UInt32] = []
  /// A pointer to a symbol, with addend: `R_*_64`, `R_*_ABS32` and so on. Without a symbol, a
  /// pointer to an address of the file.
  public private(set) var pointer: [UInt32] = []
  /// `R_*_IRELATIVE`: what the resolver at the address returns.
  public private(set) var indirect: UInt32?

  /// `R_AARCH64_AUTH_RELATIVE` (PAuth ABI Extension to ELF for the Arm 64-bit Architecture).
  static let aarch64AuthRelative: UInt32 = 0x411
  /// `R_AARCH64_AUTH_ABS64`.
  private static let aarch64AuthAbs64: UInt32 = 0x244

  private init(
    copy: Int32?, relative: [Int32], pointer: [Int32], indirect: Int32? = nil
  ) {
    self.copy = copy.map { UInt32($0) }
    self.relative = relative.map { UInt32($0) }
    self.pointer = pointer.map { UInt32($0) }
    self.indirect = indirect.map { UInt32($0) }
  }

  /// The types of the machine and class of a file.
  public init(_ header: ElfHeader) {
    let is64 = header.elfClass == .elf64
    switch header.machine {
    case .i386:
      self.init(
        copy: R_386_COPY, relative: [R_386_RELATIVE], pointer: [R_386_32],
        indirect: R_386_IRELATIVE)
    case .x86_64:
      self.init(
        copy: R_X86_64_COPY, relative: [R_X86_64_RELATIVE, R_X86_64_RELATIVE64],
        pointer: [is64 ? R_X86_64_64 : R_X86_64_32],
        indirect: R_X86_64_IRELATIVE)
    case .arm:
      self.init(
        copy: R_ARM_COPY, relative: [R_ARM_RELATIVE], pointer: [R_ARM_ABS32],
        indirect: R_ARM_IRELATIVE)
    case .aarch64:
      self.init(aarch64: is64)
    case .riscv:
      self.init(
        copy: R_RISCV_COPY, relative: [R_RISCV_RELATIVE],
        pointer: [is64 ? R_RISCV_64 : R_RISCV_32], indirect: R_RISCV_IRELATIVE)
    case .loongArch:
      self.init(
        copy: R_LARCH_COPY, relative: [R_LARCH_RELATIVE],
        pointer: [is64 ? R_LARCH_64 : R_LARCH_32], indirect: R_LARCH_IRELATIVE)
    case .ppc:
      self.init(
        copy: R_PPC_COPY, relative: [R_PPC_RELATIVE],
        pointer: [R_PPC_ADDR32, R_PPC_UADDR32], indirect: R_PPC_IRELATIVE)
    case .ppc64:
      self.init(
        copy: R_PPC64_COPY, relative: [R_PPC64_RELATIVE],
        pointer: [R_PPC64_ADDR64, R_PPC64_UADDR64],
        indirect: R_PPC64_IRELATIVE)
    case .s390:
      self.init(
        copy: R_390_COPY, relative: [R_390_RELATIVE],
        pointer: [is64 ? R_390_64 : R_390_32], indirect: R_390_IRELATIVE)
    default:
      self.init(other: header.machine, is64: is64)
    }
  }

  private init(aarch64 is64: Bool) {
    if is64 {
      self.init(
        copy: R_AARCH64_COPY, relative: [R_AARCH64_RELATIVE],
        pointer: [R_AARCH64_ABS64], indirect: R_AARCH64_IRELATIVE)
      relative.append(Self.aarch64AuthRelative)
      pointer.append(Self.aarch64AuthAbs64)
    } else {
      self.init(
        copy: R_AARCH64_P32_COPY, relative: [R_AARCH64_P32_RELATIVE],
        pointer: [R_AARCH64_P32_ABS32],
        indirect: R_AARCH64_P32_IRELATIVE)
    }
  }

  private init(other machine: Machine, is64: Bool) {
    switch machine {
    case .mips:
      // Both at once: without a symbol in the global offset table it is relative.
      self.init(
        copy: R_MIPS_COPY, relative: [],
        pointer: [R_MIPS_REL32, is64 ? R_MIPS_64 : R_MIPS_32])
    case .sparc, .sparc32Plus, .sparcV9:
      self.init(
        copy: R_SPARC_COPY, relative: [R_SPARC_RELATIVE],
        pointer: is64
          ? [R_SPARC_64, R_SPARC_UA64]
          : [R_SPARC_32, R_SPARC_UA32],
        indirect: R_SPARC_IRELATIVE)
    case .m68k:
      self.init(
        copy: R_68K_COPY, relative: [R_68K_RELATIVE], pointer: [R_68K_32])
    case .superH:
      self.init(copy: R_SH_COPY, relative: [R_SH_RELATIVE], pointer: [R_SH_DIR32])
    case .alpha:
      self.init(
        copy: R_ALPHA_COPY, relative: [R_ALPHA_RELATIVE],
        pointer: [R_ALPHA_REFQUAD])
    case .parisc:
      self.init(
        copy: R_PARISC_COPY, relative: [],
        pointer: is64
          ? [R_PARISC_DIR64, R_PARISC_FPTR64] : [R_PARISC_DIR32, R_PARISC_PLABEL32])
    case .ia64:
      self.init(
        copy: R_IA64_COPY, relative: [R_IA64_REL64LSB, R_IA64_REL64MSB],
        pointer: [
          R_IA64_DIR64LSB, R_IA64_DIR64MSB, R_IA64_FPTR64LSB, R_IA64_FPTR64MSB, R_IA64_IPLTLSB,
          R_IA64_IPLTMSB,
        ])
    case .arcV2, .arcCompact:
      self.init(
        copy: R_ARC_COPY, relative: [R_ARC_RELATIVE], pointer: [R_ARC_32])
    case .csky:
      self.init(
        copy: R_CKCORE_COPY, relative: [R_CKCORE_RELATIVE],
        pointer: [R_CKCORE_ADDR32])
    case .openRisc:
      self.init(
        copy: R_OR1K_COPY, relative: [R_OR1K_RELATIVE], pointer: [R_OR1K_32])
    case .microBlaze:
      self.init(
        copy: R_MICROBLAZE_COPY, relative: [R_MICROBLAZE_REL],
        pointer: [R_MICROBLAZE_32])
    case .nios2:
      self.init(
        copy: R_NIOS2_COPY, relative: [R_NIOS2_RELATIVE],
        pointer: [R_NIOS2_BFD_RELOC_32])
    case .hexagon:
      // R_HEX_COPY, R_HEX_RELATIVE, R_HEX_32 (Qualcomm Hexagon ABI).
      self.init(copy: 32, relative: [35], pointer: [6])
    default:
      self.init(copy: nil, relative: [], pointer: [])
    }
  }
}
