internal import ElfKit
internal import Mangling

// MIPS: System V ABI, MIPS RISC Processor Supplement, and what GNU's tools added to it. All are
// release 2 of the architecture, position-independent with abicalls.
extension Architecture {
  static let mips64el = mips(.n64, .little, "mips64el", ["mips64le", "mips64r2el"])
  static let mips64 = mips(.n64, .big, "mips64", ["mips64be", "mips64r2"])
  static let mipsel = mips(.o32, .little, "mipsel", ["mipsle", "mips32el"])
  static let mips = mips(.o32, .big, "mips", ["mipsbe", "mips32", "mips_o32"])
  static let mipsn32el = mips(.n32, .little, "mipsn32el", [])
  static let mipsn32 = mips(.n32, .big, "mipsn32", ["mips_n32"])

  /// A calling convention.
  private enum MipsABI {
    /// 32-bit registers.
    case o32
    /// 64-bit registers, 32-bit addresses.
    case n32
    case n64
  }

  private static func mips(
    _ abi: MipsABI, _ byteOrder: ElfHeader.ByteOrder, _ name: String, _ aliases: [String]
  ) -> Architecture {
    let facts = MipsFacts(abi)
    let isLittle = byteOrder == .little
    let processor = "mips\(facts.registerSize == 64 ? "64" : "")\(isLittle ? "el" : "")"
    let triple = "\(processor)-linux-\(facts.environment)"
    let release = "mips\(facts.registerSize)r2"
    return Architecture(
      name: name, aliases: aliases, elfClass: facts.elfClass, byteOrder: byteOrder, machine: .mips,
      flags: facts.flags,
      dataModel: facts.dataModel, maxPageSize: 0x10000,
      linkAttributes: facts.attributes(in: byteOrder), otherBits: mipsOtherBits,
      readOnlySections: [".MIPS.abiflags", ".reginfo", ".MIPS.options", ".dynamic"],
      ordersSymbolsByGot: true,
      tools: Tools(
        gnuTriples: [triple] + mipsTriples.filter { $0 != triple }, others: [],
        emulation: facts.emulation(isLittle: isLittle),
        assemblerArguments: [
          facts.assemblerArgument, isLittle ? "-EL" : "-EB", "-march=\(release)", "-KPIC",
        ],
        clangTarget: triple, clangArguments: ["-march=\(release)", "-fPIC"],
        // EF_MIPS_NOREORDER and the calling convention are set by directives.
        assemblyPrologue: "\t.set noreorder\n\t.abicalls\n"),
      directories: LibraryDirectories(
        multiarch: triple, others: [facts.directory], platform: nil))
  }

  /// GNU's tools serve all ABIs and both byte orders.
  private static let mipsTriples = [
    "mips64el-linux-gnuabi64", "mips64-linux-gnuabi64", "mipsel-linux-gnu", "mips-linux-gnu",
  ]

  private struct MipsFacts {
    var elfClass = ElfHeader.Class.elf32
    /// In bits, of general registers and of those for floating point.
    var registerSize = 64
    var flags: UInt32
    var dataModel: DataModel
    /// The last part of GNU's triple.
    var environment: String
    var assemblerArgument: String
    var directory: String
    /// `Val_GNU_MIPS_ABI_FP_DOUBLE`.
    var fpABI: UInt8 = 1

    init(_ abi: MipsABI) {
      switch abi {
      case .o32:
        registerSize = 32
        // EF_MIPS_ARCH_32R2, EF_MIPS_ABI_O32, EF_MIPS_CPIC, EF_MIPS_PIC, EF_MIPS_NOREORDER.
        flags = 0x7000_1007
        (dataModel, environment) = (.mipsO32, "gnu")
        (assemblerArgument, directory) = ("-32", "libo32")
        // Val_GNU_MIPS_ABI_FP_XX: code that runs with either width of the registers.
        fpABI = 5
      case .n32:
        // EF_MIPS_ARCH_64R2, EF_MIPS_ABI2, and as above.
        flags = 0x8000_0027
        (dataModel, environment) = (.mipsN32, "gnuabin32")
        (assemblerArgument, directory) = ("-n32", "lib32")
      case .n64:
        elfClass = .elf64
        flags = 0x8000_0007
        (dataModel, environment) = (.mips64, "gnuabi64")
        (assemblerArgument, directory) = ("-64", "lib64")
      }
    }

    func emulation(isLittle: Bool) -> String {
      let word = elfClass == .elf64 ? "64" : "32"
      let suffix = assemblerArgument == "-n32" ? "n32" : ""
      return "elf\(word)\(isLittle ? "l" : "b")tsmip\(suffix)"
    }

    func attributes(in byteOrder: ElfHeader.ByteOrder) -> [SharedObject.LinkSection] {
      // Elf_MIPS_ABIFlags_v0: version (2 bytes, 0), isa_level, isa_rev, gpr_size, cpr1_size,
      // cpr2_size, fp_abi; isa_ext, ases, flags1, flags2.
      let register: UInt8 = registerSize == 64 ? 2 : 1
      let contents: [UInt8] =
        [0, 0, UInt8(registerSize), 2, register, register, 0, fpABI]
        + [UInt8](repeating: 0, count: 16)
      return [
        SharedObject.LinkSection(
          name: ".MIPS.abiflags", kind: .mipsAbiFlags, flags: 2, alignment: 8, entrySize: 24,
          contents: contents),
        // Tag_GNU_MIPS_ABI_FP.
        SharedObject.LinkSection(
          name: ".gnu.attributes", kind: .gnuAttributes,
          contents: ObjectAttributes(vendor: "gnu", [.number(4, UInt64(fpABI))])
            .bytes(in: byteOrder)),
      ]
    }
  }

  /// GNU's `include/elf/mips.h`. Bit 0 of a function's address says which instructions it has, and
  /// calls between modules go by the address, so programs depend on none of it.
  private static let mipsOtherBits = [
    // All four bits: it comes before those that it shares.
    OtherBits(name: "STO_MIPS16", mask: 0xf0, value: 0xf0, meaning: .code, directive: nil),
    OtherBits(name: "STO_MICROMIPS", mask: 0xc0, value: 0x80, meaning: .code, directive: nil),
    OtherBits(name: "STO_MIPS_PIC", mask: 0x20, value: 0x20, meaning: .code, directive: nil),
    // The program's address of a function that it reaches by its PLT.
    OtherBits(name: "STO_MIPS_PLT", mask: 0x08, value: 0x08, meaning: .reference, directive: nil),
    OtherBits(name: "STO_OPTIONAL", mask: 0x04, value: 0x04, meaning: .reference, directive: nil),
  ]
}
