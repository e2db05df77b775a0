internal import ElfKit
internal import Mangling

// LoongArch: ELF for the LoongArch Architecture.
extension Architecture {
  /// lp64d, relocations of version 1 (`EF_LOONGARCH_ABI_DOUBLE_FLOAT`, `EF_LOONGARCH_OBJABI_V1`).
  static let loongarch64 = Architecture(
    name: "loongarch64", aliases: ["loong64"], elfClass: .elf64, byteOrder: .little,
    machine: .loongArch, flags: 0x43,
    dataModel: .loongarch64, maxPageSize: 0x10000, linkAttributes: [], otherBits: [],
    readOnlySections: [], ordersSymbolsByGot: false,
    tools: Tools(
      gnuTriples: ["loongarch64-linux-gnu"], others: [], emulation: "elf64loongarch",
      assemblerArguments: [], clangTarget: "loongarch64-linux-gnu", clangArguments: [],
      assemblyPrologue: ""),
    directories: LibraryDirectories(
      multiarch: "loongarch64-linux-gnu", others: ["lib64"], platform: "loongarch"))
}
