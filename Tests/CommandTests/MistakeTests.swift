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

  // MARK: Usage

  /// What is asked for in the belief that it is done.
  @Test(arguments: [
    (["--program", "libdemo.so", "--deny", "deny"], "--deny has no effect here; it goes with"),
    (["--library", "libdemo.so", "--write", "out.abi"], "--write has no effect here"),
    (["--lib", "libdemo.so"], "--lib has no effect here; it goes with --kernels (or --archs)"),
    (["--lib", "libdemo.so"], "there is also --library"),
    (["--sysroot", "/"], "--sysroot has no effect here; it goes with --program"),
    (["--arch", "nosucharch"], "no such architecture"),
    (["--kernel", "nova"], "--kernel has no effect here; it goes with --library or --program"),
    (["--dir", "/nosuch"], "--dir has no effect here"),
  ])
  func anOptionOfAnotherModeIsRefused(options: [String], message: String) throws {
    try scratch.write("demo.abi", "demo_open T\n")
    let outcome = try abitool(["check", "--abi", "demo.abi"] + options, in: scratch.url)
    #expect(outcome.status == 64 && outcome.text.isEmpty)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(scratch.names.filter { $0.hasPrefix("out") }.isEmpty)
  }

  @Test(arguments: [[], ["help", "stbu"], ["help", "check", "--nonsense"], ["stbu"]])
  func unclearUsageIsNoSuccess(arguments: [String]) throws {
    let outcome = try abitool(arguments)
    #expect(outcome.status == 64 && outcome.text.isEmpty && !outcome.errors.isEmpty)
  }

  @Test func helpThatIsAskedForSucceeds() throws {
    for arguments in [["help"], ["--help"], ["help", "stub"], ["stub", "--help"]] {
      let outcome = try abitool(arguments)
      #expect(outcome.status == 0 && outcome.text.contains("USAGE"), "\(arguments)")
    }
    #expect(try abitool(["help", "stbu"]).errors.contains("did you mean stub?"))
  }

  /// The runtime reads the arguments from /proc, which a sandbox may lack.
  @Test func aStartWithoutProcIsNoSuccess() throws {
    try scratch.write("gone.abi", "gone T\n")
    let outcome = try run(
      "unshare",
      [
        "--map-root-user", "--mount", "sh", "-c",
        "umount -l /proc 2> /dev/null || mount -t tmpfs none /proc; exec \"$@\"", "sh",
        abitoolPath, "check", "--library", library, "--abi", scratch.path("gone.abi"),
      ])
    #expect(outcome.status == 64 && outcome.text.isEmpty, "\(outcome)")
    #expect(outcome.errors.contains("is /proc mounted?"), "\(outcome.errors)")
  }

  // MARK: Patterns and updates

  @Test func patternsThatMatchNothingAreSaid() throws {
    let outcome = try abitool([
      "extract", library, "--keep", "_Z*", "--drop", "demo_table", "--drop", "demo_clsoe",
      "--explain", "demo_read",
    ])
    #expect(outcome.status == 0 && outcome.lines.contains("demo_open T"))
    let nothing = "no such symbol in the dynamic symbol table"
    for pattern in ["--keep _Z*", "--drop demo_clsoe", "--explain demo_read"] {
      #expect(outcome.errors.contains("abitool: warning: \(pattern): \(nothing)\n"))
    }
    #expect(!outcome.errors.contains("demo_table: no such"))
  }

  /// Of several files, it is enough that one has the symbol.
  @Test func aPatternIsForAllFilesTogether() throws {
    let other = try Fixtures.compile(
      "int other(void) { return 1; }\n", as: "libother.so", ["-shared", "-fPIC"], in: scratch)
    let outcome = try abitool([
      "extract", library, other, "--drop", "other", "-o", scratch.path("out") + "/",
    ])
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
  }

  @Test(arguments: [["-Wl,-soname,libother.so.1"], []])
  func anotherLibraryDoesNotRenewAText(options: [String]) throws {
    let text = "#%abi 1\n#%soname libdemo.so.1\ndemo_open T\n"
    let abi = try scratch.write("demo.abi", text)
    let other = try Fixtures.compile(
      "int other(void) { return 1; }\n", as: "libother.so", ["-shared", "-fPIC"] + options,
      in: scratch)
    let outcome = try abitool(["extract", "--update", abi, other])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("is the ABI of libdemo.so.1; if this is its library, change"))
    #expect(try String(contentsOfFile: abi, encoding: .utf8) == text)
  }

  @Test func filesOfTheWrongKindAreNoSelection() throws {
    try scratch.write("demo.abi", "demo_open T\n")
    let libraries = try abitool(["diff", library, library, "--arch", "x86_64"])
    #expect(libraries.status == 64 && libraries.errors.contains("both are libraries"))
    let texts = try abitool(
      ["diff", "demo.abi", "demo.abi", "--profile", "complete"], in: scratch.url)
    #expect(texts.status == 64 && texts.errors.contains("both are ABI texts"))
  }
}
