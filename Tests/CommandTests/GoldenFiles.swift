import Foundation
import TestSupport
import Testing

/// Compares a text with `Golden/NAME.txt`.
///
/// `UPDATE_GOLDEN=1 swift test --filter NAME` writes the file anew; review the difference.
func expectGolden(
  _ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = packageRoot.appendingPathComponent("Tests/CommandTests/Golden/\(name).txt")
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
    try text.write(to: file, atomically: true, encoding: .utf8)
  }
  let expected = try String(contentsOf: file, encoding: .utf8)
  let difference = zip(
    expected.split(separator: "\n", omittingEmptySubsequences: false),
    text.split(separator: "\n", omittingEmptySubsequences: false)
  ).first { $0 != $1 }
  #expect(
    text == expected,
    """
    \(file.path) expects \(difference?.0 ?? "another end"), got \(difference?.1 ?? "another end"); \
    if that is right, run with UPDATE_GOLDEN=1 and review the difference
    """, sourceLocation: sourceLocation)
}
