internal import AbiModel
public import Findings
internal import Support

extension Report {
  /// All results as one report, for the forms that programs read.
  public init(taint results: [TaintResult], stale: [Finding] = []) {
    let subject = results.count == 1 ? results[0].path : "\(results.count) files"
    let isKnown = results.allSatisfy { $0.verdict != .notKnown }
    self.init(
      command: "taint", subject: subject, builds: results.map { Build(path: $0.path) },
      findings: results.flatMap(\.findings) + stale,
      approval: isKnown ? "kernel-agnostic" : "not known",
      rejection: results.count == 1 ? results[0].verdictText : "tainted")
  }
}

extension AllowFile {
  /// Marks what the entries accept in any of the results.
  ///
  /// - Returns: a finding for each entry that accepts nothing.
  public func apply(to results: inout [TaintResult]) -> [Finding] {
    var findings = results.flatMap(\.findings)
    let count = findings.count
    apply(to: &findings, builds: [])
    var start = 0
    for index in results.indices {
      let end = start + results[index].findings.count
      results[index].findings = Array(findings[start..<end])
      start = end
    }
    return Array(findings[count...])
  }
}
