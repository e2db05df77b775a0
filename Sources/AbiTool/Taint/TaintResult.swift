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
    /// Nothing was found, but the code could not be read.
    case notKnown
  }

  /// An instruction that was found.
  public struct Site: Hashable, Sendable {
    public var site: CodeScan.Site
    /// Where DWARF knows the line: `FILE:LINE`.
    public var line: String?
  }

  /// As the user named it.
  public let path: String
  /// The code, in bytes; nil when it could not be read.
  public internal(set) var codeSize: Int?
  /// By address. The first ``findings`` are about them, one each.
  public internal(set) var sites: [Site] = []
  /// An allow file may mark them (``Finding/allowance``).
  public var findings: [Finding] = []

  init(path: String) { self.path = path }

  public var verdict: Verdict {
    let rejected = findings.filter { $0.severity == .error && $0.allowance == nil }
    if !rejected.isEmpty {
      return .tainted(Set(rejected.map(\.code)).sorted { $0.rank < $1.rank })
    }
    return codeSize == nil ? .notKnown : .kernelAgnostic
  }

  /// In words.
  public var verdictText: String {
    let allowed = findings.count { $0.allowance != nil }
    let remark = allowed > 0 ? " (\(allowed) allowed)" : ""
    switch verdict {
    case .kernelAgnostic: return "kernel-agnostic" + remark
    case .notKnown: return "not known" + remark
    case .tainted(let codes):
      return "tainted by " + Self.list(codes.map { $0.cause }) + remark
    }
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
