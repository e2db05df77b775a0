internal import ElfKit
internal import Mangling

// S/390 and z/Architecture: ELF Application Binary Interface, s390x Supplement, and its
// predecessor for 31 bits.
extension Architecture {
  static let s390x = s390(
    "s390x", ["systemz"], .elf64, .s390x, triples: ["s390x-linux-gnu"], emulation: "elf64_s390",
    "-m64", directory: "lib64")

  /// With 31-bit addresses.
  static let s390 = s390(
    "s390", ["s390_31"], .elf32, .s390, triples: ["s390-linux-gnu", "s390x-linux-gnu"],
    emulation: "elf_s390", "-m31", directory: "lib32")

  private static func s390(
    _ name: String, _ aliases: [String], _ elfClass: ElfHeader.Class, _ dataModel: DataModel,
    triples: [String], emulation: String, _ assemblerArgument: String, directory: String
  ) -> Architecture {
    Architecture(
      name: name, aliases: aliases, elfClass: elfClass, byteOrder: .big, machine: .s390,
      flags: 0, dataModel: dataModel, maxPageSize: 0x1000,
      linkAttributes: [], otherBits: [], readOnlySections: [],
      ordersSymbolsByGot: false,
      tools: Tools(
        gnuTriples: triples, others: [], emulation: emulation,
        assemblerArguments: [assemblerArgument], clangTarget: triples[0], clangArguments: [],
        assemblyPrologue: ""),
      // The platform is the model of the processor: z14.
      directories: LibraryDirectories(multiarch: triples[0], others: [directory], platform: nil))
  }
}
