import Foundation
import TestSupport
import Testing

/// What builds rely on in `abitool check`.
@Suite struct BuildOptionTests {
  private let directory: TemporaryDirectory
  private let library: String
  private let promise: String

  init() throws {
    directory = try TemporaryDirectory()
    let source = try directory.write("greet.c", "int greet(void) { return 1; }\n")
    library = directory.path("libgreet.so")
    try succeed("cc", ["-shared", "-fPIC", source, "-o", library])
    promise = try directory.write("greet.abi", "greet T\n")
  }

  @Test func aStampIsWrittenWhenNothingIsRejected() throws {
    let stamp = directory.path("stamp")
    let outcome = try abitool(["check", "--library", library, "--abi", promise, "--stamp", stamp])
    #expect(outcome.status == 0 && outcome.output.isEmpty && outcome.errors.isEmpty)
    #expect(try Data(contentsOf: URL(fileURLWithPath: stamp)).isEmpty)
  }

  @Test func noStampIsWrittenWhenSomethingIsRejected() throws {
    try directory.write("greet.abi", "greet T\nleave T\n")
    let stamp = directory.path("stamp")
    let outcome = try abitool(["check", "--library", library, "--abi", promise, "--stamp", stamp])
    #expect(outcome.status == 1 && outcome.text.contains("leave"))
    #expect(!FileManager.default.fileExists(atPath: stamp))
  }

  @Test func abiTextsAloneAreCheckedForTheirForm() throws {
    let unsorted = try directory.write("unsorted.abi", "b T\na T\n")
    #expect(try abitool(["check", "--abi", promise]).status == 0)
    let flawed = try abitool(["check", "--strict", "--one-line", "--abi", promise, unsorted])
    #expect(flawed.status == 1)
    #expect(flawed.text.contains("unsorted.abi:2:1: warning: out of order"))
    let malformed = try directory.write("malformed.abi", "a Q\n")
    #expect(try abitool(["check", "--abi", malformed]).status == 2)
  }

  /// The step of the GitHub action that checks: its inputs come in the environment.
  @Test func theActionReportsFindingsAsAnnotations() throws {
    let script = packageRoot.path + "/integrations/github/check.sh"
    var environment = ["ABITOOL": abitoolPath, "LIBRARY": library, "ABI": promise]
    #expect(try run(script, environment: environment).status == 0)
    try directory.write("greet.abi", "greet T\nleave T\n")
    let broken = try run(script, environment: environment)
    #expect(broken.status == 1)
    #expect(broken.text.contains("::error file=\(promise),line=2"))
    environment = ["ABITOOL": abitoolPath, "ARGUMENTS": "--abi\n\(promise)\n"]
    #expect(try run(script, environment: environment).status == 0)
    let missing = try run(script, environment: ["ABITOOL": abitoolPath])
    #expect(missing.status != 0 && missing.errors.contains("the input library is missing"))
  }
}
