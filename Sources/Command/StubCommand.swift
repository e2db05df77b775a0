import AbiModel
import AbiTool
import Findings
import Support
import ArgumentParser
import ElfKit
import SystemPackage

/// `abitool stub`: from ABI text to assembly, or to a library to link against.
struct StubCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stub",
    abstract: "Make a stub library of an ABI: all symbols, no code.",
    usage: "abitool stub [<options>] <abi> ...",
    discussion: """
      Programs that are linked against the stub are the programs that linking against the library \
      gives. What is written follows from the name of OUT: NAME.so is a library, NAME.o an object, \
      NAME.map or NAME.ver a version script, all else assembly. The assembly is good for every \
      architecture, unless the ABI says different things for them.

      Examples:
        abitool stub ld.abi -o ld.abi.so --soname-suffix .lib.so
        abitool stub libc.abi --arch aarch64 -o libc.abi.so
        abitool stub libc.abi > libc.s
        abitool stub --emit library -o stubs/ ld.abi libc.abi
      """)

  enum Emit: String, CaseIterable, ExpressibleByArgument {
    case assembly, library, object
    case versionScript = "version-script"

    var suffix: String {
      switch self {
      case .assembly: ".s"
      case .library: ".abi.so"
      case .object: ".o"
      case .versionScript: ".map"
      }
    }

    init(forOutput path: String) {
      self =
        if path.hasSuffix(".so") { .library } else if path.hasSuffix(".o") {
          .object
        } else if path.hasSuffix(".map") || path.hasSuffix(".ver") { .versionScript } else {
          .assembly
        }
    }
  }

  @Argument(help: ArgumentHelp("ABI texts.", valueName: "abi"), completion: .file())
  var abis: [String]

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "The file to write, or a directory. Without it, assembly goes to standard output.",
      valueName: "out"),
    completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "The architecture, in GNU's, LLVM's or Genode's spelling. (default for libraries and objects: this machine's)",
      valueName: "arch"))
  var arch: String?

  @Option(help: ArgumentHelp("The kernel, for ABIs with kernel= lines.", valueName: "kernel"))
  var kernel: String?

  @Option(help: ArgumentHelp("The SONAME, in place of the ABI's.", valueName: "name"))
  var soname: String?

  @Option(
    help: ArgumentHelp(
      "What makes the name of the ABI a SONAME, if it states none.", valueName: "suffix"))
  var sonameSuffix = ".so"

  @Option(help: "What to write, in place of what the name of OUT says.")
  var emit: Emit?

  @Option(help: ArgumentHelp("The assembler, with arguments.", valueName: "command"))
  var assembler: String?

  @Option(help: ArgumentHelp("The linker, with arguments.", valueName: "command"))
  var linker: String?

  @Option(help: "-march for the assembler, in place of the usual one.")
  var march: String?

  @Option(help: "-mabi for the assembler, in place of the usual one.")
  var mabi: String?

  @Flag(help: "Keep the output file and its time stamp when it would not change.")
  var ifChanged = false

  @Option(
    help: ArgumentHelp("Write what the output depends on, as a rule of Make.", valueName: "file"),
    completion: .file())
  var depfile: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "How many ABIs to work on at a time. (default: the number of cores)", valueName: "n"))
  var jobs: Int?

  @Flag(name: .shortAndLong, help: "Show the commands that are run.")
  var verbose = false

  /// Where the results go.
  private enum Destination {
    case standardOutput
    case file(FilePath)
    case directory(FilePath)
  }

  mutating func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs is at least 1") }
    guard abis.count == 1 || output != nil else {
      throw ValidationError("several ABIs need -o DIR for their stubs")
    }
    if output == nil, emit == .library || emit == .object {
      throw ValidationError("a \(emit?.rawValue ?? "library") needs -o FILE")
    }
    if depfile != nil, output == nil || abis.count > 1 {
      throw ValidationError("--depfile is about one ABI and one output file")
    }
  }

  func run() async throws {
    let architecture = try namedArchitecture()
    let destination = try destination()
    if case .directory(let directory) = destination, abis.count > 1 {
      try await runBatch(into: directory, architecture)
      return
    }
    for abi in abis {
      try await make(FilePath(abi), at: destination, architecture)
    }
  }

  private func namedArchitecture() throws -> Architecture? {
    guard let arch else { return nil }
    guard let architecture = Architecture(named: arch) else {
      throw InputError(
        path: "--arch \(arch)", "no such architecture; known are \(Architecture.listing)")
    }
    return architecture
  }

  private func destination() throws(InputError) -> Destination {
    guard let output else { return .standardOutput }
    let path = FilePath(output)
    if (try? path.stat())?.type == .directory { return .directory(path) }
    guard abis.count == 1 else {
      throw InputError(path: output, "not a directory; several ABIs need one")
    }
    return .file(path)
  }

  private func runBatch(into directory: FilePath, _ architecture: Architecture?) async throws {
    var stems: Set<String> = []
    for abi in abis where !stems.insert(StubNames.stem(of: FilePath(abi))).inserted {
      throw InputError(path: abi, "another ABI has this name too; write them to different places")
    }
    let job = self
    let progress = Progress(total: abis.count)
    let batch = Batch(count: abis.count, jobs: jobs) { progress($0) }
    let failures = await batch.run { index throws(InputError) in
      try await job.make(FilePath(job.abis[index]), at: .directory(directory), architecture)
    }
    for failure in failures { Diagnostics.error(failure.description) }
    if !failures.isEmpty { throw ExitCode(2) }
  }

  // MARK: One ABI

  private func make(_ path: FilePath, at destination: Destination, _ named: Architecture?)
    async throws(InputError)
  {
    let (file, emit) = resolve(destination, path)
    let abi = try InputBytes(path: path).withBytes { bytes throws(InputError) in
      // What a failed `abitool extract > FILE` leaves.
      if bytes.isEmpty { throw InputError(path: path.string, "the file is empty") }
      return try AbiParser.parse(bytes, path: path.string)
    }
    // Assembly is for all architectures unless one is named, or the text is of one.
    let architecture =
      named ?? abi.architecture ?? (emit == .library || emit == .object ? .host : nil)
    let plan = try StubPlan(
      abi, path: path.string, architecture: architecture, kernel: kernel,
      soname: soname.map { ByteName($0) } ?? abi.soname
        ?? StubNames.soname(of: path, suffix: sonameSuffix))
    if emit == .library, isBuiltIn, let file {
      let library = try plan.library()
      try library.withBytes { bytes throws(InputError) in try write(bytes, to: file, path, emit) }
      return
    }
    let contents = try await contents(of: plan, emit)
    guard let file else {
      try contents.span.bytes.withUnsafeBytes { raw throws(InputError) in
        try Diagnostics.output(raw)
      }
      return
    }
    try contents.span.bytes.withUnsafeBytes { raw throws(InputError) in
      try write(raw, to: file, path, emit)
    }
  }

  private func write(
    _ contents: UnsafeRawBufferPointer, to file: FilePath, _ abi: FilePath, _ emit: Emit
  ) throws(InputError) {
    try OutputFile(file, onlyIfChanged: ifChanged, isLibrary: emit == .library).write(contents)
    guard let depfile else { return }
    try OutputFile(FilePath(depfile)).write(Depfile.text(target: file, prerequisites: [abi]))
  }

  /// Libraries are written without tools, unless the user asks for some.
  private var isBuiltIn: Bool {
    assembler == nil && linker == nil && march == nil && mabi == nil
  }

  private func resolve(_ destination: Destination, _ abi: FilePath) -> (FilePath?, Emit) {
    switch destination {
    case .standardOutput: return (nil, emit ?? .assembly)
    case .file(let file): return (file, emit ?? Emit(forOutput: file.string))
    case .directory(let directory):
      let emit = emit ?? .assembly
      return (directory.appending(StubNames.stem(of: abi) + emit.suffix), emit)
    }
  }

  private func contents(of plan: StubPlan, _ emit: Emit) async throws(InputError) -> [UInt8] {
    switch emit {
    case .assembly: return try AssemblyText.text(of: plan)
    case .versionScript: return try VersionScript.text(of: plan) ?? []
    case .object: return try await build(plan).object()
    case .library: return try await build(plan).library()
    }
  }

  private func build(_ plan: StubPlan) throws(InputError) -> StubBuild {
    let choice = Toolchain.Choice(
      assembler: assembler, linker: linker, march: march, mabi: mabi)
    let isVerbose = verbose
    let tools = try Toolchain(for: plan.architecture ?? .host, choice)
    return StubBuild(plan, with: tools) { message in
      switch message {
      case .command(let line): if isVerbose { Diagnostics.line(line) }
      case .toolOutput(let text): Diagnostics.raw(text)
      }
    }
  }
}
