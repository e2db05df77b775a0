internal import AbiModel
public import Findings
internal import Support

extension Report {
  /// All results as one report, for the forms that programs read.
  public init(taint results: [TaintResult], stale: [Finding] = []) {
    let subject = results.count == 1 ? results[0].path : "\(results.count) files"
    self.init(
      command: "taint", subject: subject, builds: results.map { Build(path: $0.path) },
      findings: results.flatMap(\.findings) + stale,
      approval: "kernel-agnostic",
      rejection: results.count == 1 ? results[0].verdictWords : "tainted",
      question: Question(taint: results))
  }
}

extension Question {
  /// What was asked of all files, and what was not of some.
  init(taint results: [TaintResult]) {
    let asked = (results.first?.question.asked ?? []).filter { word in
      results.allSatisfy { $0.question.asked.contains(word) }
    }
    // What is different in each file is said with the file.
    let words = results.flatMap(\.question.notAsked)
    func start(_ word: String) -> Substring { word.prefix { $0 != "(" } }
    let byStart = Dictionary(grouping: Set(words), by: start)
    var seen: Set<Substring> = []
    let notAsked = words.filter { seen.insert(start($0)).inserted }.map { word in
      byStart[start(word)]?.count == 1 ? word : String(start(word).dropLast())
    }
    self.init(asked: asked, notAsked: notAsked)
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
