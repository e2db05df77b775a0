import AbiModel
import AbiTool
import Findings
import Support
import ArgumentParser
import Synchronization
import SystemPackage

/// `abitool taint`: what ties a program to a kernel.
struct TaintCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "taint",
    abstract: "Find what ties a program to a kernel.",
    usage: "abitool taint [<options>] <file> ...",
    discussion: """
      Looks in finished programs, libraries, objects and archives for system-call instructions, \
      headers of kernels (in DWARF), symbols and libraries of one kernel, a foreign interpreter \
      and the marks of operating systems. A kernel-agnostic file has none of these.

      Exit status: 0 kernel-agnostic, 1 tainted, 2 an input could not be used, or its code is not \
      known.

      Examples:
        abitool taint init
        abitool taint --summary ld-nova.lib.so
        abitool taint --abi ld.abi --kernel-headers 'nova/*' bin/*
      """)

  @Argument(
    help: ArgumentHelp("Programs, libraries, objects or archives.", valueName: "file"),
    completion: .file())
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "ABI whose symbols with kernel=… belong to one kernel. Repeatable.", valueName: "abi"),
    completion: .file())
  var abi: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Take headers that match for those of a kernel, in place of the default list. Matched \
      against the path and its ends behind a slash. Repeatable.
      """, valueName: "glob"))
  var kernelHeaders: [String] = []

  @Option(
    help: ArgumentHelp(
      "Take libraries that match for those of one kernel, too. Repeatable.", valueName: "glob"))
  var kernelLibrary: [String] = []

  @Option(
    help: ArgumentHelp(
      "Name of the framework's dynamic linker. Repeatable. (default: ld.lib.so and the SONAMEs of the ABIs)",
      valueName: "name"))
  var interpreter: [String] = []

  @Flag(help: "Look for in, out, hlt, cli, sti, wrmsr, vmcall and vmmcall, too.")
  var privileged = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "How many files to read at a time. (default: the number of cores)", valueName: "n"))
  var jobs: Int?

  @OptionGroup(title: "Report")
  var report: ReportOptions

  mutating func validate() throws {
    guard !files.isEmpty else { throw ValidationError("Missing expected argument '<file> ...'") }
    if let jobs, jobs < 1 { throw ValidationError("--jobs is at least 1") }
    if report.summary, report.format != .text {
      throw ValidationError("--summary is a form of text; leave out --format")
    }
  }

  func run() async throws {
    let options = try options()
    // What is wrong with the allow file is said before the work.
    let allow = try report.allow.map { path throws(InputError) in
      try AllowFile(path: FilePath(path))
    }
    var (results, failures) = await look(options)
    let stale = failures.isEmpty ? allow?.apply(to: &results) ?? [] : []
    if !failures.isEmpty { _ = allow?.apply(to: &results) }
    let isRejected = results.isEmpty && !failures.isEmpty ? false : try show(results, stale)
    for failure in failures { Diagnostics.error(failure.description) }
    if !failures.isEmpty || results.contains(where: { $0.verdict == .notKnown }) {
      throw ExitCode(2)
    }
    if isRejected { throw ExitCode(1) }
  }

  private func options() throws(InputError) -> TaintOptions {
    var options = TaintOptions()
    for path in abi {
      let input = try InputBytes(path: FilePath(path))
      options.abis.append(
        try input.withBytes { text throws(InputError) in try AbiParser.parse(text, path: path) })
    }
    if !kernelHeaders.isEmpty { options.kernelHeaders = kernelHeaders.map { Glob($0) } }
    if !interpreter.isEmpty { options.interpreters = interpreter }
    options.kernelLibraries += kernelLibrary.map { Glob($0) }
    options.includesPrivileged = privileged
    return options
  }

  /// Looks at all files. One that cannot be used does not keep the others from being looked at.
  private func look(_ options: TaintOptions) async -> ([TaintResult], [InputError]) {
    let files = files
    let count = Progress(total: files.count)
    let percent = PercentProgress()
    var options = options
    if files.count == 1 { options.progress = { percent($0) } }
    let settings = options
    let results = Mutex([[TaintResult]](repeating: [], count: files.count))
    let batch = Batch(count: files.count, jobs: jobs) { if files.count > 1 { count($0) } }
    let failures = await batch.run { index throws(InputError) in
      let found = try Taint.results(of: FilePath(files[index]), options: settings)
      results.withLock { $0[index] = found }
    }
    percent.finish()
    return (results.withLock { Array($0.joined()) }, failures)
  }

  /// Prints the results and tells whether one is rejected.
  private func show(_ results: [TaintResult], _ stale: [Finding]) throws -> Bool {
    let whole = Report(taint: results, stale: stale)
    guard report.format == .text, !report.oneLine else {
      do {
        try report.finish(whole)
        return false
      } catch let code as ExitCode {
        return code.rawValue == 1
      }
    }
    if report.summary {
      try Diagnostics.output(TaintSummary.text(of: results))
    } else {
      var text = TaintText()
      text.usesColor = ReportOptions.colorIsWanted
      text.isQuiet = report.quiet
      if report.all { text.limit = nil }
      try Diagnostics.output(text.text(of: results, stale: stale))
    }
    return whole.isRejected || (report.strict && whole.count(.warning) > 0)
  }
}
