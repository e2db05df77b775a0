package import ElfKit
internal import Mangling

// x86: System V ABI, AMD64 and Intel386 Architecture Processor Supplements. Neither flags nor bits
// of st_other are defined.
extension Architecture {
  // swift-format-ignore: AlwaysUseLowerCamelCase
  static let x86_64 = x86(
    "x86_64", ["amd64", "x86-64", "x64"], .elf64, .x86_64, .x86_64,
    triples: ["x86_64-linux-gnu", "i686-linux-gnu", "x86_64-linux-gnux32"],
    emulation: "elf_x86_64", "--64",
    LibraryDirectories(multiarch: "x86_64-linux-gnu", others: ["lib64"], platform: "x86_64"))

  static let i386 = x86(
    "i386", ["x86_32", "x86", "i486", "i586", "i686", "ia32"], .elf32, .i386, .x86_32,
    triples: ["i686-linux-gnu", "x86_64-linux-gnu", "x86_64-linux-gnux32"],
    emulation: "elf_i386", "--32",
    LibraryDirectories(multiarch: "i386-linux-gnu", others: ["lib32"], platform: "i686"))

  /// The x86-64 ILP32 ABI.
  static let x32 = x86(
    "x32", ["x86_64-ilp32"], .elf32, .x86_64, .x32,
    triples: ["x86_64-linux-gnux32", "x86_64-linux-gnu", "i686-linux-gnu"],
    emulation: "elf32_x86_64", "--x32",
    LibraryDirectories(multiarch: "x86_64-linux-gnux32", others: ["libx32"], platform: "x86_64"))

  private static func x86(
    _ name: String, _ aliases: [String], _ elfClass: ElfHeader.Class, _ machine: Machine,
    _ dataModel: DataModel, triples: [String], emulation: String, _ assemblerArgument: String,
    _ directories: LibraryDirectories
  ) -> Architecture {
    Architecture(
      name: name, aliases: aliases, elfClass: elfClass, byteOrder: .little, machine: machine,
      flags: 0, dataModel: dataModel, maxPageSize: 0x1000,
      linkAttributes: [], otherBits: [], readOnlySections: [],
      ordersSymbolsByGot: false,
      tools: Tools(
        gnuTriples: triples, others: [Tools.Named(prefix: "genode-x86", emulation: emulation)],
        emulation: emulation,
        assemblerArguments: [assemblerArgument], clangTarget: triples[0], clangArguments: [],
        assemblyPrologue: ""),
      directories: directories)
  }
}

extension ElfHeader {
  /// Whether the machine is one whose program properties are those of x86 (x86-64 psABI, "Program
  /// Property").
  package var isX86: Bool { machine == .x86_64 || machine == .i386 }
}
