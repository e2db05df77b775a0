import Foundation
import TestSupport
import Testing

/// Mistakes that a user makes on the first day: each is named, and none looks like success.
struct MistakeTests {
  let scratch: TemporaryDirectory
  let library: String

  init() throws {
    scratch = try TemporaryDirectory()
    library = try Fixtures.compile(
      "int demo_table[4] = {1};\nint demo_open(void) { return 1; }\n", as: "libdemo.so",
      ["-shared", "-fPIC"], in: scratch)
  }

  @Test func aProgramThatIsNotThereIsNotApproved() throws {
    let outcome = try abitool(["check", "--program", "nosuch", "--sysroot", "/"], in: scratch.url)
    #expect(outcome.status == 2)
    #expect(outcome.text == "nosuch: could not be checked\n")
  }

  @Test func aDirectoryWithoutProgramsIsNotApproved() throws {
    let empty = try TemporaryDirectory()
    let nothing = try abitool(["check", "--program", empty.url.path, "--sysroot", "/"])
    #expect(nothing.status == 2 && nothing.text.isEmpty)
    #expect(nothing.errors.contains("no dynamically linked program"))
  }

  @Test func aRootThatIsNotThereIsNamed() throws {
    let outcome = try abitool(["check", "--program", library, "--sysroot", "/nosuch"])
    #expect(outcome.status == 2 && outcome.text.isEmpty)
    #expect(outcome.errors.contains("--sysroot /nosuch"))
  }

  @Test(arguments: [["stub"], ["check", "--abi"]])
  func aLibraryInPlaceOfItsTextIsNamed(command: [String]) throws {
    let outcome = try abitool(command + [library])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("an ELF file, not an ABI text"))
  }

  @Test func whatAFailedExtractionLeavesGivesNoStub() throws {
    try scratch.write("empty.abi", "")
    let outcome = try abitool(["stub", "empty.abi", "-o", "empty.so"], in: scratch.url)
    #expect(outcome.status == 2 && outcome.errors.contains("the file is empty"))
  }

  @Test func theCureOfAChangeSpeaksOfTheChange() throws {
    try scratch.write("old.abi", "demo_open T\ndemo_table D 8\n")
    let outcome = try abitool(["diff", scratch.path("old.abi"), library])
    #expect(outcome.status == 1)
    #expect(outcome.text.contains("cure: keep the size"))
    #expect(!outcome.text.contains("kernels"))
    #expect(outcome.text.contains("abitool check --explain CODE says why a finding matters\n"))
  }
}
