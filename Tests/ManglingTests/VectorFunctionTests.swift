import Foundation
@testable import Mangling
import Testing

@Suite struct VectorFunctionTests {
  private func parts(_ name: String) -> VectorFunctionName? {
    VectorFunctionName(Array(name.utf8).span)
  }

  private func nameClass(_ name: String) -> NameClass? {
    NameClass(specialNamePrefix: Array(name.utf8).span)
  }

  @Test func variantsThatGccMakesAreTold() throws {
    let source = """
      #pragma omp declare simd notinbranch
      __attribute__((weak)) double scale(double x) { return x * 2; }
      #pragma omp declare simd linear(p : 2) uniform(n) aligned(q : 32) linear(ref(r))
      int walk(int *p, long n, double *q, int &r) { return *p + n + *q + r; }
      int &guarded() { static int &value = *new int(1); return value; }
      """
    let names = try compile(source, ["-fopenmp-simd", "-O1"])
    let variants = names.filter { parts($0) != nil }
    // Masked and unmasked walk, and unmasked scale, for SSE, AVX, AVX2 and AVX-512.
    #expect(variants.count == 12)
    for name in names {
      let isVariant = name.contains("scale") && name.contains("v_") || name.contains("__Z4walk")
      #expect((parts(name) != nil) == isVariant, "\(name)")
      if isVariant {
        #expect(nameClass(name) == .vectorFunction)
        #expect((try? parse(name)) == nil)
        let scalar = name.utf8.dropFirst(parts(name)?.scalarNameOffset ?? 0)
        #expect(names.contains(String(decoding: scalar, as: UTF8.self)), "\(name)")
      }
    }
    #expect(names.contains { nameClass($0) == .guardVariable })
  }

  @Test(arguments: [
    ("_ZGVbN2v_scale", UInt8(ascii: "b"), false, 9),
    ("_ZGVsMxv_sin", UInt8(ascii: "s"), true, 9), ("_ZGVnN2vl8_f", UInt8(ascii: "n"), false, 11),
    ("_ZGVbM4vulLUR4__Z2f1iiiRiS_S_", UInt8(ascii: "b"), true, 15),
    ("_ZGVdN8ls2ln3va16_g", UInt8(ascii: "d"), false, 18),
    ("_ZGVbN2_tick", UInt8(ascii: "b"), false, 8),
  ]) func partsAreFound(name: String, set: UInt8, isMasked: Bool, offset: Int) throws {
    let found = try #require(parts(name))
    #expect(found.instructionSet == set)
    #expect(found.isMasked == isMasked)
    #expect(found.scalarNameOffset == offset)
  }

  @Test(arguments: [
    "_ZGV1x", "_ZGVN1A1xE", "_ZGVZ1fvE1M", "_ZGVSt4cout", "_ZGVL1x", "_ZGVDC1aE", "_ZGVbN2v_",
    "_ZGVbN2v", "_ZGVbNv_f", "_ZGVb", "_ZGV", "", "_ZGVbQ2v_f", "_ZGVbN2%_f", "_ZGVW3Foo1x",
  ]) func otherNamesAreNone(name: String) {
    #expect(parts(name) == nil)
  }

  @Test(arguments: ["_ZGV1x", "_ZGVN1A1xE", "_ZGVZ1fvE1M", "_ZGVSt4cout", "_ZGVL1x", "_ZGVDC1aE"])
  func guardVariablesStayGuardVariables(name: String) throws {
    #expect(nameClass(name) == .guardVariable)
    #expect(try parse(name).nameClass == .guardVariable)
  }
}
