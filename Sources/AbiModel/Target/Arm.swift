internal import ElfKit
internal import Mangling

// Arm: ELF for the Arm Architecture (AAELF32), EABI version 5. The float ABI is a flag of
// executables and shared libraries, `EF_ARM_ABI_FLOAT_HARD` or `EF_ARM_ABI_FLOAT_SOFT`, which
// linkers derive from `Tag_ABI_VFP_args` (Addenda to the ABI for the Arm Architecture); compilers
// set the tag, and assemblers do not.
extension Architecture {
  /// Floating-point arguments in VFP registers.
  static let arm = arm(
    "arm", ["armhf", "armv7", "armv7a", "armv7l", "armv6", "armv6l"], flags: 0x0500_0400,
    triples: ["arm-linux-gnueabihf", "arm-linux-gnueabi"], floatABI: "hard", vfpArguments: 1)

  /// Floating-point arguments in core registers, whatever computes with them (`softfp`, `soft`):
  /// Debian's armel, and Genode's specs.
  static let armel = arm(
    "armel", ["arm_v7a", "arm_v7", "arm_v6"], flags: 0x0500_0200,
    triples: ["arm-linux-gnueabi", "arm-linux-gnueabihf"], floatABI: "softfp", vfpArguments: 0)

  private static func arm(
    _ name: String, _ aliases: [String], flags: UInt32, triples: [String], floatABI: String,
    vfpArguments: UInt64
  ) -> Architecture {
    Architecture(
      name: name, aliases: aliases, elfClass: .elf32, byteOrder: .little, machine: .arm,
      flags: flags,
      dataModel: .arm, maxPageSize: 0x10000,
      linkAttributes: [
        // Tag_ABI_VFP_args.
        SharedObject.LinkSection(
          name: ".ARM.attributes", kind: .processorAttributes,
          contents: ObjectAttributes(vendor: "aeabi", [.number(28, vfpArguments)])
            .bytes(in: .little))
      ], otherBits: [],
      readOnlySections: [], ordersSymbolsByGot: false,
      tools: Tools(
        gnuTriples: triples, others: [Tools.Named(prefix: "genode-arm", emulation: "armelf")],
        emulation: "armelf_linux_eabi",
        assemblerArguments: ["-meabi=5", "-mfloat-abi=\(floatABI)"], clangTarget: triples[0],
        clangArguments: [],
        assemblyPrologue: "\t.eabi_attribute 28, \(vfpArguments)\n"),
      // The platform is the version of the processor's architecture: v7l.
      directories: LibraryDirectories(multiarch: triples[0], others: [], platform: nil))
  }
}
