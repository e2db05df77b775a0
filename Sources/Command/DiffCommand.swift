import AbiModel
import AbiTool
import Findings
import Support
import ArgumentParser
import SystemPackage

/// `abitool diff`: two versions of a library.
struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Tell what changed between two versions of an ABI, and whether it breaks anyone.",
    usage: """
      abitool diff [<options>] <old> <new>
      abitool diff [<options>] --baseline <abi> [--update] <new>
      """,
    discussion: """
      OLD and NEW are ABI texts or libraries.

      Exit status: 0 when programs that are linked with \
      OLD work with NEW, 1 when some break, 2 when an input could not be used.

      Examples:
        abitool diff libdemo.so.1.0 libdemo.so.1.1
        abitool diff --baseline libdemo.abi build/libdemo.so
        abitool diff --format markdown old.abi new.abi
      """)

  @Argument(
    help: ArgumentHelp("OLD and NEW; with --baseline NEW only.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "The ABI text that is checked in: it stands for OLD. Nothing is said when nothing changed.",
      valueName: "abi"),
    completion: .file())
  var baseline: String?

  @Flag(help: "With --baseline: accept the changes and write them into the file.")
  var update = false

  @Option(help: "Compare what is promised, or all that a linker sees.")
  var profile = Extraction.Profile.canonical

  @Option(help: "Of the ABIs, leave out what is for other kernels.")
  var kernel: String?

  @Option(help: "Of the ABIs, leave out what is for other architectures.")
  var arch: String?

  @OptionGroup(title: "Report")
  var report: ReportOptions

  mutating func validate() throws {
    let wanted = baseline == nil ? 2 : 1
    guard files.count == wanted else {
      throw ValidationError(
        baseline == nil ? "give two files, OLD and NEW" : "give one file with --baseline: NEW")
    }
    if update, baseline == nil { throw ValidationError("--update goes with --baseline") }
    if let arch, Architecture(named: arch) == nil {
      throw ValidationError("no such architecture: \(arch); known are \(Architecture.listing)")
    }
  }

  func run() async throws {
    let oldPath = baseline ?? files[0]
    let newPath = files[files.count - 1]
    if update, let baseline, try create(baseline, from: newPath) { return }
    let pair = try DiffInputs(
      old: FilePath(oldPath), new: FilePath(newPath), profile: profile,
      selector: Abi.Selector(
        kernels: kernel.map { .named($0) } ?? .unspecified,
        architecture: arch.flatMap { Architecture(named: $0) }))
    let diff = AbiDiff(from: pair.old, to: pair.new)
    let findings = try report.allowing(diff.findings, builds: diff.builds)
    let verdict = AbiDiff.verdict(of: findings)
    let summary = summary(findings, verdict, diff, pair)
    if update, let baseline {
      try renew(baseline, from: newPath)
      try print(summary, verdict)
      return
    }
    try report.finish(
      summary, isQuiet: baseline != nil && verdict == .identical, listsInformation: true)
  }

  private func summary(
    _ findings: [Finding], _ verdict: AbiDiff.Verdict, _ diff: AbiDiff, _ pair: DiffInputs
  ) -> Report {
    let soname = pair.old.abi.soname?.spelled
    let next = NextVersion(
      after: verdict, soname: soname, newSoname: pair.new.abi.soname?.spelled,
      fileName: pair.old.realName)
    var summary = Report(
      command: "diff", subject: "\(pair.old.path) → \(pair.new.path)", builds: diff.builds,
      findings: findings, approval: "\(verdict.rawValue); \(next.words(verdict, current: soname))",
      rejection: "\(verdict.rawValue); \(next.words(verdict, current: soname))")
    summary.facts = [
      ("compatibility", verdict.rawValue), ("nextVersion", next.number ?? next.step.rawValue),
    ]
    if let soname = next.soname ?? soname { summary.facts.append(("nextSoname", soname)) }
    return summary
  }

  // MARK: Baseline

  /// Writes the first baseline. False when there is one.
  private func create(_ baseline: String, from new: String) throws -> Bool {
    guard (try? FilePath(baseline).stat()) == nil else { return false }
    var options = Extraction.Options()
    options.profile = profile
    let input = try AbiInput(path: FilePath(new), options: options)
    try OutputFile(FilePath(baseline)).write(AbiPrinter(input.abi).text())
    Diagnostics.line("\(baseline): written; check it in")
    return true
  }

  /// Comments and order of the file stay.
  private func renew(_ baseline: String, from new: String) throws {
    var options = Extraction.Options()
    options.profile = profile
    try options.addNames(promisedBy: FilePath(baseline))
    var everything = Extraction.Options()
    everything.profile = .complete
    let promised = try AbiInput(path: FilePath(new), options: options)
    let available = try AbiInput(path: FilePath(new), options: everything)
    let update = try AbiUpdate(
      of: FilePath(baseline), promised: promised.abi, available: available.abi, genode: false)
    try OutputFile(FilePath(baseline), onlyIfChanged: true).write(update.text)
  }

  /// What was accepted is no reason to fail.
  private func print(_ summary: Report, _ verdict: AbiDiff.Verdict) throws {
    do {
      try report.finish(summary, isQuiet: verdict == .identical, listsInformation: true)
    } catch is ExitCode {}
  }
}
