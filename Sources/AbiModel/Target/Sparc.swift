internal import ElfKit
internal import Mangling

// SPARC: System V ABI, SPARC Processor Supplement, and SPARC Compliance Definition 2.4. The flags
// say which instructions and which memory model code needs, and nothing of calls.
extension Architecture {
  static let sparc64 = sparc(
    "sparc64", ["sparcv9"], .elf64, .sparcV9, .sparc64,
    triples: ["sparc64-linux-gnu", "sparc-linux-gnu"], emulation: "elf64_sparc", "-64",
    // EF_SPARCV9_RMO.
    flags: 0x2, maxPageSize: 0x10_0000, directory: "lib64")

  static let sparc = sparc(
    "sparc", ["sparc32", "sparcv8"], .elf32, .sparc, .sparc,
    triples: ["sparc-linux-gnu", "sparc64-linux-gnu"], emulation: "elf32_sparc", "-32",
    flags: 0, maxPageSize: 0x1_0000, directory: "lib32")

  private static func sparc(
    _ name: String, _ aliases: [String], _ elfClass: ElfHeader.Class, _ machine: Machine,
    _ dataModel: DataModel, triples: [String], emulation: String, _ assemblerArgument: String,
    flags: UInt32, maxPageSize: UInt64, directory: String
  ) -> Architecture {
    Architecture(
      name: name, aliases: aliases, elfClass: elfClass, byteOrder: .big, machine: machine,
      flags: flags, dataModel: dataModel, maxPageSize: maxPageSize,
      linkAttributes: [], otherBits: [], readOnlySections: [],
      ordersSymbolsByGot: false,
      tools: Tools(
        gnuTriples: triples, others: [], emulation: emulation,
        assemblerArguments: [assemblerArgument], clangTarget: triples[0], clangArguments: [],
        assemblyPrologue: ""),
      directories: LibraryDirectories(multiarch: triples[0], others: [directory], platform: nil))
  }
}
