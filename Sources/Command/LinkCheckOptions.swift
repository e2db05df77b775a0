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
      valueName: "file"))
  var program: [InputPath] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      Without --program: implementations to check against the ABI. With it: libraries that the \
      programs may use; NAME=FILE gives a file the name under which they need it.
      """,
      valueName: "file"))
  var library: [LibraryPath] = []

  @OptionGroup
  var selection: SelectionOptions

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

  @Flag(
    help: "Print the lines to add, and to which ABI, for the weak C++ symbols that programs need.")
  var suggest = false

  @Flag(help: "With --suggest: add the lines to the ABI texts.")
  var update = false

  @Flag(help: "Report what each symbol of the programs is bound to.")
  var bindings = false

  static let optionUses: OptionUses = [
    "program": [],
    "library": [],
    "kernel": [[.library, .programWithAbi]],
    "arch": [[.library]],
    "sysroot": [[.program]],
    "kernel-agnostic": [[.programReport]],
    "why": [[.program]],
    "suggest": [[.programWithoutWhy]],
    "update": [[.suggest]],
    "bindings": [[.programReport]],
  ]

  func situations(abi: [InputPath]) -> Set<Situation> {
    let isProgram = !program.isEmpty
    return Set(given: [
      .library: isLibraryCheck, .program: isProgram, .programWithAbi: isProgram && !abi.isEmpty,
      .programWithoutWhy: isProgram && why == nil, .suggest: suggest,
      .programReport: isProgram && why == nil && !suggest,
    ])
  }

  /// Whether one of the modes is wanted.
  var isWanted: Bool { !program.isEmpty || !library.isEmpty }

  var isLibraryCheck: Bool { program.isEmpty && !library.isEmpty }

  /// - Throws: `ValidationError` when there is nothing to check against.
  func requireCounterpart(abi: [InputPath]) throws {
    if isLibraryCheck, abi.count != 1 {
      throw ValidationError("--library is checked against one ABI: --abi FILE")
    }
    if !program.isEmpty, abi.isEmpty, library.isEmpty, sysroot == nil {
      throw ValidationError("say with --abi, --library or --sysroot what the programs may use")
    }
    if update, let nameless = abi.first(where: { InputFile.isNameless($0.path) }) {
      throw ValidationError("--update: \(nameless.string) is no file to add to")
    }
  }

  func run(
    _ promise: PromiseOptions, _ jobs: JobOptions, _ report: ReportOptions
  ) async throws {
    guard !program.isEmpty else {
      try checkLibraries(promise, report)
      return
    }
    try await checkPrograms(promise.abi, isUnion: promise.union, jobs, report)
  }
}
