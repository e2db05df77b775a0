internal import Synchronization

/// The patterns that a user gave and that no symbol of any file matches so far: what matches
/// nothing is a mistake more often than not.
public final class UnmatchedPatterns: Sendable {
  private struct State {
    var keep: [String]
    var drop: [String]
    var explain: String?
  }

  private let state: Mutex<State>

  /// - Parameter explain: nil, or `*`, when nothing of that name need be there.
  public init(keep: [String], drop: [String], explain: String?) {
    state = Mutex(State(keep: keep, drop: drop, explain: explain == "*" ? nil : explain))
  }

  /// Takes note of what was extracted from one file.
  ///
  /// - Parameter isExplained: whether ``Extraction/Result/explanation(of:)`` had something to say.
  public func note(_ result: Extraction.Result, isExplained: Bool) {
    state.withLock { state in
      state.keep.removeAll { result.matchedPatterns.contains($0) }
      state.drop.removeAll { result.matchedPatterns.contains($0) }
      if isExplained { state.explain = nil }
    }
  }

  /// A sentence for each.
  public var warnings: [String] {
    let rest = state.withLock { $0 }
    let patterns =
      rest.keep.map { "--keep \($0)" } + rest.drop.map { "--drop \($0)" }
      + (rest.explain.map { ["--explain \($0)"] } ?? [])
    return patterns.map { "\($0): no such symbol in the dynamic symbol table" }
  }
}
