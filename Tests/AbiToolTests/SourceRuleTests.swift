import Foundation
import TestSupport
import Testing

/// Rules for the sources themselves.
@Suite struct SourceRuleTests {
  /// The places of facts of single architectures; CONTRIBUTING.md says which has what.
  static let architectureFolders = [
    "Sources/AbiModel/Target/", "Sources/ElfKit/", "Sources/Disassembly/",
    "Sources/Mangling/DataModels/",
    // Names of specifications.
    "Sources/Findings/Catalogue/",
  ]

  /// A text or a comment, or else a machine or an architecture of the table: `.riscv`.
  static let machine = """
    \"{3}[\\s\\S]*?\"{3}|"(?:\\\\.|[^"\\\\\\n])*"|//[^\\n]*|(\\.(?:aarch64\\w*|alpha|arm|armel|i386|ia64\
    |loong[aA]rch\\w*|m68k|mips\\w*|parisc|ppc\\w*|riscv\\w*|s390x?|sparc\\w*|superH|x32|x86_\\w+)\\b)
    """

  /// The lines of a source that name a machine.
  static func linesWithMachines(in source: String) throws -> [Int] {
    let whole = NSRange(source.startIndex..., in: source)
    return try NSRegularExpression(pattern: machine).matches(in: source, range: whole)
      .compactMap { match in
        guard let place = Range(match.range(at: 1), in: source) else { return nil }
        return 1 + source[..<place.lowerBound].count { $0 == "\n" }
      }
  }

  @Test func factsOfSingleArchitecturesHaveTheirPlaces() throws {
    let root = packageRoot.appendingPathComponent("Sources")
    let files = try #require(FileManager.default.enumerator(atPath: root.path))
    var count = 0
    for case let file as String in files where file.hasSuffix(".swift") {
      count += 1
      let path = "Sources/\(file)"
      guard !Self.architectureFolders.contains(where: path.hasPrefix) else { continue }
      let source = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
      for line in try Self.linesWithMachines(in: source) {
        Issue.record("\(path):\(line): a fact of one machine; it belongs into AbiModel/Target")
      }
    }
    #expect(count > 100)
  }

  @Test(arguments: [
    ("case .riscv: 0xe", true), ("machine == .mips ? a : b", true), ("x = Self.i386", true),
    ("// on .mips", false), ("out.append(\".MIPS.abiflags .mips\")", false), ("a.armed", false),
    ("f(\"\\\".mips\\\"\", .mips)", true), ("b.arm(c)", true),
    ("f(\"\"\"\n  \"a\" .mips\n  \"\"\")", false),
  ])
  func theRuleKnowsAFact(source: String, isOne: Bool) throws {
    #expect(try Self.linesWithMachines(in: source) == (isOne ? [1] : []))
  }
}
