internal import Support

/// A kind of finding: a stable name with what a user needs to know about it.
///
/// `check --list` prints all of them, `check --explain CODE` one at length, and docs/check.md has
/// the same texts. The catalogues are in files by the part of the tool that reports them.
public struct FindingCode: Hashable, Sendable, CustomStringConvertible {
  /// What there is to say of a code. Once each: there may be a finding for each symbol.
  private final class Facts: Sendable {
    let name: String
    let severity: Severity
    let title: String
    let explanation: String
    let example: String
    let counterExample: String
    let authority: Authority
    let cure: String

    init(
      _ name: String, _ severity: Severity, _ title: String, _ explanation: String,
      _ example: String, _ counterExample: String, _ authority: Authority, _ cure: String
    ) {
      self.name = name
      self.severity = severity
      self.title = title
      self.explanation = explanation
      self.example = example
      self.counterExample = counterExample
      self.authority = authority
      self.cure = cure
    }
  }

  private let facts: Facts

  /// Lower case words with hyphens: the name in allow files, JSON and SARIF. It never changes.
  public var name: String { facts.name }
  /// How grave it is unless the finding says otherwise.
  public var severity: Severity { facts.severity }
  /// A few words: the heading of a group.
  public var title: String { facts.title }
  /// Why it matters.
  public var explanation: String { facts.explanation }
  /// How it comes about, in code or symbols.
  public var example: String { facts.example }
  /// What looks like it and is right.
  public var counterExample: String { facts.counterExample }
  /// What the rule follows from.
  public var authority: Authority { facts.authority }
  /// What to do.
  public var cure: String { facts.cure }

  /// A code of the catalogue.
  public init(
    _ name: String, _ severity: Severity, _ title: String, explanation: String, example: String,
    counterExample: String, authority: Authority, cure: String
  ) {
    facts = Facts(name, severity, title, explanation, example, counterExample, authority, cure)
  }

  /// All codes, in the order of reports.
  public static let all: [FindingCode] =
    kernelCodes + differenceCodes + architectureCodes + libraryCodes + programCodes + diffCodes
    + abiTextCodes + taintCodes

  private static let ranks: [String: Int] = Dictionary(
    uniqueKeysWithValues: all.enumerated().map { ($1.name, $0) })

  /// The place in ``all``.
  public var rank: Int { Self.ranks[name] ?? Self.all.count }

  /// The code of a name; nil when there is none.
  public static func named(_ name: String) -> FindingCode? {
    ranks[name].map { all[$0] }
  }

  /// The code whose name is the most like `name`, for messages about mistakes.
  public static func nearest(to name: String) -> FindingCode? {
    all.map { (EditDistance.between($0.name, name), $0) }
      .filter { $0.0 <= max(2, name.utf8.count / 3) }
      .min { $0.0 < $1.0 }?.1
  }

  /// How grave it is, in a word.
  package var word: String { self == .notKnown ? "not known" : severity.word }

  /// The name.
  public var description: String { name }

  /// Codes are told apart by their names.
  public static func == (left: FindingCode, right: FindingCode) -> Bool { left.name == right.name }
  /// Codes are told apart by their names.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
