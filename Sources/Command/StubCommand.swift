import AbiModel
import AbiTool
import ArgumentParser
import Support
import SystemPackage

/// `abitool stub`: from ABI text to assembly, or to a library to link against.
struct StubCommand: AsyncParsableCommand, RefusesUnusedOptions {
  static let configuration = CommandConfiguration(
    commandName: "stub",
    abstract: "Make a stub library of an ABI: all symbols, no code.",
    usage: "abitool stub [<options>] <abi> ...",
    discussion: """
      Programs that are linked against the stub are the programs that linking against the library \
      gives. What is written follows from the name of OUT: NAME.so or NAME.so.N is a library, NAME.o an object, \
      NAME.map or NAME.ver a version script, all else assembly. The assembly is good for every \
      architecture, unless the ABI says different things for them; libraries and objects are for \
      this machine's, unless --arch says otherwise.

      Examples:
        abitool stub ld.abi -o ld.abi.so --soname-suffix .lib.so
        abitool stub libc.abi --arch aarch64 -o libc.abi.so
        abitool stub libc.abi > libc.s
        abitool stub --emit library -o stubs/ ld.abi libc.abi
        abitool extract libz.so.1 | abitool stub - -o stubs/libz.so.1
      """)

  @Argument(help: ArgumentHelp("ABI texts; - is standard input.", valueName: "abi"))
  var abis: [InputPath]

  @OptionGroup
  var output: OutputOptions

  @OptionGroup
  var selection: SelectionOptions

  @Option(help: ArgumentHelp("The SONAME, in place of the ABI's.", valueName: "name"))
  var soname: String?

  @Option(
    help: ArgumentHelp(
      "What makes the name of the ABI a SONAME, if it states none. (default: .so)",
      valueName: "suffix"))
  var sonameSuffix: String?

  @Option(help: "What to write, in place of what the name of OUT says.")
  var emit: StubForm?

  @Option(help: ArgumentHelp("The assembler, with arguments.", valueName: "command"))
  var assembler: String?

  @Option(help: ArgumentHelp("The linker, with arguments.", valueName: "command"))
  var linker: String?

  @Option(help: "-march for the assembler, in place of the usual one.")
  var march: String?

  @Option(help: "-mabi for the assembler, in place of the usual one.")
  var mabi: String?

  @OptionGroup
  var rebuild: RebuildOptions

  @OptionGroup
  var jobs: JobOptions

  @Flag(name: .shortAndLong, help: "Show the commands that are run.")
  var verbose = false

  mutating func validate() throws {
    try output.requirePlace(forResultsOf: abis.count)
    try refuseUnusedOptions()
    if output.output == nil, form.needsArchitecture {
      throw ValidationError("--emit \(form.rawValue): say with -o where it is to go")
    }
  }

  static let optionUses: OptionUses = [
    "output": [],
    "kernel": [],
    "arch": [],
    "soname": [[.libraryStub]],
    "soname-suffix": [[.libraryStub], [.sonameOfText]],
    "emit": [],
    "assembler": [[.libraryStub, .objectStub]],
    "linker": [[.libraryStub]],
    "march": [[.libraryStub, .objectStub]],
    "mabi": [[.libraryStub, .objectStub]],
    "if-changed": [[.outputFile]],
    "depfile": [[.oneOutput]],
    "jobs": [],
    "verbose": [[.stubByTools, .objectStub]],
  ]

  var situations: Set<Situation> {
    Set(given: [
      .libraryStub: form == .library, .objectStub: form == .object,
      .stubByTools: !tools.isEmpty, .sonameOfText: soname == nil,
      .outputFile: output.isFile, .oneOutput: output.isFile && abis.count == 1,
    ])
  }

  /// What to write.
  private var form: StubForm {
    if let emit { return emit }
    guard case .file(let file) = output.place else { return .assembly }
    return StubForm(forOutput: file.string)
  }

  private var tools: Toolchain.Choice {
    Toolchain.Choice(assembler: assembler, linker: linker, march: march, mabi: mabi)
  }

  func run() async throws {
    let place = try output.place(forResultsOf: abis.count)
    let stems = try StubNames.distinctStems(of: abis.map(\.path))
    let isVerbose = verbose
    let writer = StubWriter(form, tools: tools) { message in
      switch message {
      case .command(let line): if isVerbose { Diagnostics.line(line) }
      case .toolOutput(let text): Diagnostics.raw(text)
      }
    }
    try await place.prepared {
      try await jobs.forEach(abis.count) { index throws(InputError) in
        let abi = abis[index]
        let target = place.path(of: stems[index] + writer.form.suffix)
        try await writer.withBytes(of: try plan(of: abi)) { bytes throws(InputError) in
          try rebuild.write(
            bytes, to: target, from: [abi.path], isLibrary: writer.form == .library)
        }
      }
    }
  }

  private func plan(of abi: InputPath) throws(InputError) -> StubPlan {
    let text = try InputBytes(path: abi.path).withBytes { bytes throws(InputError) in
      try AbiParser.parse(bytes, path: abi.string)
    }
    var soname = soname.map { ByteName($0) } ?? text.soname
    if soname == nil, form == .library {
      soname = try StubNames.soname(of: abi.path, suffix: sonameSuffix ?? ".so")
    }
    // Assembly is for all architectures unless one is named, or the text is of one.
    return try StubPlan(
      text, path: abi.string,
      architecture: selection.architecture ?? text.architecture
        ?? (form.needsArchitecture ? .host : nil),
      kernel: selection.kernel, soname: soname)
  }
}

extension StubForm: ExpressibleByArgument {}
