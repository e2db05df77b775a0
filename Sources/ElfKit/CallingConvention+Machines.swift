internal import CElf

// What of e_flags and object attributes is a convention, machine by machine. The authority for
// each are bfd (`*_merge_private_bfd_data`), gold, lld and glibc (`elf_machine_matches_host`,
// `elf_machine_reject_phdr_p`): flags that these merge (EF_RISCV_RVC, EF_RISCV_TSO, EF_MIPS_PIC)
// are none.
extension CallingConvention {
  /// What the facts are taken from.
  struct Source {
    let header: ElfHeader
    let attributes: [ObjectAttributes]
    let abiFlags: MipsAbiFlags?

    private func flags(_ mask: some BinaryInteger) -> UInt32 {
      header.flags & UInt32(truncatingIfNeeded: mask)
    }
    private func has(_ flag: some BinaryInteger) -> Bool { flags(flag) != 0 }

    /// The number of a tag, 0 where it is not there.
    private func attribute(_ tag: Tag) -> Int {
      let found = attributes.first { $0.vendor == tag.vendor }?.number(tag.number) ?? 0
      return Int(clamping: found)
    }

    /// A fact for an answer that is a small number, 0 for none. Nil without an answer.
    private func fact(
      _ aspect: Aspect, _ answer: Int, _ words: [Int: String], _ effect: Effect
    ) -> Fact? {
      guard answer != 0, let word = words[answer] else { return nil }
      return Fact(aspect, answer, word, effect)
    }

    /// A fact for a flag that is set, which is unusual, or not.
    private func choice(
      _ aspect: Aspect, _ isSet: Bool, _ set: String, _ clear: String,
      _ effect: Effect = .refused
    ) -> Fact {
      Fact(aspect, isSet ? 1 : 0, isSet ? set : clear, effect, isUsual: !isSet)
    }

    var facts: [Fact] {
      switch header.machine {
      case .riscv: riscv
      case .arm: arm
      case .mips: mips
      case .ppc64: powerPC64
      case .ppc: powerPC
      case .loongArch: loongArch
      case .sparc, .sparc32Plus, .sparcV9: sparc
      case .m68k: m68k
      case .s390: s390
      case .superH: superH
      case .csky: csky
      case .openRisc:
        [choice(.instructions, has(Flag.or1kNoDelay), "no delay slots", "delay slots")]
      case .nios2: [choice(.instructions, has(Flag.nios2R2), "Nios II R2", "Nios II R1")]
      default: []
      }
    }

    // MARK: RISC-V, LoongArch

    /// bfd and glibc compare `EF_RISCV_FLOAT_ABI`, bfd and lld `EF_RISCV_RVE`.
    private var riscv: [Fact] {
      let float = flags(EF_RISCV_FLOAT_ABI)
      let words: String =
        switch Int32(float) {
        case EF_RISCV_FLOAT_ABI_SINGLE: "single-float ABI"
        case EF_RISCV_FLOAT_ABI_DOUBLE: "double-float ABI"
        case EF_RISCV_FLOAT_ABI_QUAD: "quad-float ABI"
        default: "soft-float ABI"
        }
      var facts = [
        Fact(.floatArguments, float, words, .refused),
        choice(.registers, has(EF_RISCV_RVE), "RVE: 16 registers", "32 registers"),
      ]
      let alignment = attribute(.riscvStackAlign)
      if alignment > 0 {
        facts.append(
          Fact(
            .stackAlignment, alignment.trailingZeroBitCount, "\(alignment)-byte stack alignment",
            .unnoticed, isUsual: alignment == 16))
      }
      return facts
    }

    /// Versions 0 and 1 of the object ABI (`EF_LARCH_OBJABI_V1`) go together.
    private var loongArch: [Fact] {
      let modifier = Int32(flags(EF_LARCH_ABI_MODIFIER_MASK))
      let words: String =
        switch modifier {
        case EF_LARCH_ABI_SOFT_FLOAT: "soft-float ABI"
        case EF_LARCH_ABI_SINGLE_FLOAT: "single-float ABI"
        case EF_LARCH_ABI_DOUBLE_FLOAT: "double-float ABI"
        default: "ABI modifier \(modifier)"
        }
      return [Fact(.floatArguments, modifier, words, .refused)]
    }

    // MARK: Arm

    /// Gold refuses a library with another `Tag_ABI_VFP_args`; bfd compares attributes between
    /// relocatable objects only. The cache of glibc's dynamic linker goes by the flags.
    private var arm: [Fact] {
      let number = flags(EF_ARM_EABIMASK) >> Flag.armEabiShift
      guard number != 0 else { return legacyArm }
      // Versions 4 and 5 are one specification before and after its release.
      let version = Fact(.abi, number == 4 ? 5 : number, "EABI version \(number)", .refused)
      let pointers = choice(
        .functionPointers, header.osABI == Flag.armFdpic, "FDPIC", "no FDPIC")
      return [version, pointers]
        + [
          armFloat, armRegister9,
          // 3 goes with both.
          fact(
            .enumSize, attribute(.armEnumSize),
            [1: "enumerations of variable size", 2: "enumerations of 32 bits"], .warned),
          fact(
            .wcharSize, attribute(.armWchar), [2: "wchar_t of 2 bytes", 4: "wchar_t of 4 bytes"],
            .warned),
        ].compactMap { $0 }
    }

    private static let hard = "hard-float ABI"
    private static let soft = "soft-float ABI"

    /// `Tag_ABI_VFP_args` where there are attributes, else `EF_ARM_ABI_FLOAT_HARD` and
    /// `EF_ARM_ABI_FLOAT_SOFT`. Nil for code without floating-point arguments.
    private var armFloat: Fact? {
      if attributes.contains(where: { $0.vendor == "aeabi" }) {
        // 0 uses no floating point.
        guard attribute(.armFloatNumberModel) != 0 else { return nil }
        switch attribute(.armVfpArguments) {
        case 0: return Fact(.floatArguments, 0, Self.soft, .refused)
        case 1: return Fact(.floatArguments, 1, Self.hard, .refused)
        case 2: return Fact(.floatArguments, 2, "a toolchain's own floating-point ABI", .refused)
        default: return nil
        }
      }
      if has(EF_ARM_ABI_FLOAT_HARD) { return Fact(.floatArguments, 1, Self.hard, .refused) }
      if has(EF_ARM_ABI_FLOAT_SOFT) { return Fact(.floatArguments, 0, Self.soft, .refused) }
      return nil
    }

    /// `Tag_ABI_PCS_R9_use`: 3 does not use it.
    private var armRegister9: Fact? {
      guard attributes.contains(where: { $0.vendor == "aeabi" }) else { return nil }
      return switch attribute(.armR9Use) {
      case 0: Fact(.registers, 0, "r9 is a register like others", .unnoticed, isUsual: true)
      case 1: Fact(.registers, 1, "r9 is the static base", .unnoticed)
      case 2: Fact(.registers, 2, "r9 is the thread pointer", .unnoticed)
      default: nil
      }
    }

    /// GNU flags of files without EABI.
    private var legacyArm: [Fact] {
      let format =
        has(EF_ARM_VFP_FLOAT)
        ? "VFP" : has(EF_ARM_MAVERICK_FLOAT) ? "Maverick" : has(EF_ARM_SOFT_FLOAT) ? "soft" : "FPA"
      let formats = ["VFP", "Maverick", "soft", "FPA"]
      let isPassed = has(EF_ARM_APCS_FLOAT)
      let width = has(EF_ARM_APCS_26) ? 26 : 32
      return [
        Fact(.abi, width, "APCS-\(width)", .refused),
        Fact(
          .floatArguments, (formats.firstIndex(of: format) ?? 0) * 2 + (isPassed ? 1 : 0),
          "\(format) floating point" + (isPassed ? " in floating-point registers" : ""), .refused),
      ]
    }

    // MARK: MIPS

    /// glibc refuses libraries of another ABI, NaN encoding or floating-point mode; bfd compares
    /// relocatable objects only.
    private var mips: [Fact] {
      var facts = [mipsABI, mipsFloat].compactMap { $0 }
      facts.append(choice(.notANumber, has(EF_MIPS_NAN2008), "2008 NaN", "legacy NaN"))
      if has(Flag.mipsMicroMips) {
        facts.append(Fact(.instructions, 1, "microMIPS", .unnoticed))
      } else if has(Flag.mips16) {
        facts.append(Fact(.instructions, 0, "MIPS16", .unnoticed))
      }
      return facts
    }

    private var mipsABI: Fact? {
      let answers = ["n64", "n32", "o32", "o64", "EABI32", "EABI64"]
      let name: String
      // E_MIPS_ABI_O32 and so on.
      switch flags(Flag.mipsABI) >> 12 {
      case 1: name = "o32"
      case 2: name = "o64"
      case 3: name = "EABI32"
      case 4: name = "EABI64"
      case 0 where header.elfClass == .elf64: name = "n64"
      case 0 where has(EF_MIPS_ABI2): name = "n32"
      default: return nil
      }
      return Fact(.abi, answers.firstIndex(of: name) ?? 0, "\(name) ABI", .refused)
    }

    /// The modes of the floating-point unit in which code runs, as glibc knows them
    /// (`sysdeps/mips/dl-machine-reject-phdr.h`): files go together when a mode is left.
    private var mipsFloat: Fact? {
      let (single, soft, fr0, fr1, fre): (UInt64, UInt64, UInt64, UInt64, UInt64) = (1, 2, 4, 8, 16)
      // The attribute has the same values as fp_abi.
      let value = abiFlags.map { Int($0.floatABI) } ?? attribute(.mipsFloat)
      func fact(_ answers: UInt64, _ words: String) -> Fact {
        Fact(.floatArguments, answers: answers, words, .refused)
      }
      if has(EF_MIPS_FP64) { return fact(0, "-mfp64 floating point before .MIPS.abiflags") }
      return switch value {
      case Int(Val_GNU_MIPS_ABI_FP_ANY):
        abiFlags == nil
          ? fact(single | soft | fr0 | fre, "no statement on floating point") : nil
      case Int(Val_GNU_MIPS_ABI_FP_DOUBLE): fact(fr0 | fre, "double-float ABI")
      case Int(Val_GNU_MIPS_ABI_FP_SINGLE): fact(single, "single-float ABI")
      case Int(Val_GNU_MIPS_ABI_FP_SOFT): fact(soft, "soft-float ABI")
      case Int(Val_GNU_MIPS_ABI_FP_XX): fact(fr0 | fr1 | fre, "-mfpxx floating point")
      case Int(Val_GNU_MIPS_ABI_FP_64): fact(fr1, "-mfp64 floating point")
      case Int(Val_GNU_MIPS_ABI_FP_64A):
        fact(fr1 | fre, "-mfp64 -mno-odd-spreg floating point")
      default: fact(0, "floating-point ABI \(value)")
      }
    }

    // MARK: PowerPC

    /// `EF_PPC64_ABI`: 0 goes with both. bfd and glibc refuse others.
    private var powerPC64: [Fact] {
      let version = Int(flags(EF_PPC64_ABI))
      return ([fact(.abi, version, [1: "ELFv1 ABI", 2: "ELFv2 ABI"], .refused)] + powerPCFloat)
        .compactMap { $0 }
    }

    private var powerPC: [Fact] {
      var facts = powerPCFloat.compactMap { $0 }
      facts += [
        // 1 (generic) goes with both.
        fact(
          .vectorArguments, attribute(.powerVector) & 3,
          [2: "AltiVec vector ABI", 3: "SPE vector ABI"], .refused),
        // 3 goes with both.
        fact(
          .structReturn, attribute(.powerStructReturn) & 3,
          [1: "small structures in r3 and r4", 2: "small structures in memory"], .refused),
      ].compactMap { $0 }
      return facts
    }

    /// `Tag_GNU_Power_ABI_FP`. bfd only warns of a library, as it may serve several formats.
    private var powerPCFloat: [Fact?] {
      let value = attribute(.powerFloat)
      return [
        fact(
          .floatArguments, value & 3,
          [1: "hard-float ABI", 2: "soft-float ABI", 3: "single-float ABI"], .warned),
        fact(
          .longDouble, value >> 2 & 3,
          [1: "IBM long double", 2: "64-bit long double", 3: "IEEE long double"], .warned),
      ]
    }

    // MARK: Others

    /// bfd ignores memory model and extensions of a library.
    private var sparc: [Fact] {
      [choice(.abi, has(EF_SPARC_LEDATA), "little-endian data", "big-endian data")]
    }

    /// ColdFire and the 68000 family exclude each other.
    private var m68k: [Fact] {
      let float = fact(
        .floatArguments, attribute(.m68kFloat) & 3, [1: "hard-float ABI", 2: "soft-float ABI"],
        .refused)
      return [choice(.instructions, has(Flag.m68kColdFire), "ColdFire", "680x0")]
        + [float].compactMap { $0 }
    }

    private var s390: [Fact] {
      [
        fact(
          .vectorArguments, attribute(.s390Vector),
          [1: "software vector ABI", 2: "hardware vector ABI"], .warned)
      ].compactMap { $0 }
    }

    private var superH: [Fact] {
      [choice(.functionPointers, has(Flag.superHFdpic), "FDPIC", "no FDPIC", .unnoticed)]
    }

    private var csky: [Fact] {
      let version = Int(flags(EF_CSKY_ABIMASK) >> Flag.cskyAbiShift)
      return [fact(.abi, version, [1: "ABI version 1", 2: "ABI version 2"], .refused)]
        .compactMap { $0 }
    }
  }

  /// Flags that `elf.h` of glibc has no name for (binutils, `include/elf`).
  private enum Flag {
    /// Where the version in `EF_ARM_EABIMASK` begins.
    static let armEabiShift: UInt32 = 24
    /// `ELFOSABI_ARM_FDPIC`.
    static let armFdpic: UInt8 = 65
    /// `EF_MIPS_ABI`.
    static let mipsABI: UInt32 = 0xf000
    /// `EF_MIPS_ARCH_ASE_M16`.
    static let mips16: UInt32 = 0x0400_0000
    /// `EF_MIPS_ARCH_ASE_MICROMIPS`.
    static let mipsMicroMips: UInt32 = 0x0200_0000
    /// `EF_M68K_CF_ISA_MASK` and `EF_M68K_CFV4E`.
    static let m68kColdFire: UInt32 = 0x800f
    /// `EF_SH_FDPIC`.
    static let superHFdpic: UInt32 = 0x8000
    /// `EF_OR1K_NODELAY`.
    static let or1kNoDelay: UInt32 = 1
    /// `EF_NIOS2_ARCH_R2`.
    static let nios2R2: UInt32 = 1
    /// Where the version in `EF_CSKY_ABIMASK` begins.
    static let cskyAbiShift: UInt32 = 28
  }

  /// A tag of object attributes.
  private struct Tag {
    let vendor: String
    let number: UInt64

    /// `Tag_RISCV_stack_align` (RISC-V ELF psABI, "Attributes").
    static let riscvStackAlign = Tag(vendor: "riscv", number: 4)
    /// `Tag_ABI_PCS_R9_use` (Addenda to the ABI for the Arm Architecture).
    static let armR9Use = Tag(vendor: "aeabi", number: 14)
    /// `Tag_ABI_PCS_wchar_t`.
    static let armWchar = Tag(vendor: "aeabi", number: 18)
    /// `Tag_ABI_FP_number_model`.
    static let armFloatNumberModel = Tag(vendor: "aeabi", number: 23)
    /// `Tag_ABI_enum_size`.
    static let armEnumSize = Tag(vendor: "aeabi", number: 26)
    /// `Tag_ABI_VFP_args`.
    static let armVfpArguments = Tag(vendor: "aeabi", number: 28)
    /// `Tag_GNU_MIPS_ABI_FP`.
    static let mipsFloat = Tag(vendor: "gnu", number: 4)
    /// `Tag_GNU_Power_ABI_FP`.
    static let powerFloat = Tag(vendor: "gnu", number: 4)
    /// `Tag_GNU_Power_ABI_Vector`.
    static let powerVector = Tag(vendor: "gnu", number: 8)
    /// `Tag_GNU_Power_ABI_Struct_Return`.
    static let powerStructReturn = Tag(vendor: "gnu", number: 12)
    /// `Tag_GNU_M68K_ABI_FP`.
    static let m68kFloat = Tag(vendor: "gnu", number: 4)
    /// `Tag_GNU_S390_ABI_Vector`.
    static let s390Vector = Tag(vendor: "gnu", number: 8)
  }
}
