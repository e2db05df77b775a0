internal import Support

/// How much a finding matters: errors alone decide the exit status.
public enum Severity: String, CaseIterable, Comparable, Sendable {
  /// A promise is broken or cannot be given: exit status 1.
  case error
  /// Likely a mistake, but programs work.
  case warning
  /// A fact worth knowing. Users and other programs read `note`, the word of compilers and SARIF.
  case information = "note"

  private var rank: Int {
    switch self {
    case .error: 0
    case .warning: 1
    case .information: 2
    }
  }

  /// The graver one comes first.
  public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}
