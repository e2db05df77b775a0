internal import ElfKit
public import Support
internal import SystemPackage

/// Makes objects and libraries of a plan with an external assembler and linker.
public struct StubBuild: Sendable {
  private let plan: StubPlan
  private let tools: Toolchain
  /// Told each command before it is run, and what the tools say when they succeed.
  private let report: @Sendable (Message) -> Void

  /// What a user may want to see of the work.
  public enum Message: Sendable {
    /// A command line that is about to be run, or a line of a tool that has failed.
    case command(String)
    /// What a tool says that succeeds.
    case toolOutput(String)
  }

  /// - Parameters:
  ///   - plan: what to make.
  ///   - tools: by what.
  ///   - report: told each command before it is run, and what the tools say when they succeed.
  public init(
    _ plan: StubPlan, with tools: Toolchain,
    report: @escaping @Sendable (Message) -> Void = { _ in }
  ) {
    self.plan = plan
    self.tools = tools
    self.report = report
  }

  /// The bytes of the relocatable object.
  ///
  /// - Throws: `InputError` with the line that the assembler does not take.
  public func object() async throws(InputError) -> [UInt8] {
    let directory = try ScratchDirectory()
    return try Self.read(try await assemble(in: directory))
  }

  /// The bytes of the shared library.
  ///
  /// - Throws: `InputError` when a tool fails, or when the linker gives the library another layout
  ///   than the plan has.
  public func library() async throws(InputError) -> [UInt8] {
    let directory = try ScratchDirectory()
    let object = try await assemble(in: directory)
    var job = Toolchain.LinkJob(
      object: object, output: directory.appending("stub.so"),
      soname: try argument(plan.object.soname, "#%soname"))
    if let script = try VersionScript.nodes(of: plan, withParents: tools.writesParents) {
      job.versionScript = try directory.write(script, as: "stub.ver")
    }
    if tools.needsLinkerScript {
      job.linkerScript = try directory.write(LinkerScript.text(for: plan), as: "stub.ld")
    }
    job.needed = try await linkNeededLibraries(in: directory)
    try await run(tools.linker, tools.linkerArguments(job))
    try StubVerification.verify(job.output, against: plan, linker: tools.linker.path.string)
    return try Self.read(job.output)
  }

  private func assemble(in directory: borrowing ScratchDirectory) async throws(InputError)
    -> FilePath
  {
    let text = try AssemblyText.text(of: plan)
    let source = try directory.write(text, as: "stub.s")
    let object = directory.appending("stub.o")
    let arguments = tools.assemblerArguments(source, output: object)
    try await run(tools.assembler, arguments, assembling: text)
    return object
  }

  /// Runs a tool.
  ///
  /// - Parameters:
  ///   - tool: the assembler or the linker.
  ///   - arguments: all of its arguments.
  ///   - text: what the assembler reads, by which its complaints are traced to a symbol.
  private func run(_ tool: Toolchain.Tool, _ arguments: [String], assembling text: [UInt8]? = nil)
    async throws(InputError)
  {
    let job = ToolRun(tool: tool, arguments: arguments)
    report(.command(job.commandLine))
    let outcome = try await job()
    guard outcome.succeeded else { throw blame(outcome, of: tool, text: text) }
    if !outcome.output.isEmpty { report(.toolOutput(outcome.output)) }
  }

  /// A SONAME as an argument of the linker.
  private func argument(_ soname: [UInt8]?, _ what: String) throws(InputError) -> String {
    guard let soname else {
      throw InputError(.usage, path: plan.path, "no SONAME; give one with --soname")
    }
    guard let text = String(validating: soname, as: UTF8.self) else {
      throw InputError(
        .unsupported, path: plan.path, "\(what) \(ByteName(soname).spelled): not UTF-8")
    }
    return text
  }

  private static func read(_ path: FilePath) throws(InputError) -> [UInt8] {
    try InputBytes(path: path).withBytes { [UInt8]($0) }
  }

  // MARK: NEEDED

  /// A linker enters a library into `DT_NEEDED` when it is given one, so it is given empty ones
  /// of the names wanted.
  private func linkNeededLibraries(in directory: borrowing ScratchDirectory)
    async throws(InputError) -> [FilePath]
  {
    guard !plan.object.needed.isEmpty else { return [] }
    let source = try directory.write([], as: "empty.s")
    let empty = directory.appending("empty.o")
    try await run(tools.assembler, tools.assemblerArguments(source, output: empty))
    var libraries: [FilePath] = []
    for (index, name) in plan.object.needed.enumerated() {
      let library = directory.appending("needed\(index).so")
      let job = Toolchain.LinkJob(
        object: empty, output: library, soname: try argument(name, "#%needed"))
      try await run(tools.linker, tools.linkerArguments(job))
      libraries.append(library)
    }
    return libraries
  }

  // MARK: Blame

  /// The error of a tool with the line of the ABI that it stems from.
  ///
  /// - Parameter text: the assembly, when the tool is the assembler.
  private func blame(_ outcome: ToolRun.Outcome, of tool: Toolchain.Tool, text: [UInt8]?)
    -> InputError
  {
    let lines = outcome.output.split(separator: "\n").map { String($0) }
    let cause =
      lines.first { $0.lowercased().contains("error") } ?? lines.first {
        !$0.hasSuffix("messages:")
      }
      ?? outcome.ending
    let entry =
      text.flatMap { ToolMessage.entry(blamedBy: cause, in: $0, of: plan) }
      ?? ToolMessage.entry(namedIn: cause, of: plan)
    let name = tool.path.lastComponent?.string ?? tool.path.string
    var message = "\(name): \(ToolMessage.withoutPlace(cause))"
    if let entry { message = "\(plan.name(of: plan.entries[entry])): \(message)" }
    if lines.count > 2 { message += " (and \(lines.count - 1) more lines; see --verbose)" }
    for line in lines { report(.command(line)) }
    return entry.map { plan.error(at: $0, message) }
      ?? InputError(.unsupported, path: plan.path, message)
  }
}
