import Foundation
import TestSupport
import Testing

@testable import AbiModel
@testable import AbiTool
@testable import Findings
@testable import Support

/// docs/check.md says what `check --explain` says.
struct FindingDocumentationTests {
  private let file = packageRoot.appendingPathComponent("docs/check.md")

  private static func section(_ code: FindingCode) -> String {
    let example = code.example.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "    " + $0 }.joined(separator: "\n")
    return """
      ### `\(code.name)`

      **\(code.title)** (\(code.severity.word))

      \(wrapped(code.explanation))

      \(example)

      \(wrapped("Cure: " + code.cure + "."))

      """
  }

  private static func wrapped(_ text: String) -> String {
    var out = Output(usesColor: false)
    out.paragraph(text, indent: 0)
    return String(out.text.dropLast())
  }

  @Test func everyCodeOfTheCheckIsInTheManual() throws {
    let text = try String(contentsOf: file, encoding: .utf8)
    let codes =
      FindingCode.kernelCodes + FindingCode.differenceCodes + FindingCode.architectureCodes
      + FindingCode.abiTextCodes
    let begin = try #require(text.range(of: "<!-- begin codes.*-->\n", options: .regularExpression))
    let end = try #require(text.range(of: "<!-- end codes -->"))
    let expected = "\n" + codes.map(Self.section).joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try text.replacingCharacters(in: begin.upperBound..<end.lowerBound, with: expected)
        .write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(
        text[begin.upperBound..<end.lowerBound] == expected,
        "run with UPDATE_GOLDEN=1 and review the difference")
    }
  }
}
