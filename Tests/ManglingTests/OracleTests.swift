import Foundation
@testable import Mangling
import Testing

/// The parser and libiberty must agree on which names are mangled names.
@Suite struct OracleTests {
  @Test func everyNameOfLibstdcxxIsParsedExactlyWhenLibibertyDemanglesIt() throws {
    let library = "/usr/lib/x86_64-linux-gnu/libstdc++.so.6"
    let names = try mangledNames(in: library, ["-D"])
    #expect(names.count > 5000)
    let demangled = try output(of: "c++filt", [], input: names.joined(separator: "\n")).text
      .split(separator: "\n")
    #expect(demangled.count == names.count)
    var parser = MangledNameParser()
    for (name, text) in zip(names, demangled) {
      let isParsed = (try? parser.parse(name)) != nil
      #expect(isParsed == (text != name), "\(name)")
    }
  }

  @Test(arguments: [
    ("clang++", "c++20"), ("clang++", "c++23"), ("g++", "c++20"), ("g++", "c++23"),
  ])
  func everyNameACompilerMakesOfTheCorpusIsParsed(compiler: String, standard: String) throws {
    guard try output(of: compiler, ["--version"]).succeeded else { return }
    let names = try corpusNames(compiler, standard)
    #expect(names.count > 200)
    var parser = MangledNameParser()
    for name in names {
      do {
        let parsed = try parser.parse(name)
        checkShape(of: parsed)
      } catch {
        Issue.record("\(name): \(error)")
      }
    }
  }

  @Test func theCorpusHasNearlyEveryProduction() throws {
    var missing = Set(NodeKind.allCases)
    var parser = MangledNameParser()
    for compiler in ["clang++", "g++"] {
      for name in try corpusNames(compiler, "c++23") {
        for node in try parser.parse(name).nodes { missing.remove(node.kind) }
      }
    }
    // Not of C++, of other options, or of modules.
    let expected: Set<NodeKind> = [
      .cloneSuffix, .typeinfoFunction, .transactionSafeClone, .nonTransactionClone, .hiddenAlias,
      .moduleInitializer, .javaClass, .stringLiteral, .vendorOperator, .blockLiteral, .moduleName,
      .moduleEntity, .imaginary, .elaboratedType, .constrainedPlaceholder, .parameterPack,
    ]
    #expect(missing.subtracting(expected).isEmpty)
  }

  /// Children lie within their parent, before it, and in order.
  private func checkShape(of name: MangledName) {
    for (index, node) in name.nodes.enumerated() {
      #expect(node.range.upperBound <= name.bytes.count)
      for child in name.children(of: index) {
        #expect(child < index)
        #expect(name.nodes[child].range.upperBound <= node.range.upperBound)
        #expect(name.nodes[child].range.lowerBound >= node.range.lowerBound)
      }
      if node.kind == .substitution { #expect(Int(node.value) < index) }
    }
  }
}

func corpusNames(_ compiler: String, _ standard: String) throws -> [String] {
  let source = repository.appendingPathComponent("fixtures/names/corpus.cpp").path
  let object = FileManager.default.temporaryDirectory
    .appendingPathComponent("corpus-\(UUID().uuidString).o")
  defer { try? FileManager.default.removeItem(at: object) }
  let compilation = try output(
    of: compiler, ["-std=\(standard)", "-w", "-c", source, "-o", object.path])
  guard compilation.succeeded else { return [] }
  return try mangledNames(in: object.path, [])
}
