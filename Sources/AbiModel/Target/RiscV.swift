internal import ElfKit
internal import Mangling

// RISC-V: RISC-V ELF psABI.
extension Architecture {
  /// rv64gc, lp64d.
  static let riscv64 = riscv(
    "riscv64", ["rv64", "riscv64gc"], .elf64, .riscv64, isHardFloat: true, others: [],
    multiarch: "riscv64-linux-gnu")

  /// rv64imac, lp64: floating-point arguments in integer registers. Genode's `riscv`.
  static let riscv64SoftFloat = riscv(
    "riscv64_lp64", ["riscv", "riscv64imac"], .elf64, .riscv64, isHardFloat: false,
    others: [Tools.Named(prefix: "genode-riscv", emulation: "elf64lriscv")],
    multiarch: "riscv64-linux-gnu")

  /// rv32gc, ilp32d.
  static let riscv32 = riscv(
    "riscv32", ["rv32", "riscv32gc"], .elf32, .riscv32, isHardFloat: true, others: [],
    multiarch: "riscv32-linux-gnu")

  private static func riscv(
    _ name: String, _ aliases: [String], _ elfClass: ElfHeader.Class, _ dataModel: DataModel,
    isHardFloat: Bool, others: [Tools.Named], multiarch: String
  ) -> Architecture {
    let is64 = elfClass == .elf64
    let width = is64 ? 64 : 32
    let abi = (is64 ? "lp64" : "ilp32") + (isHardFloat ? "d" : "")
    let options = ["-march=rv\(width)\(isHardFloat ? "gc" : "imac")", "-mabi=\(abi)"]
    // GNU's tools serve both word sizes; the emulation sets the directories only.
    let triples = is64 ? [multiarch] : [multiarch, "riscv64-linux-gnu"]
    return Architecture(
      name: name, aliases: aliases, elfClass: elfClass, byteOrder: .little, machine: .riscv,
      // EF_RISCV_RVC, EF_RISCV_FLOAT_ABI_DOUBLE.
      flags: isHardFloat ? 0x5 : 0x1,
      dataModel: dataModel, maxPageSize: 0x1000,
      linkAttributes: [riscvAttributes(width: width, isHardFloat: isHardFloat)],
      otherBits: [
        // The dynamic linker must not bind such functions lazily ("Symbol Table").
        OtherBits(
          name: "STO_RISCV_VARIANT_CC", mask: 0x80, value: 0x80, meaning: .callingConvention,
          directive: OtherBits.Directive(".variant_cc"))
      ],
      readOnlySections: [], ordersSymbolsByGot: false,
      tools: Tools(
        gnuTriples: triples, others: others, emulation: "elf\(width)lriscv",
        assemblerArguments: options, clangTarget: multiarch, clangArguments: options,
        // lld before 15 does not know the relocation for alignment that relaxation needs.
        assemblyPrologue: "\t.option norelax\n"),
      directories: LibraryDirectories(
        multiarch: multiarch, others: ["lib\(width)/\(abi)", "lib\(width)"], platform: nil))
  }

  /// `Tag_RISCV_stack_align` 16 and `Tag_RISCV_arch` ("Attributes").
  private static func riscvAttributes(width: Int, isHardFloat: Bool)
    -> SharedObject.LinkSection
  {
    let float = isHardFloat ? "_f2p0_d2p0" : ""
    return SharedObject.LinkSection(
      name: ".riscv.attributes", kind: .processorAttributes,
      contents: ObjectAttributes(
        vendor: "riscv",
        [.number(4, 16), .string(5, "rv\(width)i2p0_m2p0_a2p0\(float)_c2p0")]
      ).bytes(in: .little))
  }
}
