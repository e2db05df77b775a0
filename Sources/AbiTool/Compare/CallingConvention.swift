internal import AbiModel
internal import ElfKit

extension Architecture {
  /// The bits of `e_flags` that say how functions are called, by the processor supplements.
  var callingConventionFlags: UInt32 {
    switch machine {
    // EF_ARM_EABIMASK, EF_ARM_ABI_FLOAT_SOFT and EF_ARM_ABI_FLOAT_HARD.
    case .arm: 0xff00_0600
    // EF_RISCV_FLOAT_ABI and EF_RISCV_RVE.
    case .riscv: 0xe
    // EF_PPC64_ABI.
    case .ppc64: 3
    // EF_MIPS_ABI and EF_MIPS_ABI2.
    case .mips: 0xf020
    // EF_LOONGARCH_ABI_MODIFIER_MASK.
    case .loongArch: 0x7
    default: 0
    }
  }
}
