import Foundation
import Support
import Testing

@testable import Findings

/// Reports grow with the number of findings, not with its square. Steps are counted, not timed.
@Suite struct FindingScaleTests {
  private func allowFile(_ lines: [String]) throws -> AllowFile {
    try Array(lines.joined(separator: "\n").utf8).withUnsafeBytes { raw throws(InputError) in
      try AllowFile(raw, path: "allow")
    }
  }

  private func finding(_ name: String, _ code: FindingCode = .kernelSpecific) -> Finding {
    Finding(code, symbol: ByteName(name), message: "\(name) is on some kernels only")
  }

  @Test func entriesAreFoundByNameAndBeginning() throws {
    let count = 5000
    let lines = (0..<count).flatMap { number in
      [
        "f\(number) kernel-specific # a name", "group\(number)_* kernel-specific # a beginning",
        "*_end\(number) kernel-specific # an end", "f\(number) * # any code",
      ]
    }
    let allow = try allowFile(lines)
    var matcher = AllowMatcher(allow.entries)
    for number in 0..<count {
      #expect(matcher.entries(accepting: finding("f\(number)")).count == 2)
      #expect(matcher.entries(accepting: finding("group\(number)_x")).count == 1)
      #expect(matcher.entries(accepting: finding("x_end\(number)")).count == 1)
      #expect(matcher.entries(accepting: finding("other\(number)")).isEmpty)
    }
    // Four for each number, and not 80 million.
    #expect(matcher.trials == 4 * count)
  }

  @Test func entriesOfOtherCodesAreNotTried() throws {
    let allow = try allowFile((0..<1000).map { _ in "* missing # known" })
    var matcher = AllowMatcher(allow.entries)
    for number in 0..<1000 { _ = matcher.entries(accepting: finding("f\(number)")) }
    #expect(matcher.trials == 0)
  }

  /// The index has what trying every pattern on every name has.
  @Test(arguments: 1...50 as ClosedRange<UInt64>) func indexFindsWhatMatches(seed: UInt64) {
    var random = SplitMix64(state: seed)
    func text(_ alphabet: String) -> String {
      let letters = Array(alphabet)
      return String(
        (0..<Int.random(in: 0..<7, using: &random)).map { _ in
          letters[Int.random(in: letters.indices, using: &random)]
        })
    }
    let patterns = (0..<60).map { _ in Glob(text(Bool.random(using: &random) ? "ab" : "ab*?[]\\")) }
    let index = PatternIndex(patterns.enumerated().map { (pattern: $1, number: $0) })
    for _ in 0..<60 {
      Array(text("ab[*").utf8).withUnsafeBytes { name in
        let expected = patterns.indices.filter { patterns[$0].matches(name) }
        let found = index.candidates(for: name)
        #expect(Set(found).count == found.count)
        #expect(found.filter { patterns[$0].matches(name) }.sorted() == expected)
      }
    }
  }

  /// An example for each kind of report of 20,000 findings about 100 builds: that it ends is tested
  /// here, that no step is quadratic shows in that.
  @Test func manyFindingsAboutManyBuildsAreReported() throws {
    let builds = (0..<100).map {
      Build(kernel: "k\($0 / 4)", arch: "a\($0 % 4)", path: "ld-\($0).lib.so")
    }
    let findings = (0..<2000).map { number in
      let half = Array(builds[..<(number % 100)])
      return Finding(
        .sizeDiffers, symbol: ByteName("f\(number)"), builds: builds,
        details: [Finding.Detail(half, "8"), Finding.Detail(Array(builds[half.count...]), "16")],
        message: "f\(number): two sizes")
    }
    let report = Report(
      command: "check", subject: "ld", builds: builds, findings: findings, approval: "one",
      rejection: "not one")
    var text = TextReport()
    text.limit = nil
    #expect(text.text(of: report).split(separator: "\n").count > 2000)
    for format in [ReportFormat.json, .sarif, .github, .markdown] {
      #expect(try #require(report.rendered(as: format)).count > 10_000)
    }
  }

  @Test func aBuildTakesAWord() {
    #expect(MemoryLayout<Build>.stride == MemoryLayout<Int>.stride)
  }
}
