import Foundation
import TestSupport
import Testing

/// CONTRIBUTING.md leads to files that are there.
struct ContributingTests {
  @Test func filesThatAreNamedAreThere() throws {
    let text = try String(
      contentsOf: packageRoot.appendingPathComponent("CONTRIBUTING.md"), encoding: .utf8)
    var files: [String] = []
    for folder in ["Sources", "Tests"] {
      let root = packageRoot.appendingPathComponent(folder).path
      files += try FileManager.default.subpathsOfDirectory(atPath: root).map { "\(folder)/\($0)" }
    }
    let named = text.matches(of: /[A-Za-z\/+]+\.swift/).map { String($0.output) }
    #expect(named.count > 40)
    for name in Set(named).sorted() {
      #expect(files.contains { "/\($0)".hasSuffix("/" + name) }, "\(name)")
    }
  }
}
