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

  @Test func everyNameOfAModuleIsParsed() throws {
    let names = try moduleNames()
    #expect(names.count > 5)
    for name in names { checkShape(of: try parse(name)) }
  }

  @Test func theCorpusHasNearlyEveryProduction() throws {
    var missing = Set(NodeKind.allCases)
    var parser = MangledNameParser()
    for compiler in ["clang++", "g++"] {
      for name in try corpusNames(compiler, "c++23") {
        for node in try parser.parse(name).nodes { missing.remove(node.kind) }
      }
    }
    for name in try moduleNames() {
      for node in try parser.parse(name).nodes { missing.remove(node.kind) }
    }
    // Of other languages, options and optimisers, or of nothing that today's compilers write.
    let expected: Set<NodeKind> = [
      .cloneSuffix, .typeinfoFunction, .transactionSafeClone, .nonTransactionClone, .hiddenAlias,
      .javaClass, .stringLiteral, .vendorOperator, .blockLiteral, .imaginary, .elaboratedType,
      .constrainedPlaceholder, .parameterPack, .packElement, .unnamedEnum,
    ]
    #expect(missing.subtracting(expected).isEmpty)
  }
}

func moduleNames() throws -> [String] {
  let source = repository.appendingPathComponent("fixtures/names/module.cppm").path
  return try namesCompiled(from: source, by: "clang++", ["-std=c++20", "-x", "c++-module"])
}

func corpusNames(_ compiler: String, _ standard: String) throws -> [String] {
  let source = repository.appendingPathComponent("fixtures/names/corpus.cpp").path
  return try namesCompiled(from: source, by: compiler, ["-std=\(standard)", "-w"])
}

private func namesCompiled(
  from source: String, by compiler: String, _ options: [String]
) throws -> [String] {
  let object = FileManager.default.temporaryDirectory
    .appendingPathComponent("names-\(UUID().uuidString).o")
  defer { try? FileManager.default.removeItem(at: object) }
  let compilation = try output(of: compiler, options + ["-c", source, "-o", object.path])
  guard compilation.succeeded else { throw CompilationFailed(compiler: compiler) }
  return try mangledNames(in: object.path, [])
}
