import AbiModel
import AbiTool
import Findings
import Support
import ArgumentParser
import SystemPackage

/// `check --program` and `check --library`: programs and implementations against ABIs.
struct LinkCheckOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      Programs or libraries to check, or directories with them: do they need nothing beyond the \
      ABIs and libraries given, or the system at --sysroot?
      """,
      valueName: "file"), completion: .file())
  var program: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      Without --program: implementations to check against the ABI. With it: libraries that the \
      programs may use.
      """,
      valueName: "file"), completion: .file())
  var library: [String] = []

  @Option(help: "Of the ABI, leave out what is for other kernels.")
  var kernel: String?

  @Option(help: "The architecture that the libraries are to be for.")
  var arch: String?

  @Option(
    help: ArgumentHelp(
      "The root of the system in which the programs run; needed libraries are looked for in it.",
      valueName: "dir"), completion: .directory)
  var sysroot: String?

  @Flag(help: "Reject programs that use what exists on some kernels only.")
  var kernelAgnostic = false

  @Option(
    help: ArgumentHelp(
      "Tell where the dynamic linker looks for a symbol of the programs, and where it finds it.",
      valueName: "symbol"))
  var why: String?

  @Flag(help: "Print the lines to add to the ABI for the weak C++ symbols that the programs need.")
  var suggest = false

  @Flag(help: "Report what each symbol of the programs is bound to.")
  var bindings = false

  /// Whether one of the modes is wanted.
  var isWanted: Bool { !program.isEmpty || !library.isEmpty }

  func validate(abi: [String]) throws {
    if !program.isEmpty {
      guard !abi.isEmpty || !library.isEmpty || sysroot != nil else {
        throw ValidationError(
          "say with --abi, --library or --sysroot what the programs may use")
      }
      if arch != nil {
        throw ValidationError("--arch is for --library: a program says what it is for")
      }
      return
    }
    if why != nil || suggest || bindings || sysroot != nil || kernelAgnostic {
      throw ValidationError(
        "--why, --suggest, --bindings, --sysroot and --kernel-agnostic are for --program")
    }
    if let arch, Architecture(named: arch) == nil {
      throw ValidationError("no such architecture: \(arch); known are \(Architecture.listing)")
    }
    if !library.isEmpty, abi.count != 1 {
      throw ValidationError("--library is checked against one ABI: --abi FILE")
    }
  }

  func run(abi: [String], _ report: ReportOptions) async throws {
    guard !program.isEmpty else {
      try checkLibraries(abi[0], report)
      return
    }
    try await checkPrograms(abi, report)
  }
}
