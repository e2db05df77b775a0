import Foundation
@testable import Mangling
import Testing

/// Whatever the bytes, parsing ends soon with a tree or an error.
@Suite struct HostileInputTests {
  static let seeds = [
    "_ZN4demo7Session6submitEPKvj", "_ZNSt6vectorIiSaIiEE9push_backEOi",
    "_ZZN1A1fEvENKUlT_E_clIiEEDaS0_", "_ZTv0_n24_N1C1fEv", "_ZTCN1A1BE16_N1CE",
    "_ZN1AcvT_IiEEv", "_Z1fIiEvDTplfp_Li1EE", "_Z1fIJicEEDTfL_pl1EDpT_",
    "_ZNK4demo6NumbercvNS_5ArrayIT_Lm2EEEINS_5PointEEEv", "_ZN1AB5cxx11C2ERKSs",
    "_Z1fIiQ5SmallIT_EEvS0_",
    "_ZN4demo15inline_requiresIiQrQT__XplfL0p_Li1ERNS_7AddableIiEEEEEvS1_",
    "_ZZ1fvE1x_0", "_ZGRN1A1xE0_", "_Z1fDv4_fDpT_U8__strongP1A", "_ZW3fooWP3barN1A1fEvS_",
    "_Z1fIXsr3std7is_sameIT_iEE5valueEEvv", "_Z1fM1AKFvvEMS_i", "_Z1fPDoFvvERA4_iCd.part.0.cold",
    "_ZNK1N1ScvT_INS_1VINS_1XEEEEEv", "_ZNK1AcvPT_IiJcEEI1BEEv", "_Z1fIXadsoiL_Z1xE8_1pEEEvv",
    "_ZN1AIJicEE1fILi1EEEDyJicET_v", "_Z1fIJLi1EEEDtsyT_Li0EEv", "_ZW3foo1fStS_1A",
    "_ZN1A1fEPvU17pass_object_size2PKc", "_Z1fIiEDTdcPT_fp_ES1_", "_Z1fUej1eS_", "_ZZ1fvE1x12",
    "_ZTch0_h16_NK1AIS_E5cloneEv", "_ZZ1fvEN1AIS_E1gE_1v", "_ZGVbM4vl2va32__Z1fPii",
  ]

  @Test func everyPrefixOfANameEnds() {
    var parser = MangledNameParser()
    for seed in Self.seeds {
      for length in 0...seed.utf8.count { _ = try? parser.parse(Array(seed.utf8.prefix(length))) }
    }
  }

  @Test func randomMutationsEnd() {
    var parser = MangledNameParser()
    var random = SplitMix(state: 42)
    let letters = Array("_ZNEISTXLJDUFPRKMABCQWGdtTpsrcvlfn0123459aijmx.\0\u{7f}".utf8) + [0xFF]
    for _ in 0..<40_000 {
      var name = Array((Self.seeds.randomElement(using: &random) ?? "_Z1fv").utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<name.count, using: &random)
        let letter = letters[Int.random(in: 0..<letters.count, using: &random)]
        switch Int.random(in: 0..<4, using: &random) {
        case 0: name[place] = letter
        case 1: name.insert(letter, at: place)
        case 2 where name.count > 3: name.remove(at: place)
        default:
          let other = Array((Self.seeds.randomElement(using: &random) ?? "").utf8)
          name.insert(contentsOf: other.suffix(Int.random(in: 0...8, using: &random)), at: place)
        }
      }
      _ = (NameClass(specialNamePrefix: name.span), VectorFunctionName(name.span))
      guard let parsed = try? parser.parse(name) else { continue }
      examine(parsed)
      _ = Demangler.demangle(parsed)
    }
  }

  static let repetitions = [
    "P", "K", "PK", "N", "NS_", "I", "1aI", "F", "Fv", "PFv", "sr", "X", "XdtdtL", "dt", "DTsr",
    "cv", "Z", "Z1f", "ZN1a", "Ul", "A_", "M1a", "L_Z", "LZ", "J", "1aIJ", "U1a", "U1aI", "Dp",
    "DTcl", "W1a", "B1a", "N1a", "cvT_I", "NcvT_I", "Tt", "Tp", "TyTt", "Dv_", "u1aI", "Th0_",
    "Tc", "GV", "GTt", "gs", "srN1a", "XsrS_", "DC1a", "1a", "T_", "i", "S_", "Q", "DO", "Dw",
    "nw", "1fIX", "GTnZ", ".a", ".1", "9", "Ua9enable_ifI", "rq", "fL", "fLpl", "on", "oncv",
    "oncvT_I", "Dy", "DyJ", "DtsyJ", "sy", "Ue", "Xso", "so", "mc", "DTdc", "StW1a", "cvu1aI",
    "NcvPT_I",
    "DTdtfp_cv", "PvU17pass_object_size0", "U17pass_object_size", "ZN1AcvT_I",
  ]

  @Test(arguments: repetitions)
  func deepNestingEndsInTimeOnASmallStack(unit: String) async {
    let count = 100_000
    let repeated = String(repeating: unit, count: count)
    let names = [
      "_Z" + repeated, "_Z1f" + repeated, "_Z1fI" + repeated, "_Z1fIX" + repeated,
      "_ZN1a" + repeated + "E", "_Z1fIX" + repeated + String(repeating: "E", count: count),
      "_Z1f1AIiE" + repeated + String(repeating: "E", count: count),
    ]
    let elapsed = await onSmallStack {
      var parser = MangledNameParser()
      for name in names {
        guard let parsed = try? parser.parse(name) else { continue }
        examine(parsed)
        _ = Demangler.demangle(name.utf8.map { $0 })
      }
    }
    // Megabytes, in a debug build: only more than linear time takes longer.
    #expect(elapsed < 10)
  }

  @Test func substitutionsThatDoubleAreNotWrittenOut() async throws {
    // Each type holds the one before it twice: 2^200 nodes when written out.
    var name = "_Z1f1AIiiE"
    for step in 0..<200 {
      let last = step == 0 ? "S0_" : "S\(base36(step))_"
      name += "S_I\(last)\(last)E"
    }
    let parsed = try parse(name)
    #expect(parsed.structuralKey() == parsed.structuralKey())
    #expect(Demangler.demangle(name.utf8.map { $0 }) == nil)
    let other = try parse(name.replacingOccurrences(of: "1AIiiE", with: "1AIijE"))
    let differences = parsed.differences(from: other, .x86_64, .x86_32)
    #expect(differences.contains { $0.kind == .other })
  }

  @Test func aNameOfOneMegabyteIsParsedInLinearTime() throws {
    let name = "_Z1f" + String(repeating: "P1a", count: 349_000)
    var count = 0
    let elapsed = try processorTime { count = try parse(name).nodes.count }
    #expect(count > 600_000)
    #expect(elapsed < 5)
  }

  @Test func limitsAreErrors() {
    var parser = MangledNameParser(limits: .init(length: 10, depth: 5))
    #expect(throws: MangledNameError(offset: 10, expected: .shorterName)) {
      try parser.parse("_Z10abcdefghijv")
    }
    #expect(throws: MangledNameError(offset: 8, expected: .shallowerName)) {
      try parser.parse("_Z1fPPPPPi")
    }
  }

  /// Asks everything that a name can tell on its own.
  private func examine(_ name: MangledName) {
    _ = (name.nameClass, name.isTemplateInstance, name.structuralKey(), name.classSymbol)
    _ = (name.isInStd, name.isInCxxabi, name.isFundamentalTypeinfo)
    _ = name.structuralKey(ignoringValues: true)
  }

  private func base36(_ number: Int) -> String { String(number, radix: 36, uppercase: true) }

  /// Runs `body` on a thread with a small stack: 512 KiB, 2 MiB where frames are not optimised.
  private func onSmallStack(_ body: @escaping @Sendable () -> Void) async -> Double {
    await withCheckedContinuation { continuation in
      let thread = Thread {
        let elapsed = processorTime(body)
        continuation.resume(returning: elapsed)
      }
      #if DEBUG
        thread.stackSize = 2 << 20
      #else
        thread.stackSize = 512 << 10
      #endif
      thread.start()
    }
  }
}
