@testable import Mangling
import Testing

@Suite struct NameClassTests {
  static let classes: [(String, NameClass)] = [
    ("_Z1fv", .function), ("_ZN1A1fEv", .function), ("_ZN1AC2Ev", .constructor),
    ("_ZN1ACI21BEi", .constructor), ("_ZN1AIiED0Ev", .destructor),
    ("_ZNK1AcvbEv", .conversionOperator),
    ("_ZN1AplERKS_", .operatorFunction), ("_Znwm", .operatorFunction),
    ("_ZStlsISt11char_traitsIcEERSt13basic_ostreamIcT_ES5_PKc", .operatorFunction),
    ("_Zli4_degm", .operatorFunction), ("_ZSt4cout", .variable), ("_ZN1A1xE", .variable),
    ("_ZZ1fvE1x", .localStatic), ("_ZZ1fvE1x_0", .localStatic), ("_ZZ1fvEs", .localStatic),
    ("_ZZ1fvENKUlvE_clEv", .operatorFunction), ("_ZDC1a1bE", .structuredBinding),
    ("_ZTV1A", .vtable), ("_ZTT1A", .vtt), ("_ZTC1B0_1A", .constructionVtable),
    ("_ZTI1A", .typeinfo), ("_ZTS1A", .typeinfoName), ("_ZThn8_N1A1fEv", .thunk(.nonVirtual)),
    ("_ZTv0_n24_N1A1fEv", .thunk(.virtual)), ("_ZTch0_h16_N1A1fEv", .thunk(.covariant)),
    ("_ZGVZ1fvE1x", .guardVariable), ("_ZGR1x_", .referenceTemporary), ("_ZTH1x", .tlsInit),
    ("_ZTW1x", .tlsWrapper), ("_ZTAXtl1SLi1EEE", .templateParameterObject),
    ("_ZGIW3foo", .moduleInitializer), ("_ZGTtN1A1fEv", .transactionClone),
    ("_ZN1A1fEv.part.0.cold", .function),
  ]

  @Test(arguments: classes) func aNameHasItsClass(name: String, expected: NameClass) throws {
    let parsed = try parse(name)
    #expect(parsed.nameClass == expected)
    if let special = NameClass(specialNamePrefix: parsed.bytes.span) {
      #expect(special == expected)
    }
  }

  @Test(arguments: [
    "_Z1fIiEvv", "_ZN1AIiE1fEv", "_ZNSt6vectorIiSaIiEE9push_backEOi", "_ZTV6VectorIiE",
    "_ZGVN1AIiE1xE", "_ZZN1AIiE1fEvE1x", "_ZNSs6appendEPKc", "_ZNSaIcEC1Ev", "_ZThn8_N1AIiE1fEv",
    "_ZTISo", "_ZN1AC1IiEET_", "_ZN1AB1tIiE1fEv",
  ])
  func membersOfTemplatesAreInstances(name: String) throws {
    #expect(try parse(name).isTemplateInstance)
  }

  @Test(arguments: [
    "_Z1fv", "_Z1fSt6vectorIiSaIiEE", "_ZN1A1fERKS_IiE", "_ZNK1AcvSt6vectorIiSaIiEEEv", "_ZTV1A",
    "_ZSt4cout", "_ZZ1fSt6vectorIiSaIiEEE1x",
  ])
  func templatesInParametersDoNotCount(name: String) throws {
    #expect(try !parse(name).isTemplateInstance)
  }
}
