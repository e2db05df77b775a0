internal import Support

/// Codes for a library measured by its ABI, beside those for builds that differ.
extension FindingCode {
  /// Codes for a library as a whole, in the order of reports.
  public static let libraryCodes = [
    archDiffers, versionNodeMissing, otherArch, notInThisBuild,
  ]

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

  /// A line of a text that is another architecture's name.
  public static let otherArch = FindingCode(
    "other-arch", .information, "a name of another architecture",
    explanation: """
      The text lists what several architectures call one function, such as _Znwj beside _Znwm, or \
      what only the run-time library of another architecture has, such as __aeabi_memcpy. The build \
      has the function under its own name, so it lacks nothing.
      """,
    example: """
      _ZN10Connection11upgrade_ramEj T    the library for x86_64 has _ZN10Connection11upgrade_ramEm
      """,
    counterExample: "_ZN10Connection11upgrade_ramE{m|j} T    one line for both",
    authority: .mangling("<builtin-type>"),
    cure: "nothing; {64|32} alternatives say both names in one line")

  /// A line of a union that the only build lacks.
  public static let notInThisBuild = FindingCode(
    "not-in-this-build", .information, "promised by a union, and not in this build",
    explanation: """
      A union (#%union, --union) lists what any of several builds has. One build alone does not \
      tell whether another has the symbol.
      """,
    example: """
      #%union
      main_thread_utcb T    and ld-linux.lib.so does not define it
      """,
    counterExample: "check --kernels nova,linux --abi ld.abi    where one of the kernels has it",
    authority: .manual("abi-format", "Directives"),
    cure: "check all builds together, --kernels or --archs with --abi, to find lines that none has")
}
