internal import Support

/// Codes for a library measured by its ABI, beside those for builds that differ.
extension FindingCode {
  /// Codes for a library as a whole, in the order of reports.
  public static let libraryCodes = [archDiffers, versionNodeMissing]

  /// Class or machine is not that asked for.
  public static let archDiffers = FindingCode(
    "arch-differs", .error, "built for another architecture",
    explanation: """
      Class, byte order or machine in the ELF header are those of another architecture than \
      --arch says. Programs for that architecture cannot load the library.
      """,
    example: """
      ld-nova.lib.so is for i386, and --arch x86_64 was given
      """,
    counterExample: "--arch amd64 for a library of x86_64    two names of one architecture",
    authority: .elfHeader("e_ident, e_machine"),
    cure: "build the library for the architecture, or correct --arch")

  /// A version node of the ABI is not defined.
  public static let versionNodeMissing = FindingCode(
    "version-node-missing", .error, "version node is not defined",
    explanation: """
      The dynamic linker checks when a program starts that the library defines each version that \
      the program needs, whether or not a symbol of it is used.
      """,
    example: """
      ld.abi:3: #%version LD_2 LD_1    and the library defines LD_1 only
      """,
    counterExample: "ld.abi:3: #%version LD_2 LD_1    and the library defines LD_2 without symbols",
    authority: .symbolVersions,
    cure: "keep the node in the version script of the library, even when it is empty")
}
