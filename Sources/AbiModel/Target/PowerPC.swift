internal import ElfKit
internal import Mangling

// PowerPC: 64-Bit ELF V2 ABI Specification, and Power Architecture 32-bit ABI Supplement.
extension Architecture {
  static let ppc64le = ppc64(
    "ppc64le", ["powerpc64le", "ppc64el", "powerpc64el"], .little, .ppc64,
    triples: ["powerpc64le-linux-gnu", "powerpc64-linux-gnu"], emulation: "elf64lppc",
    clangArguments: [])

  /// With the `long double` of IEEE 754 (`-mabi=ieeelongdouble`). The names of functions tell, and
  /// ELF headers do not.
  static let ppc64leIEEE = ppc64(
    "ppc64le_ieee", ["ppc64_ieee"], .little, .ppc64IEEE,
    triples: ["powerpc64le-linux-gnu", "powerpc64-linux-gnu"], emulation: "elf64lppc",
    clangArguments: ["-mabi=ieeelongdouble"])

  /// ELFv2 as well: the function descriptors of ELFv1 are contents, which a stub does not have.
  static let ppc64 = ppc64(
    "ppc64", ["powerpc64", "ppc64be"], .big, .ppc64,
    triples: ["powerpc64-linux-gnu", "powerpc64le-linux-gnu"], emulation: "elf64ppc",
    clangArguments: [])

  private static func ppc64(
    _ name: String, _ aliases: [String], _ byteOrder: ElfHeader.ByteOrder, _ dataModel: DataModel,
    triples: [String], emulation: String, clangArguments: [String]
  ) -> Architecture {
    Architecture(
      name: name, aliases: aliases, elfClass: .elf64, byteOrder: byteOrder, machine: .ppc64,
      // EF_PPC64_ABI: version 2.
      flags: 2, dataModel: dataModel, maxPageSize: 0x10000,
      linkAttributes: [], otherBits: localEntries, readOnlySections: [],
      ordersSymbolsByGot: false,
      tools: Tools(
        gnuTriples: triples, others: [], emulation: emulation,
        assemblerArguments: ["-a64", byteOrder == .little ? "-mlittle" : "-mbig"],
        clangTarget: triples[0], clangArguments: clangArguments,
        assemblyPrologue: "\t.abiversion 2\n"),
      // The platform is the model of the processor: power8.
      directories: LibraryDirectories(multiarch: triples[0], others: ["lib64"], platform: nil))
  }

  static let ppc = Architecture(
    name: "ppc", aliases: ["powerpc", "ppc32", "powerpc32"], elfClass: .elf32, byteOrder: .big,
    machine: .ppc, flags: 0, dataModel: .ppc32, maxPageSize: 0x10000,
    linkAttributes: [], otherBits: [], readOnlySections: [],
    ordersSymbolsByGot: false,
    tools: Tools(
      gnuTriples: ["powerpc-linux-gnu", "powerpc64-linux-gnu"], others: [],
      emulation: "elf32ppc", assemblerArguments: ["-a32", "-mbig"],
      clangTarget: "powerpc-linux-gnu", clangArguments: [], assemblyPrologue: ""),
    directories: LibraryDirectories(
      multiarch: "powerpc-linux-gnu", others: ["lib32"], platform: nil))

  /// `STO_PPC64_LOCAL_MASK` (ELFv2 3.4.1 "Symbol Values"): how many bytes behind the global entry
  /// point the local one is, as a power of two, and 1 where the function does not preserve the TOC
  /// pointer. Callers in other modules enter by the global one and restore the TOC pointer
  /// themselves, so programs do not depend on it (but for those that were linked with
  /// `--plt-localentry`, for which the dynamic linker compares).
  private static let localEntries: [OtherBits] = [
    (0x20, 1), (0x40, 4), (0x60, 8), (0x80, 16), (0xa0, 32), (0xc0, 64),
  ].map { value, argument in
    OtherBits(
      name: "STO_PPC64_LOCAL", mask: 0xe0, value: value, meaning: .code,
      directive: OtherBits.Directive(".localentry", argument))
  }
}
