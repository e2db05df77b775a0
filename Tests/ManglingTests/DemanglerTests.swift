@testable import Mangling
import Testing

@Suite struct DemanglerTests {
  private func demangle(_ name: String) -> String? { Demangler.demangle(Array(name.utf8)) }

  @Test func namesAreWrittenAsInSource() {
    #expect(
      demangle("_ZN4demo7Session6submitEPKvj")
        == "demo::Session::submit(void const*, unsigned int)")
    #expect(demangle("_ZTV1A") == "vtable for A")
  }

  @Test(arguments: ["", "main", "_Z", "_ZN", "_Z1fS_", "_Z1f\0v"])
  func otherNamesAreNotDemangled(name: String) {
    #expect(demangle(name) == nil)
  }

  @Test func namesThatNestTooDeepDoNotReachTheDemangler() {
    #expect(demangle("_Z1f" + String(repeating: "P", count: 100_000) + "i") == nil)
    #expect(demangle("_Z1f" + String(repeating: "P", count: 200) + "i") != nil)
  }
}
