@testable import Mangling
import Testing

@Suite struct ParserTests {
  /// The tree in short form: what each node spans, and what is in it.
  private func outline(_ name: String) throws -> String {
    let parsed = try parse(name)
    func describe(_ index: Int) -> String {
      let children = parsed.children(of: index).map(describe)
      let kind = "\(parsed.nodes[index].kind)"
      if children.isEmpty {
        return "\(kind) \(String(decoding: parsed.text(of: index), as: UTF8.self))"
      }
      return "\(kind)(\(children.joined(separator: ", ")))"
    }
    return describe(parsed.root)
  }

  @Test func aMemberFunctionHasScopeNameAndParameters() throws {
    #expect(
      try outline("_ZN4demo7Session6submitEPKvj")
        == """
        mangledName(encoding(nestedName(prefix(prefix(sourceName 4demo, sourceName 7Session), \
        sourceName 6submit)), bareFunctionType(pointer(qualifiedType(cvQualifiers K, builtinType v)), \
        builtinType j)))
        """)
  }

  @Test func substitutionsReferToWhatWasNamedBefore() throws {
    let targets: [(String, [String])] = [
      ("_Z1fPcS_", ["Pc"]), ("_Z1fP1AS_S0_", ["1A", "P1A"]),
      ("_ZN1A1B1fEPS0_S1_", ["1A1B", "PS0_"]),
      ("_Z1fSt6vectorIiSaIiEES1_", ["St6vectorIiSaIiEE"]),
      ("_ZNSsB5cxx111fES_", ["SsB5cxx11"]),
      ("_Z1fPKFvvES0_S_", ["PKFvvE", "KFvvE"]),
    ]
    for (name, expected) in targets {
      let parsed = try parse(name)
      let found = parsed.nodes.indices.filter { parsed.nodes[$0].kind == .substitution }
        .map { String(decoding: parsed.text(of: parsed.resolved($0)), as: UTF8.self) }
      #expect(found.suffix(expected.count) == expected[...], "\(name)")
    }
  }

  @Test func conversionOperatorsDecideWhoseTheirTemplateArgumentsAre() throws {
    #expect(try outline("_ZN1AcvT_IiEEv").contains("templateId(prefix("))
    let template = try outline("_ZN1AcvT_IiEI1BEEv")
    #expect(template.contains("conversionOperator(templateId(templateParameter T_"))
  }

  @Test func bothSpellingsOfUnresolvedScopesAreRead() throws {
    for name in [
      "_Z1fI1AEN1BIXsrT_1xEE1tES2_", "_Z1fIiEv1BIXsr1AIT_E5valueEE",
      "_Z1fIiEv1BIXsr1AIT_EE5valueEE",
      "_Z1fIiEDTclsr3stdE7declvalIT_EEEv", "_Z1fIiEv1BIXsrNT_1AE1xEE", "_Z1fIiEv1BIXgssr1AE1xEE",
    ] {
      _ = try parse(name)
    }
  }

  @Test func modulesAreSubstitutable() throws {
    _ = try parse("_ZW3Foo1fv")
    _ = try parse("_ZW3FooW3Bar1fNS_1AE")
    _ = try parse("_ZW3FooWP4Part1fPS_1A")
    _ = try parse("_ZNW3Foo1A1fEv")
    _ = try parse("_ZStW3Foo1fv")
    _ = try parse("_ZGIW3FooW3Bar")
  }

  @Test func errorsSayWhereAndWhat() {
    let errors: [(String, Int, MangledNameError.Expectation)] = [
      ("", 0, .prefix), ("main", 0, .prefix), ("_Z", 2, .unqualifiedName),
      ("_Z3fo", 3, .sourceName),
      ("_Z1fS_", 4, .substitution), ("_Z1fq", 4, .type), ("_ZN1A", 5, .unqualifiedName),
      ("_Z1fvE", 5, .endOfName), ("_ZTQ1A", 3, .specialName), ("_ZTh_", 4, .number),
      ("_ZN1A1fEv@V1", 9, .type), ("_Z99999999999999999999f", 11, .number),
    ]
    for (name, offset, expected) in errors {
      do throws(MangledNameError) {
        _ = try parse(name)
        Issue.record("\(name) was parsed")
      } catch {
        #expect(error == MangledNameError(offset: offset, expected: expected), "\(name)")
      }
    }
  }

  @Test func aParserCanBeUsedAgain() throws {
    var parser = MangledNameParser()
    let first = try parser.parse("_Z1fPcS_")
    #expect(throws: MangledNameError.self) { try parser.parse("_Z1fS_") }
    let bytes = Array("_ZN1A1gEv".utf8)
    let second = try parser.parse(bytes.span)
    #expect(String(decoding: first.bytes, as: UTF8.self) == "_Z1fPcS_")
    #expect(second.nodes.count < first.nodes.count + 4)
  }
}
