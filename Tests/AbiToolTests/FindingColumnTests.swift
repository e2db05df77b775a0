import AbiModel
import Findings
import Foundation
import Support
import Testing

/// Columns are in bytes for compilers' readers, and in code points where the form says so.
@Suite struct FindingColumnTests {
  private func column(behind text: [UInt8]) -> TextColumn {
    text.withUnsafeBytes { TextColumn(behind: $0) }
  }

  @Test func codePointsAreCounted() {
    #expect(column(behind: []).codePoints == 1)
    #expect(column(behind: Array("# größe".utf8)) == column(behind: Array("# größe".utf8)))
    #expect(column(behind: Array("# größe".utf8)).bytes == 10)
    #expect(column(behind: Array("# größe".utf8)).codePoints == 8)
    // Not what is seen as one character: e and an accent, a family of three.
    #expect(column(behind: Array("e\u{301}".utf8)).codePoints == 3)
    #expect(column(behind: Array("👩‍👩‍👧".utf8)).codePoints == 6)
  }

  /// One replacement character for each maximal part of a sequence, as the Unicode Standard's
  /// example in table 3-8 has it.
  @Test(
    arguments: [
      ([0xff, 0xfe], 3), ([0xf0, 0x9f, 0x98], 2), ([0xf0, 0x9f, 0x98, 0x61], 3), ([0xc0, 0xaf], 3),
      ([0x61, 0xf1, 0x80, 0x80, 0xe1, 0x80, 0xc2, 0x62, 0x80, 0x63, 0x80, 0xbf, 0x64], 11),
    ] as [([UInt8], Int)])
  func bytesThatAreNotTextCountAsReplacements(bytes: [UInt8], expected: Int) {
    #expect(column(behind: bytes).codePoints == expected)
  }

  @Test func reportsHaveTheUnitThatTheirFormSays() throws {
    let text = Array("# größe   \nfoo T\n".utf8)
    let flaw = try #require(
      try text.withUnsafeBytes { raw throws(InputError) in
        try AbiParser.parseWithFlaws(raw, path: "col.abi")
      }.flaws.first)
    let report = Report(
      command: "check", subject: "col.abi",
      findings: [
        Finding(
          .textTrailingBlanks,
          place: Finding.Place(path: "col.abi", line: flaw.line, column: flaw.column),
          message: flaw.message)
      ], approval: "well-formed", rejection: "flawed")
    func rendered(_ format: ReportFormat) throws -> String {
      String(decoding: try #require(report.rendered(as: format)), as: UTF8.self)
    }
    #expect(try rendered(.sarif).contains("\"startColumn\": 8\n"))
    #expect(try rendered(.github).contains(",line=1,col=8,"))
    #expect(try rendered(.json).contains("\"column\": 10,"))
    var lines = TextReport()
    lines.style = .lines
    #expect(lines.text(of: report).hasPrefix("col.abi:1:10: warning: "))
  }
}
