@testable import Mangling
import Testing

/// Names of one declaration on two targets find each other; others do not.
@Suite struct PairingTests {
  typealias Kind = NameDifference.Kind
  typealias Place = NameDifference.Place

  private func differences(
    _ first: String, _ second: String, _ model: DataModel = .x86_64, _ other: DataModel = .x86_32
  ) throws -> [NameDifference] {
    try parse(first).differences(from: parse(second), model, other)
  }

  private func isPair(
    _ first: String, _ second: String, _ model: DataModel = .x86_64, _ other: DataModel = .x86_32
  ) throws -> Bool {
    let pairing = try NamePairing([parse(first)], model, [parse(second)], other)
    return pairing.pairs.count == 1
  }

  static let pairs: [(String, String, DataModel, DataModel)] = [
    ("_Z10qvsnprintfPcmPKcP13__va_list_tag", "_Z10qvsnprintfPcjPKcS_", .x86_64, .x86_32),
    ("_Z10qvsnprintfPcmPKcP13__va_list_tag", "_Z10qvsnprintfPcmPKcSt9__va_list", .x86_64, .aarch64),
    ("_Z10qvsnprintfPcmPKcSt9__va_list", "_Z10qvsnprintfPcjPKcSt9__va_list", .aarch64, .arm),
    ("_Z10qvsnprintfPcmPKcP13__va_list_tag", "_Z10qvsnprintfPcmPKcPv", .x86_64, .riscv64),
    ("_Z10qvsnprintfPcmPKcP13__va_list_tag", "_Z10qvsnprintfPcmPKcS_", .x86_64, .ppc64),
    ("_Z1fRA1_13__va_list_tag", "_Z1fRPc", .x86_64, .x86_32),
    ("_ZN10Connection11upgrade_ramEm", "_ZN10Connection11upgrade_ramEj", .x86_64, .x86_32),
    ("_ZThn104_N7QObject5eventEv", "_ZThn52_N7QObject5eventEv", .x86_64, .x86_32),
    ("_ZTv0_n24_N1A1fEm", "_ZTv0_n12_N1A1fEj", .x86_64, .x86_32),
    ("_ZTC1B16_1A", "_ZTC1B8_1A", .x86_64, .x86_32),
    ("_Znwm", "_Znwj", .x86_64, .x86_32),
    ("_ZdlPvmSt11align_val_t", "_ZdlPvjSt11align_val_t", .x86_64, .x86_32),
    ("_Z1fl", "_Z1fi", .x86_64, .x86_32), ("_Z1fl", "_Z1fx", .x86_64, .x86_32),
    ("_Z1fy", "_Z1fj", .x86_64, .x86_32),
    ("_Z9qstrnicmpPKcxS0_x", "_Z9qstrnicmpPKciS0_i", .x86_64, .x86_32),
    ("_Z1fm", "_Z1fy", .x86_64, .x86_32), ("_Z1fPlS_", "_Z1fPxPl", .x86_64, .x86_32),
    ("_Z1fSt6vectorImSaImEES1_", "_Z1fSt6vectorIjSaIjEES1_", .x86_64, .x86_32),
    ("_Z1fILm8EEvv", "_Z1fILj4EEvv", .x86_64, .x86_32),
    ("_Z1fRA8_c", "_Z1fRA4_c", .x86_64, .x86_32),
    ("_Z1fe", "_Z1fg", .x86_64, .s390x), ("_Z1fg", "_Z1fu9__ieee128", .s390x, .ppc64IEEE),
    ("_ZNK1AcvmEv", "_ZNK1AcvjEv", .x86_64, .x86_32),
    ("_ZNK1AcvT_I1BIS_ImEEEEv", "_ZNK1AcvT_I1BIS_IjEEEEv", .x86_64, .x86_32),
    ("_Z1fDB64_", "_Z1fDB32_", .x86_64, .x86_32), ("_Z1fDU128_", "_Z1fDU64_", .aarch64, .arm),
    ("_Z1fDv2_m", "_Z1fDv4_j", .x86_64, .x86_32), ("_Z1fDv8_c", "_Z1fDv4_c", .x86_64, .x86_32),
    ("_Z1fDv2_mS_", "_Z1fDv2_jS_", .x86_64, .x86_32),
    ("_Z1fIXadsomL_Z1xE8EEEvv", "_Z1fIXadsojL_Z1xE4EEEvv", .x86_64, .x86_32),
    ("_Z1fIXadsoiL_Z1xE20_pEEEvv", "_Z1fIXadsoiL_Z1xE12_pEEEvv", .x86_64, .x86_32),
    ("_Z1fIXmcM1AKFvmELM1BKFvmE0E16EEEvv", "_Z1fIXmcM1AKFvjELM1BKFvjE0E8EEEvv", .x86_64, .x86_32),
    ("_Z1fIJimEEvDyT_Li0E", "_Z1fIJijEEvDyT_Li0E", .x86_64, .x86_32),
    ("_Z1fIJimEE1AIXsyJLm1ELm2EELi0EEEv", "_Z1fIJijEE1AIXsyJLj1ELj2EELi0EEEv", .x86_64, .x86_32),
  ]

  @Test(arguments: pairs) func namesOfOneDeclarationArePaired(
    first: String, second: String, model: DataModel, other: DataModel
  ) throws {
    #expect(try isPair(first, second, model, other))
    #expect(try isPair(second, first, other, model))
  }

  static let strangers: [(String, String)] = [
    ("_Z1fm", "_Z1fPj"), ("_Z1fi", "_Z1fPi"), ("_Z1fm", "_Z1gj"), ("_Z1fm", "_Z1fjj"),
    ("_Z1fi", "_Z1fl"), ("_Z1fi", "_Z1fx"), ("_Z1fm", "_Z1fi"),
    ("_Z1fx", "_Z1fj"), ("_Z1fj", "_Z1fy"),
    ("_Z1fn", "_Z1fx"), ("_Z1fPc", "_Z1fPv"), ("_Z1fPKv", "_Z1fPc"),
    ("_Z1fP13__va_list_tag", "_Z1fPv"),
    ("_ZN1A1fEm", "_ZNK1A1fEj"), ("_ZN1AC1Em", "_ZN1AC2Ej"),
    ("_ZThn16_N1A1fEv", "_ZTv0_n12_N1A1fEv"),
    ("_ZThn16_N1A1fEv", "_ZThn8_N1B1fEv"), ("_Z1fILm3EEvv", "_Z1fILj5EEvv"),
    ("_Z1fIL1E8EEvv", "_Z1fIL1E4EEvv"), ("_Z1fm", "_Z1fIjEvv"), ("_Z1fmz", "_Z1fj"),
    ("_ZTV1A", "_ZTI1A"), ("_Z1fe", "_Z1fg"), ("_Z1fRA1_13__va_list_tag", "_Z1fRPv"),
    ("_Z1fP13__va_list_tagm", "_Z1fjPc"),
    ("_Z1fDB64_", "_Z1fDU32_"), ("_Z1fDB64_", "_Z1fDB33_"), ("_Z1fDv2_m", "_Z1fDv3_j"),
    ("_Z1fDv2_c", "_Z1fDv4_c"), ("_Z1fDv2_l", "_Z1fDv4_x"), ("_Z1fDv4_f", "_Z1fDv2_d"),
    ("_Z1fIXadsoiL_Z1xE20_pEEEvv", "_Z1fIXadsoiL_Z1xE12_EEEvv"),
    ("_Z1fIXadsoiL_Z1xE20EEEvv", "_Z1fIXadsoiL_Z1xEEEEvv"),
    ("_Z1fIXadsoiL_Z1xE20EEEvv", "_Z1fIXadsoiL_Z1yE12EEEvv"),
    ("_Z1fIXadsoiL_Z1xE20EEEvv", "_Z1fIXadsoiL_Z1xEn12EEEvv"),
  ]

  @Test(arguments: strangers) func namesOfDifferentDeclarationsAreNotPaired(
    first: String, second: String
  ) throws {
    #expect(try !isPair(first, second))
  }

  @Test func equalNamesHaveNoDifferences() throws {
    for name in ["_Z1fm", "_Z10qvsnprintfPcjPKcS_", "_ZThn16_N1A1fEv", "_ZTV1A"] {
      #expect(try differences(name, name).isEmpty)
    }
  }

  @Test func differencesAreFoundByParameter() throws {
    let found = try differences(
      "_Z10qvsnprintfPcmPKcP13__va_list_tag", "_Z10qvsnprintfPcjPKcS_")
    #expect(found.map(\.kind) == [.integer([.size, .uintptr]), .vaList])
    #expect(found.map(\.place) == [.parameter(1), .parameter(3)])
    #expect(found.map(\.first) == [16..<17, 20..<36])
    #expect(found.map(\.second) == [16..<17, 20..<22])
    #expect(found[0].firstType == .unsignedLong)
    #expect(found[0].secondType == .unsignedInt)
  }

  @Test func aDifferenceThroughASubstitutionIsFoundInEachParameter() throws {
    let found = try differences("_Z1fPmS_", "_Z1fPjS_")
    #expect(found.map(\.place) == [.parameter(0), .parameter(1)])
    #expect(found.map(\.first) == [5..<6, 6..<8])
  }

  @Test func placesAreNamed() throws {
    #expect(try differences("_Z1fIiEmv", "_Z1fIiEjv").map(\.place) == [.returnType])
    #expect(try differences("_Z1fIcmEvv", "_Z1fIcjEvv").map(\.place) == [.templateArgument(1)])
    #expect(try differences("_ZNK1AcvmEv", "_ZNK1AcvjEv").map(\.place) == [.conversionType])
    #expect(try differences("_ZThn16_N1A1fEv", "_ZThn8_N1A1fEv").map(\.place) == [.thunk])
    #expect(try differences("_Z1fv", "_Z1gv").map(\.place) == [.name])
    #expect(try differences("_Z1fmi", "_Z1fPii").map(\.kind) == [.other])
    #expect(try differences("_Z1fn", "_Z1fx").map(\.kind) == [.int128])
  }

  @Test func keysDoNotDependOnSubstitutions() throws {
    #expect(
      try parse("_Z10qvsnprintfPcmPKcP13__va_list_tag").structuralKey()
        == parse("_Z10qvsnprintfPcjPKcS_").structuralKey())
    #expect(try parse("_Z1fP1AS0_").structuralKey() == parse("_Z1fP1AP1A").structuralKey())
    #expect(try parse("_Z1fN1A1BES0_").structuralKey() == parse("_Z1fN1A1BEN1A1BE").structuralKey())
    #expect(try parse("_Z1fP1AS_").structuralKey() != parse("_Z1fP1AS0_").structuralKey())
    #expect(try parse("_Z1fILm8EEvv").structuralKey() != parse("_Z1fILm4EEvv").structuralKey())
    #expect(
      try parse("_Z1fILm8EEvv").structuralKey(ignoringValues: true)
        == parse("_Z1fILj4EEvv").structuralKey(ignoringValues: true))
  }

  @Test func ambiguousNamesAreLeftAlone() throws {
    // `unsigned long` could be size_t or uint64_t.
    let pairing = try NamePairing(
      [parse("_Z1fm")], .x86_64, [parse("_Z1fj"), parse("_Z1fy")], .x86_32)
    #expect(pairing.pairs.isEmpty)
  }

  @Test func certainPairsMakeOthersCertain() throws {
    // `long` on one side and `long long` on the other leave only one partner each.
    let pairing = try NamePairing(
      [parse("_Z1fPml"), parse("_Z1fPyl")], .x86_64, [parse("_Z1fPji"), parse("_Z1fPyi")], .x86_32)
    #expect(pairing.pairs.map(\.first) == [0, 1])
    #expect(pairing.pairs.map(\.second) == [0, 1])
  }

  @Test func aTypeAsWideAsAPointerIsPairedWithoutATypedef() throws {
    // qsizetype of Qt: `long long` or `int`.
    let found = try differences("_ZN10QCborArray6detachEx", "_ZN10QCborArray6detachEi")
    #expect(found.map(\.kind) == [.pointerWidth])
    let pairing = try NamePairing(
      [parse("_Z1fm"), parse("_Z1fy")], .x86_64, [parse("_Z1fj")], .x86_32)
    #expect(pairing.pairs.map(\.first) == [0])
    #expect(try !isPair("_Z1fx", "_Z1fi", .x86_64, .aarch64))
    #expect(try !isPair("_Z1fl", "_Z1fi", .x86_32, .arm))
  }

  @Test func thunksOfOneFunctionArePairedByTheirOrder() throws {
    let pairing = try NamePairing(
      ["_ZThn24_N1A1fEv", "_ZThn16_N1A1fEv"].map { try parse($0) }, .x86_64,
      ["_ZThn8_N1A1fEv", "_ZThn12_N1A1fEv"].map { try parse($0) }, .x86_32)
    #expect(pairing.pairs.map(\.first) == [0, 1])
    #expect(pairing.pairs.map(\.second) == [1, 0])
  }

  @Test func subObjectsOfOneObjectArePairedByTheirOrder() throws {
    // struct { void *a; int b, c; void *d; int e; }: c and e.
    let pairing = try NamePairing(
      ["_Z1fIXadsoiL_Z1xE12EEEvv", "_Z1fIXadsoiL_Z1xE20EEEvv"].map { try parse($0) }, .x86_64,
      ["_Z1fIXadsoiL_Z1xE16EEEvv", "_Z1fIXadsoiL_Z1xE8EEEvv"].map { try parse($0) }, .x86_32)
    #expect(pairing.pairs.map(\.first) == [0, 1])
    #expect(pairing.pairs.map(\.second) == [1, 0])
  }

  @Test func numbersInTypesAreNamedAsSuch() throws {
    #expect(
      try differences("_Z1fDB64_", "_Z1fDB32_").map(\.kind) == [.arrayBound(isPointerSized: true)])
    let vectors = try differences("_Z1fiDv2_m", "_Z1fiDv4_j")
    #expect(
      vectors.map(\.kind) == [.arrayBound(isPointerSized: true), .integer([.size, .uintptr])])
    #expect(vectors.map(\.place) == [.parameter(1), .parameter(1)])
    let parts = try differences("_Z1fIXadsoiL_Z1xE20EEEvv", "_Z1fIXadsoiL_Z1xE12EEEvv")
    #expect(parts.map(\.kind) == [.literalValue(isPointerSized: true)])
    #expect(parts.map(\.place) == [.templateArgument(0)])
    #expect(parts.map(\.first) == [17..<19])
  }

  @Test func aThunkOnOneSideOnlyIsNotPaired() throws {
    let pairing = try NamePairing(
      ["_ZThn24_N1A1fEv", "_ZThn16_N1A1fEv"].map { try parse($0) }, .x86_64,
      ["_ZThn8_N1A1fEv"].map { try parse($0) }, .x86_32)
    #expect(pairing.pairs.isEmpty)
  }
}
