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
    """
    ### `\(code.name)`

    **\(code.title)** (\(code.word))

    \(wrapped(code.explanation))

    \(indented(code.example))

    No finding:

    \(indented(code.counterExample))

    \(wrapped("Cure: " + code.cure + "."))

    \(authority(code.authority))

    """
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "    " + $0 }.joined(separator: "\n")
  }

  private static func authority(_ authority: Authority) -> String {
    let name = authority.name.replacing("<", with: "\\<")
    guard let url = authority.url else { return wrapped("Authority: \(name).") }
    return wrapped("Authority: [\(name)](\(url)).")
  }

  private static func wrapped(_ text: String) -> String {
    var out = Output(usesColor: false)
    out.paragraph(text, indent: 0)
    return String(out.text.dropLast())
  }

  /// An authority that is a page of this project is there, under the heading that is named.
  @Test func pagesThatAreNamedExist() throws {
    let pages = FindingCode.all.map(\.authority).filter { $0.url == nil }
    for page in Set(pages) {
      guard let match = page.name.wholeMatch(of: /docs\/(\S+\.md), "(.*)"/) else { continue }
      let file = packageRoot.appendingPathComponent("docs/\(match.1)")
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.split(separator: "\n").contains("## \(match.2)"), "\(page.name)")
    }
    #expect(pages.contains { $0.name.hasPrefix("docs/") })
  }

  @Test func everyCodeIsInTheManual() throws {
    let text = try String(contentsOf: file, encoding: .utf8)
    let begin = try #require(text.range(of: "<!-- begin codes.*-->\n", options: .regularExpression))
    let end = try #require(text.range(of: "<!-- end codes -->"))
    let expected = "\n" + FindingCode.all.map(Self.section).joined(separator: "\n") + "\n"
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
