internal import ElfKit
internal import Mangling

// Motorola 68000: System V ABI, Motorola 68000 Processor Family Supplement.
extension Architecture {
  static let m68k = Architecture(
    name: "m68k", aliases: ["m68000"], elfClass: .elf32, byteOrder: .big, machine: .m68k,
    flags: 0,
    dataModel: .m68k, maxPageSize: 0x2000, linkAttributes: [], otherBits: [],
    readOnlySections: [], ordersSymbolsByGot: false,
    tools: Tools(
      gnuTriples: ["m68k-linux-gnu"], others: [], emulation: "m68kelf",
      assemblerArguments: [], clangTarget: "m68k-linux-gnu", clangArguments: [],
      assemblyPrologue: ""),
    directories: LibraryDirectories(multiarch: "m68k-linux-gnu", others: [], platform: nil))
}
