import AbiModel
import AbiTool
import Findings
import Support
import ArgumentParser
import Glibc
import SystemPackage

/// How a report is to be given: what all commands that have findings share.
struct ReportOptions: ParsableArguments {
  @Option(help: "The form of the report. (default: text)")
  var format: ReportFormat?

  @Flag(help: "Only a table of how much was found of each kind.")
  var summary = false

  @Flag(help: "List all findings, notes included; no long list is cut.")
  var all = false

  @Flag(help: "One line a finding, as compilers write them.")
  var oneLine = false

  @Flag(name: .shortAndLong, help: "Say nothing when there is nothing to reject.")
  var quiet = false

  @Flag(help: "Reject warnings too.")
  var strict = false

  @Option(
    help: ArgumentHelp(
      "Accepted findings: PATTERN CODE [kernel=…] [arch=…] # reason", valueName: "file"))
  var allow: InputPath?

  @Option(
    help: ArgumentHelp(
      "Write this file, empty, when nothing is rejected: what a build records.", valueName: "file"))
  var stamp: OutputPath?

  static let optionUses: OptionUses = [
    "format": [[.report]],
    "summary": [[.report], [.text]],
    "all": [[.report], [.text], [.listing]],
    "one-line": [[.report], [.text], [.listing]],
    "quiet": [[.report], [.text]],
    "strict": [[.report]],
    "allow": [[.report]],
    "stamp": [[.report]],
  ]

  var isText: Bool { format ?? .text == .text }

  var situations: Set<Situation> {
    Set(given: [
      .text: isText, .listing: isText && !summary, .headings: isText && !summary && !oneLine,
    ])
  }

  /// Applies the allow file.
  func allowing(_ findings: [Finding], builds: [Build] = []) throws(InputError) -> [Finding] {
    guard let allow else { return findings }
    var findings = findings
    try AllowFile(path: allow.path).apply(to: &findings, builds: builds)
    return findings
  }

  /// Prints a report, and writes the stamp if it does not reject.
  ///
  /// - Throws: `ExitCode` when the report is not clean.
  func finish(
    _ report: Report, isQuiet: Bool = false, style: TextReport.Style = .grouped,
    listsInformation: Bool = false
  ) throws {
    var report = report
    report.warningsReject = strict
    try print(report, isQuiet: isQuiet, style: style, listsInformation: listsInformation)
    guard report.outcome == .clean else { throw ExitCode(report.exitStatus) }
    try writeStamp()
  }

  func print(
    _ report: Report, isQuiet: Bool = false, style: TextReport.Style = .grouped,
    listsInformation: Bool = false
  ) throws(InputError) {
    if let bytes = report.rendered(as: format ?? .text) {
      try bytes.span.bytes.withUnsafeBytes { raw throws(InputError) in try Diagnostics.output(raw) }
      return
    }
    var text = TextReport()
    text.style = summary ? .summary : oneLine ? .lines : style
    text.usesColor = Self.colorIsWanted
    text.isQuiet = quiet || isQuiet
    text.listsInformation = listsInformation
    text.mentionsExplanations = !oneLine
    if all {
      text.limit = nil
      text.listsInformation = true
    }
    try Diagnostics.output(text.text(of: report))
  }

  /// To be called when nothing is rejected.
  func writeStamp() throws(InputError) {
    if let stamp { try OutputFile(stamp.path).write([]) }
  }

  /// Colours on a terminal only, and never under NO_COLOR (no-color.org) or TERM=dumb.
  static var colorIsWanted: Bool {
    guard isatty(STDOUT_FILENO) == 1 else { return false }
    if let value = getenv("NO_COLOR"), value.pointee != 0 { return false }
    return getenv("TERM").map { String(cString: $0) } != "dumb"
  }
}

extension ReportFormat: ExpressibleByArgument {}
