import Foundation
import TestSupport
import Testing

/// Rules of the sources that no compiler holds.
struct DocCommentTests {
  /// The modules that a package outside can see.
  private let modules = ["AbiModel", "AbiTool", "ElfKit", "Findings", "Mangling", "Support"]

  private func sources() throws -> [(path: String, lines: [Substring])] {
    var result: [(String, [Substring])] = []
    for module in modules {
      let root = packageRoot.appendingPathComponent("Sources/\(module)")
      let files = try #require(FileManager.default.enumerator(atPath: root.path))
      for case let file as String in files where file.hasSuffix(".swift") {
        let text = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
        result.append(
          ("\(module)/\(file)", text.split(separator: "\n", omittingEmptySubsequences: false)))
      }
    }
    return result
  }

  @Test func everyPublicDeclarationIsDocumented() throws {
    let declaration =
      /\s*(@\w+(\([^)]*\))?\s+)*public ((package|private|internal)\(set\) )?((static|mutating|convenience|final|indirect) )*(func|struct|enum|class|init|var|let|protocol|typealias|subscript)\b.*/
    for (path, lines) in try sources() {
      for (number, line) in lines.enumerated() where line.wholeMatch(of: declaration) != nil {
        let above = lines[..<number].reversed().first {
          !$0.trimmingCharacters(in: .whitespaces).hasPrefix("@") && !$0.contains("// swift-format")
        }
        #expect(
          above?.trimmingCharacters(in: .whitespaces).hasPrefix("///") == true,
          "Sources/\(path):\(number + 1): \(line)")
      }
    }
  }

  /// Each direction of dependency is held by the compiler, but for the umbrella of imports.
  @Test func findingsKnowNeitherElfNorTheModel() throws {
    for (path, lines) in try sources() where path.hasPrefix("Findings/") {
      for line in lines where line.contains("import ") {
        #expect(!line.hasSuffix("import ElfKit") && !line.hasSuffix("import AbiModel"), "\(path)")
      }
    }
  }
}
