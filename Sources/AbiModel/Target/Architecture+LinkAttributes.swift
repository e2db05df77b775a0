package import ElfKit
internal import Support

// What linkers compare between the files of a link beside `e_flags`, for the usual ABI of each
// architecture: where it is missing, linkers take the library for one of another ABI, or say
// nothing. Only what tells ABIs apart is stated.
extension Architecture {
  package var linkAttributes: [SharedObject.AttributesSection] {
    switch machine {
    case .arm: [armAttributes]
    case .riscv: [riscvAttributes]
    case .mips: [mipsAbiFlags, mipsAttributes]
    default: []
    }
  }

  /// `Tag_ABI_VFP_args` 1: floating-point arguments are in VFP registers (Addenda to the ABI for
  /// the Arm Architecture).
  private var armAttributes: SharedObject.AttributesSection {
    SharedObject.AttributesSection(
      name: ".ARM.attributes", kind: .processorAttributes,
      contents: ObjectAttributes(vendor: "aeabi", [.number(28, 1)]).bytes(in: byteOrder))
  }

  /// `Tag_RISCV_stack_align` 16 and `Tag_RISCV_arch` (RISC-V ELF psABI, "Attributes").
  private var riscvAttributes: SharedObject.AttributesSection {
    let width = elfClass == .elf64 ? 64 : 32
    return SharedObject.AttributesSection(
      name: ".riscv.attributes", kind: .processorAttributes,
      contents: ObjectAttributes(
        vendor: "riscv",
        [
          .number(4, 16),
          .string(5, "rv\(width)i2p0_m2p0_a2p0_f2p0_d2p0_c2p0"),
        ]
      ).bytes(in: byteOrder))
  }

  /// `Elf_MIPS_ABIFlags_v0`: release 2 of MIPS32 or MIPS64, double-precision floating point in
  /// registers as wide as n64 or o32 (`-mfpxx`) has them.
  private var mipsAbiFlags: SharedObject.AttributesSection {
    let is64 = elfClass == .elf64
    // version (2 bytes, 0), isa_level, isa_rev, gpr_size, cpr1_size, cpr2_size, fp_abi.
    let register: UInt8 = is64 ? 2 : 1
    var contents: [UInt8] = [0, 0, is64 ? 64 : 32, 2, register, register, 0, fpAbi]
    // isa_ext, ases, flags1, flags2.
    contents += [UInt8](repeating: 0, count: 16)
    return SharedObject.AttributesSection(
      name: ".MIPS.abiflags", kind: .mipsAbiFlags, flags: 2, alignment: 8, entrySize: 24,
      contents: contents)
  }

  /// `Val_GNU_MIPS_ABI_FP_DOUBLE` for n64, `Val_GNU_MIPS_ABI_FP_XX` for o32.
  private var fpAbi: UInt8 { elfClass == .elf64 ? 1 : 5 }

  /// `Tag_GNU_MIPS_ABI_FP`.
  private var mipsAttributes: SharedObject.AttributesSection {
    SharedObject.AttributesSection(
      name: ".gnu.attributes", kind: .gnuAttributes,
      contents: ObjectAttributes(vendor: "gnu", [.number(4, UInt64(fpAbi))])
        .bytes(in: byteOrder))
  }
}
