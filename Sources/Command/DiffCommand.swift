import AbiModel
import AbiTool
import Findings
import Support
import ArgumentParser
import SystemPackage

/// `abitool diff`: two versions of a library.
struct DiffCommand: AsyncParsableCommand, RefusesUnusedOptions {
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
    help: ArgumentHelp(
      "OLD and NEW; with --baseline NEW only. - is standard input.", valueName: "file"))
  var files: [InputPath] = []

  @Option(
    help: ArgumentHelp(
      "The ABI text that is checked in: it stands for OLD. Nothing is said when nothing changed.",
      valueName: "abi"))
  var baseline: InputPath?

  @Flag(help: "With --baseline: accept the changes and write them into the file.")
  var update = false

  @Option(
    help: """
      Of libraries, compare what is promised, or all that a linker sees. (default: canonical)
      """)
  var profile: Extraction.Profile?

  @OptionGroup
  var selection: SelectionOptions

  @OptionGroup(title: "Report")
  var report: ReportOptions

  mutating func validate() throws {
    let wanted = baseline == nil ? 2 : 1
    guard files.count == wanted else {
      throw ValidationError(
        baseline == nil ? "give two files, OLD and NEW" : "give one file with --baseline: NEW")
    }
    try refuseUnusedOptions()
    if update, let baseline, InputFile.isNameless(baseline.path) {
      throw ValidationError("--update writes into a file; \(baseline.string) is none")
    }
  }

  static let optionUses = ReportOptions.optionUses.merging([
    "baseline": [],
    "update": [[.baseline]],
    "profile": [],
    "kernel": [],
    "arch": [],
    // Notes are listed in any case.
    "all": [[.text], [.headings]],
    // What is accepted is no reason to fail.
    "strict": [[.comparison]],
  ]) { $1 }

  var situations: Set<Situation> {
    report.situations.union(
      Set(given: [.report: true, .baseline: baseline != nil, .comparison: !update]))
  }

  func run() async throws {
    let old = baseline ?? files[0]
    let new = files[files.count - 1]
    let kept = Baseline(old.path, profile: profile ?? .canonical)
    if update, try kept.create(from: new.path) {
      Diagnostics.line("\(old.string): written; check it in")
      try report.writeStamp()
      return
    }
    let pair = try DiffInputs(
      old: old.path, new: new.path, profile: profile ?? .canonical,
      selector: Abi.Selector(
        kernels: selection.kernel.map { .named($0) } ?? .unspecified,
        architecture: selection.arch.flatMap { Architecture(named: $0) }))
    // What follows from the baseline tells no news of the library.
    if baseline != nil, pair.new.isStub { throw StubMarker.refused(new.string) }
    try refuseUnusedSelection(pair)
    let diff = AbiDiff(from: pair.old, to: pair.new)
    let findings = try report.allowing(diff.findings, builds: diff.builds)
    let verdict = AbiDiff.verdict(of: findings)
    let summary = summary(findings, verdict, diff, pair)
    if update {
      try kept.renew(from: new.path)
      try report.print(summary, isQuiet: verdict == .identical, listsInformation: true)
      try report.writeStamp()
      return
    }
    try report.finish(
      summary, isQuiet: baseline != nil && verdict == .identical, listsInformation: true)
  }

  /// What the files are is known only when they have been read.
  private func refuseUnusedSelection(_ pair: DiffInputs) throws {
    let isLibrary = [pair.old, pair.new].map { $0.header != nil }
    if isLibrary == [true, true], selection.kernel != nil || selection.arch != nil {
      throw ValidationError("--kernel and --arch select lines of ABI texts; both are libraries")
    }
    if isLibrary == [false, false], profile != nil {
      throw ValidationError("--profile is for libraries; both are ABI texts")
    }
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
}
