import AbiModel
import AbiTool
import ArgumentParser
import Findings
import Support
import SystemPackage

/// `abitool taint`: what ties a program to a kernel.
struct TaintCommand: AsyncParsableCommand, RefusesUnusedOptions {
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
        abitool taint --headers init
        abitool taint --summary ld-nova.lib.so
        abitool taint --abi ld.abi --kernel-headers 'nova/*' bin/*
      """)

  @Argument(
    help: ArgumentHelp(
      "Programs, libraries, objects or archives; - is standard input.", valueName: "file"))
  var files: [InputPath]

  @Option(
    help: ArgumentHelp(
      "ABI whose symbols with kernel=… belong to one kernel. Repeatable.", valueName: "abi"))
  var abi: [InputPath] = []

  @Option(
    help: ArgumentHelp(
      """
      Take headers that match for those of a kernel, in place of the default list. Matched \
      against the path and its ends behind a slash. Repeatable.
      """, valueName: "glob"))
  var kernelHeaders: [String] = []

  @Flag(
    help: """
      Ask for the headers of all code; what has no DWARF, in the file or where debuggers look for \
      it, is not known then.
      """)
  var headers = false

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

  @OptionGroup
  var jobs: JobOptions

  @OptionGroup(title: "Report")
  var report: ReportOptions

  mutating func validate() throws {
    guard !files.isEmpty else { throw ValidationError("Missing expected argument '<file> ...'") }
    try refuseUnusedOptions()
  }

  static let optionUses = ReportOptions.optionUses.merging([
    "abi": [],
    "kernel-headers": [],
    "headers": [],
    "kernel-library": [],
    "interpreter": [],
    "privileged": [],
    "jobs": [],
    // A line a finding is never cut, and there are no notes.
    "all": [[.report], [.headings]],
    "quiet": [[.text], [.listing]],
    "strict": [[.warnings]],
  ]) { $1 }

  var situations: Set<Situation> { report.situations.union([.report]) }

  func run() async throws {
    // What is wrong with the allow file is said before the work.
    let allow = try report.allow.map { file throws(InputError) in try AllowFile(path: file.path) }
    let batch = TaintBatch(files.map(\.path), options: try options())
    let count = Progress(total: files.count)
    let percent = PercentProgress()
    var (results, failures) = await batch.run(jobs: jobs.jobs) { progress in
      switch progress {
      case .files(let done): count(done)
      case .share(let share): percent(share)
      }
    }
    percent.finish()
    let stale = failures.isEmpty ? allow?.apply(to: &results) ?? [] : []
    if !failures.isEmpty { _ = allow?.apply(to: &results) }
    var whole = Report(taint: results, stale: stale)
    whole.warningsReject = report.strict
    if !results.isEmpty || failures.isEmpty { try show(results, stale, whole) }
    for failure in failures { Diagnostics.error(failure.description) }
    if !failures.isEmpty || results.contains(where: \.isNotKnown) {
      throw ExitCode(2)
    }
    if whole.isRejected { throw ExitCode(1) }
    try report.writeStamp()
  }

  private func options() throws(InputError) -> TaintOptions {
    var options = TaintOptions()
    for file in abi {
      let input = try InputBytes(path: file.path)
      options.abis.append(
        try input.withBytes { text throws(InputError) in
          try AbiParser.parse(text, path: file.string)
        })
    }
    if !kernelHeaders.isEmpty { options.kernelHeaders = kernelHeaders.map { Glob($0) } }
    options.asksHeaders = headers
    if !interpreter.isEmpty { options.interpreters = interpreter }
    options.kernelLibraries += kernelLibrary.map { Glob($0) }
    options.includesPrivileged = privileged
    return options
  }

  private func show(_ results: [TaintResult], _ stale: [Finding], _ whole: Report) throws {
    guard report.isText, !report.oneLine else {
      try report.print(whole)
      return
    }
    var text = TaintText()
    text.usesColor = ReportOptions.colorIsWanted
    text.isQuiet = report.quiet
    if report.all { text.limit = nil }
    try Diagnostics.output(text.text(of: report.summary ? [] : results, stale: stale))
    if report.summary { try Diagnostics.output(TaintSummary.text(of: results)) }
  }
}
