internal import AbiModel
public import Disassembly
public import Findings
internal import Support

/// What ties one file to a kernel.
public struct TaintResult: Sendable {
  /// The verdict on a file.
  public enum Verdict: Hashable, Sendable {
    /// Nothing was found.
    case kernelAgnostic
    /// With the causes, in the order of reports.
    case tainted([FindingCode])
    /// Nothing was found, but a question has no answer.
    case notKnown
  }

  /// An instruction that was found.
  public struct Site: Hashable, Sendable {
    /// The instruction and where it is.
    public var site: CodeScan.Site
    /// Where DWARF knows the line: `FILE:LINE`.
    public var line: String?
  }

  /// As the user named it.
  public let path: String
  /// The code, in bytes; nil when it could not be read.
  public internal(set) var codeSize: Int?
  /// The first ``CodeScan/siteLimit``, by address. The first ``findings`` are about them, one each.
  public internal(set) var sites: [Site] = []
  /// How many more instructions there are.
  var unlisted: [SystemInstruction: Int] = [:]
  /// An allow file may mark them (``Finding/allowance``).
  public var findings: [Finding] = []
  /// What was asked about the file.
  public internal(set) var question = Question(
    asked: ["code", "needed libraries", "interpreter", "notes"])

  init(path: String) { self.path = path }

  /// Whether a question has no answer, and no allow file accepts that.
  public var isNotKnown: Bool { findings.contains { $0.isNotKnown && $0.allowance == nil } }

  /// What the findings come to.
  public var verdict: Verdict {
    let rejected = findings.filter {
      $0.severity == .error && !$0.isNotKnown && $0.allowance == nil
    }
    if !rejected.isEmpty {
      return .tainted(Set(rejected.map(\.code)).sorted { $0.rank < $1.rank })
    }
    return isNotKnown ? .notKnown : .kernelAgnostic
  }

  /// The verdict in words.
  var verdictWords: String {
    switch verdict {
    case .kernelAgnostic: "kernel-agnostic"
    case .notKnown: "not known"
    case .tainted(let codes): "tainted by " + Self.list(codes.map { $0.cause })
    }
  }

  /// The verdict in words, with what was accepted and what was asked.
  public var verdictText: String {
    var text = verdictWords
    if isNotKnown, verdict != .notKnown { text += ", and not all is known" }
    let allowed = findings.count { $0.allowance != nil }
    if allowed > 0 { text += " (\(allowed) allowed)" }
    return "\(text); \(question.words)"
  }

  /// `a`, `a and b`, `a, b and c`.
  static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }
}

extension FindingCode {
  /// The cause of a taint, as a part of a sentence.
  var cause: String {
    switch self {
    case .systemCall: "system calls"
    case .privilegedInstruction: "privileged instructions"
    case .kernelHeader: "kernel headers"
    case .kernelSymbol: "kernel symbols"
    case .kernelLibrary: "kernel libraries"
    case .foreignInterpreter: "its interpreter"
    case .osNote: "the mark of an operating system"
    default: title
    }
  }
}
