internal import Support

/// The result of a check: what was looked at, what was found, and the verdict.
public struct Report: Sendable {
  /// The name of the subcommand.
  public var command: String
  /// What the report is about, in a word: a library, a program, two ABIs.
  public var subject: String
  /// The files that were looked at, in the order of columns.
  public var builds: [Build]
  /// In the order of reports.
  public private(set) var findings: [Finding]
  /// The verdict when nothing is rejected, in words.
  public var approval: String
  /// The verdict when something is.
  public var rejection: String
  /// What else the command found out, by name: in the JSON form only.
  public var facts: [(name: String, value: String)] = []
  /// Whether warnings reject as errors do.
  public var warningsReject = false
  /// What the verdict is about.
  public var question: Question

  /// A report of `findings`, which it sorts.
  public init(
    command: String, subject: String, builds: [Build] = [], findings: [Finding],
    approval: String, rejection: String, question: Question = Question()
  ) {
    self.command = command
    self.subject = subject
    self.builds = builds
    self.findings = findings.sorted(by: Finding.precedes)
    self.approval = approval
    self.rejection = rejection
    self.question = question
  }

  /// How many findings of a severity no allow file accepts, questions without an answer left out.
  public func count(_ severity: Severity) -> Int {
    findings.count { $0.severity == severity && !$0.isNotKnown && $0.allowance == nil }
  }

  /// How many questions have no answer, and no allow file accepts that.
  public var notKnownCount: Int { findings.count { $0.isNotKnown && $0.allowance == nil } }

  /// How many findings an allow file accepts.
  public var allowedCount: Int { findings.count { $0.allowance != nil } }

  /// Whether something is found to be wrong.
  public var isRejected: Bool {
    count(.error) > 0 || (warningsReject && count(.warning) > 0)
  }

  /// What a check comes to.
  public enum Outcome: String, Sendable {
    /// Everything that was asked was looked at, and nothing is rejected.
    case clean
    /// Something is rejected.
    case rejected
    /// A question that was asked has no answer, whatever else was found.
    case notKnown = "not-known"
  }

  /// What the findings come to.
  public var outcome: Outcome {
    if notKnownCount > 0 { return .notKnown }
    return isRejected ? .rejected : .clean
  }

  /// The exit status of a command that ends with this report: 0, 1, or, outweighing it, 2.
  public var exitStatus: Int32 {
    switch outcome {
    case .clean: 0
    case .rejected: 1
    case .notKnown: 2
    }
  }

  /// The last line of the text form.
  public var verdict: String {
    var counts: [String] = []
    func add(_ count: Int, _ one: String, _ many: String) {
      if count > 0 { counts.append("\(Self.grouped(count)) \(count == 1 ? one : many)") }
    }
    add(count(.error), "error", "errors")
    add(notKnownCount, "not known", "not known")
    add(count(.warning), "warning", "warnings")
    add(count(.information), "note", "notes")
    add(allowedCount, "allowed", "allowed")
    var words = isRejected ? rejection : approval
    if outcome == .notKnown { words = isRejected ? words + ", and not all is known" : "not known" }
    var verdict = "\(subject): \(words)"
    if !counts.isEmpty { verdict += " (\(counts.joined(separator: ", ")))" }
    return question.words.isEmpty ? verdict : "\(verdict); \(question.words)"
  }

  /// Findings of one code and severity that belong under one heading.
  struct Group {
    package var code: FindingCode
    package var severity: Severity
    package var findings: [Finding]

    /// How grave they are, in a word.
    package var word: String { code == .notKnown ? code.word : severity.word }
    package var color: Output.Color { code == .notKnown ? .yellow : severity.color }
    /// Whether it is enough to know how many there are.
    package var isInformation: Bool { code != .notKnown && severity == .information }

    /// What to do: that of the rows of a table when they agree, else that of the code. (What a
    /// finding in a sentence adds is a hint beside the code's cure.)
    package var cure: String {
      guard let first = findings.first?.cure,
        findings.allSatisfy({ $0.cure == first && !$0.details.isEmpty })
      else { return code.cure }
      return first
    }
  }

  /// What no allow file accepts, by severity and code.
  var groups: [Group] {
    var groups: [Group] = []
    for finding in findings where finding.allowance == nil {
      // Not by a copy of the last group: each append would copy its findings.
      if let last = groups.indices.last, groups[last].code == finding.code,
        groups[last].severity == finding.severity
      {
        groups[last].findings.append(finding)
      } else {
        groups.append(Group(code: finding.code, severity: finding.severity, findings: [finding]))
      }
    }
    return groups
  }

  /// `2,400` for 2400.
  package static func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    var index = digits.count - 3
    while index > 0 {
      digits.insert(",", at: index)
      index -= 3
    }
    return String(digits)
  }
}

/// The forms in which a report can be had.
public enum ReportFormat: String, CaseIterable, Sendable {
  /// For people.
  case text
  /// docs/check.md, "The other forms".
  case json
  /// SARIF 2.1.0, which code hosts and editors read.
  case sarif
  /// Workflow commands, which GitHub shows beside the lines concerned.
  case github
  /// Tables and lists for a pull request or release notes.
  case markdown
}

extension Report {
  /// The report in a form that is not for people; nil for ``ReportFormat/text``.
  public func rendered(as format: ReportFormat) -> [UInt8]? {
    switch format {
    case .text: nil
    case .json: JsonReport.text(of: self)
    case .sarif: SarifReport.text(of: self)
    case .github: GithubReport.text(of: self)
    case .markdown: MarkdownReport.text(of: self)
    }
  }
}
