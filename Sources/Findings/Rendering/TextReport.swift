internal import Support

/// A report for people.
public struct TextReport: Sendable {
  /// How findings are laid out.
  public enum Style: Sendable {
    /// Findings under headings, as tables of builds and symbols, with the cure for each group.
    case grouped
    /// One line a finding, as compilers write them.
    case lines
    /// The number of findings of each code.
    case summary
  }

  /// How findings are laid out.
  public var style = Style.grouped
  /// Write escape sequences for colours.
  public var usesColor = false
  /// How many findings of a group are shown; nil for all.
  public var limit: Int? = 20
  /// Whether notes are listed, not only counted.
  public var listsInformation = false
  /// Say nothing when nothing is rejected.
  public var isQuiet = false
  /// Say, before the verdict, how to learn why a finding matters.
  public var mentionsExplanations = true

  /// What ``mentionsExplanations`` prints.
  package static let hint = "abitool check --explain CODE says why a finding matters"

  /// Grouped, without colours, with short lists.
  public init() {}

  /// The report, each line with its newline.
  public func text(of report: Report) -> String {
    if isQuiet, report.outcome == .clean { return "" }
    var out = Output(usesColor: usesColor)
    switch style {
    case .grouped: for group in report.groups { append(group, report, to: &out) }
    case .lines:
      for finding in report.findings where isListed(finding) { append(finding, report, to: &out) }
    case .summary: appendSummary(of: report, to: &out)
    }
    if mentionsExplanations, style != .summary,
      report.groups.contains(where: { !$0.isInformation })
    {
      out.line(Self.hint)
    }
    out.line(out.paint(report.verdict, color(of: report)))
    return out.text
  }

  private func color(of report: Report) -> Output.Color {
    guard !report.isRejected else { return .red }
    return report.outcome == .notKnown ? .yellow : .green
  }

  private func isListed(_ finding: Finding) -> Bool {
    guard finding.allowance == nil else { return false }
    return finding.isNotKnown || finding.severity != .information || listsInformation
  }

  // MARK: Lines

  private func append(_ finding: Finding, _ report: Report, to out: inout Output) {
    var place = finding.location?.path ?? report.subject
    if let line = finding.location?.line {
      place += ":\(line)"
      if let column = finding.location?.column { place += ":\(column.bytes)" }
    }
    let severity =
      finding.isNotKnown
      ? out.paint("\(finding.code.word):", .yellow)
      : out.paint("\(finding.severity.word):", finding.severity.color)
    out.line("\(place): \(severity) \(finding.sentence) [\(finding.code)]")
  }

  // MARK: Summary

  private func appendSummary(of report: Report, to out: inout Output) {
    let groups = report.groups
    let width = groups.map { String($0.findings.count).count }.max() ?? 0
    for group in groups {
      let count = Output.padded(String(group.findings.count), width, right: true)
      let severity = out.paint(Output.padded(group.word, 9), group.color)
      out.line("  \(count)  \(severity)  \(group.code): \(group.code.title)")
    }
  }

  // MARK: Groups

  private func append(_ group: Report.Group, _ report: Report, to out: inout Output) {
    let heading = out.paint("\(group.word):", group.color)
    let isCounted = group.isInformation && !listsInformation
    out.line(
      "\(heading) \(group.code.title): \(Report.grouped(group.findings.count)) [\(group.code)]"
        + (isCounted ? "; --all lists them" : ""))
    if isCounted {
      out.line("")
      return
    }
    let shown = limit.map { group.findings.prefix($0) } ?? group.findings[...]
    let tables = MatrixTable.tables(of: Array(shown), builds: report.builds)
    for table in tables { table.append(to: &out, cure: group.cure) }
    for finding in shown where finding.details.isEmpty {
      appendSentence(finding, cure: group.cure, to: &out)
    }
    if shown.count < group.findings.count {
      let rest = Report.grouped(group.findings.count - shown.count)
      out.line("  … and \(rest) more (--all lists them)")
    }
    out.paragraph("cure: " + group.cure, indent: 2)
    out.line("")
  }

  private func appendSentence(_ finding: Finding, cure: String, to out: inout Output) {
    if finding.symbol != nil, finding.place == nil {
      out.line("    " + MatrixTable.symbol(of: finding, out))
      return
    }
    var text = "  "
    // Where several files need it, none of them is the place.
    if let place = finding.location, finding.neededBy.count < 2 {
      text += place.path
      if let line = place.line { text += ":\(line)" }
      text += ": "
    }
    out.line(text + finding.message)
    for list in finding.lists(limit: limit.map { _ in Finding.exampleCount }) {
      out.paragraph(list, indent: 4)
    }
    if finding.cure != cure { out.paragraph("→ " + finding.cure, indent: 4) }
  }
}

extension Severity {
  /// What people read.
  package var word: String { rawValue }

  package var color: Output.Color {
    switch self {
    case .error: .red
    case .warning: .yellow
    case .information: .cyan
    }
  }
}
