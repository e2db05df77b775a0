internal import Support

/// A report as Markdown (GitHub's flavour), for pull requests and release notes.
enum MarkdownReport {
  /// How many findings of a group are shown.
  private static let limit = 200

  package static func text(of report: Report) -> [UInt8] {
    var text = "### \(escaped(report.verdict))\n"
    for group in report.groups { append(group, report, to: &text) }
    if report.allowedCount > 0 {
      text += "\n\(report.allowedCount) more \(report.allowedCount == 1 ? "is" : "are") allowed.\n"
    }
    return Array(text.utf8)
  }

  private static func append(_ group: Report.Group, _ report: Report, to text: inout String) {
    let count = Report.grouped(group.findings.count)
    text += "\n#### \(group.word): \(escaped(group.code.title)) (\(count))\n\n"
    let columns = columns(of: group, report)
    if columns.isEmpty {
      for finding in group.findings.prefix(limit) { text += "- \(escaped(sentence(finding)))\n" }
    } else {
      text += "| symbol | \(columns.map { escaped($0.label) }.joined(separator: " | ")) |\n"
      text += "|---|\(columns.map { _ in "---" }.joined(separator: "|"))|\n"
      for finding in group.findings.prefix(limit) { text += row(finding, columns) }
    }
    if group.findings.count > limit {
      text += "\n… and \(Report.grouped(group.findings.count - limit)) more\n"
    }
    text += "\n_\(escaped(group.cure))_\n"
  }

  /// The builds that have a cell in the table; empty when a list says it better.
  private static func columns(of group: Report.Group, _ report: Report) -> [Build] {
    let isTable = group.findings.allSatisfy { !$0.details.isEmpty }
    guard isTable else { return [] }
    var concerned: Set<Build> = []
    for detail in group.findings.lazy.flatMap(\.details) { concerned.formUnion(detail.builds) }
    return report.builds.filter(concerned.contains)
  }

  private static func row(_ finding: Finding, _ columns: [Build]) -> String {
    var name = finding.head.map(code) ?? escaped(finding.message)
    if let demangled = finding.demangled { name = "\(code(demangled))<br>\(name)" }
    if let remark = finding.remark { name += "<br>\(escaped(remark))" }
    var values: [Build: String] = [:]
    for detail in finding.details.reversed() {
      for build in detail.builds { values[build] = code(detail.value) }
    }
    let cells = columns.map { values[$0] ?? "" }
    return "| \(name) | \(cells.joined(separator: " | ")) |\n"
  }

  private static func sentence(_ finding: Finding) -> String {
    guard let place = finding.location, finding.neededBy.count < 2 else { return finding.sentence }
    return "\(place.path)\(place.line.map { ":\($0)" } ?? ""): \(finding.sentence)"
  }

  /// A code span that holds within a cell of a table (GFM 4.10, 6.1).
  private static func code(_ text: String) -> String {
    let text = text.replacing("|", with: "\\|").replacing("\n", with: " ")
    return text.contains("`") ? "`` \(text) ``" : "`\(text)`"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      if "\\`*_[]<>|#&~".contains(character) { result.append("\\") }
      result.append(character == "\n" ? " " : character)
    }
    return result
  }
}
