internal import ElfKit
internal import Mangling

// AArch64: ELF for the Arm 64-bit Architecture (AAELF64).
extension Architecture {
  static let aarch64 = aarch64(
    "aarch64", ["arm64", "arm_v8a", "armv8a", "arm_v8"], .elf64, .little, .aarch64,
    triple: "aarch64-linux-gnu", emulation: "aarch64linux", ["-mabi=lp64", "-EL"],
    others: [Tools.Named(prefix: "genode-aarch64", emulation: "aarch64elf")], directory: "lib64",
    platform: "aarch64")

  static let aarch64BigEndian = aarch64(
    "aarch64_be", ["arm64be", "arm64_be"], .elf64, .big, .aarch64,
    triple: "aarch64_be-linux-gnu", emulation: "aarch64linuxb", ["-mabi=lp64", "-EB"],
    others: [], directory: "lib64", platform: "aarch64_be")

  static let aarch64ILP32 = aarch64(
    "aarch64_ilp32", ["arm64ilp32"], .elf32, .little, .aarch64ILP32,
    triple: "aarch64-linux-gnu_ilp32", emulation: "aarch64linux32", ["-mabi=ilp32", "-EL"],
    others: [], directory: "libilp32", platform: "aarch64")

  private static func aarch64(
    _ name: String, _ aliases: [String], _ elfClass: ElfHeader.Class,
    _ byteOrder: ElfHeader.ByteOrder, _ dataModel: DataModel, triple: String, emulation: String,
    _ assemblerArguments: [String], others: [Tools.Named], directory: String, platform: String
  ) -> Architecture {
    Architecture(
      name: name, aliases: aliases, elfClass: elfClass, byteOrder: byteOrder, machine: .aarch64,
      flags: 0, dataModel: dataModel, maxPageSize: 0x10000,
      linkAttributes: [],
      otherBits: [
        // The dynamic linker must not bind such functions lazily: its trampoline does not preserve
        // what the vector and SVE procedure call standards do (AAELF64 "Symbol Table").
        OtherBits(
          name: "STO_AARCH64_VARIANT_PCS", mask: 0x80, value: 0x80, meaning: .callingConvention,
          directive: OtherBits.Directive(".variant_pcs"))
      ],
      readOnlySections: [], ordersSymbolsByGot: false,
      tools: Tools(
        // GNU's tools serve both byte orders and word sizes.
        gnuTriples: triple == "aarch64-linux-gnu" ? [triple] : [triple, "aarch64-linux-gnu"],
        others: others, emulation: emulation,
        assemblerArguments: assemblerArguments, clangTarget: triple, clangArguments: [],
        assemblyPrologue: ""),
      directories: LibraryDirectories(
        multiarch: triple, others: [directory], platform: platform))
  }
}
