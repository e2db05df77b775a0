/// What a verdict is about: clean means that everything asked was looked at and found right.
public struct Question: Hashable, Sendable {
  /// What was asked and looked at, a few words each: `code`, `symbols`.
  public var asked: [String]
  /// What else could have been asked and was not, each with the reason where it is not plain:
  /// `headers (no DWARF)`.
  public var notAsked: [String]

  /// What was asked, and what was not, in words for the user.
  public init(asked: [String] = [], notAsked: [String] = []) {
    self.asked = asked
    self.notAsked = notAsked
  }

  /// `asked: code, symbols; not asked: headers (no DWARF)`. Empty when nothing is known of it.
  package var words: String {
    var parts: [String] = []
    if !asked.isEmpty { parts.append("asked: \(asked.joined(separator: ", "))") }
    if !notAsked.isEmpty { parts.append("not asked: \(notAsked.joined(separator: ", "))") }
    return parts.joined(separator: "; ")
  }
}
