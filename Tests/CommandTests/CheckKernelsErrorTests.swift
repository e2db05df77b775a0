import Foundation
import TestSupport
import Testing

/// `abitool check --kernels` when something is wrong with what it is given: never clean.
struct CheckKernelsErrorTests {
  private let scratch: TemporaryDirectory

  init() throws {
    scratch = try TemporaryDirectory()
    for kernel in ["nova", "hw"] {
      try FileManager.default.copyItem(
        atPath: try Fixtures.ld(kernel: kernel), toPath: scratch.path("ld-\(kernel).lib.so"))
    }
  }

  private func check(_ arguments: [String]) throws -> Outcome {
    try abitool(["check"] + arguments, in: scratch.url)
  }

  private func expectRefusal(_ arguments: [String], _ message: String) throws {
    let outcome = try check(arguments)
    #expect(outcome.status == 2)
    #expect(outcome.text == "")
    #expect(outcome.errors == "abitool: \(message)\n")
  }

  @Test func missingKernelNamesThePathAndWhatIsThere() throws {
    try expectRefusal(
      ["--kernels", "nova,hw,sel4"],
      "ld-sel4.lib.so: no such file for sel4; . has ld-hw.lib.so, ld-nova.lib.so")
    try expectRefusal(
      ["--kernels", "nova", "--dir", "bin", "--dir", "."].replacing("nova", with: "foc"),
      "bin/ld-foc.lib.so, ld-foc.lib.so: no such file for foc; there is no directory bin; "
        + ". has ld-hw.lib.so, ld-nova.lib.so")
  }

  @Test func twoNamesForOneBuildAreRefused() throws {
    try expectRefusal(
      ["--kernels", "nova,nova"], "--kernels: nova is there twice; a build is compared with others")
    try expectRefusal(
      ["--kernels", "nova", "--archs", "x86_64,amd64"],
      "--archs: amd64 is there twice; a build is compared with others")
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("ld-linux.lib.so"), withDestinationPath: "ld-hw.lib.so")
    try expectRefusal(
      ["--kernels", "nova,hw,linux"],
      "ld-linux.lib.so: the same file for hw and linux; a build compared with itself proves nothing"
    )
  }

  @Test func truncatedLibraryIsRefused() throws {
    let whole = try Data(contentsOf: scratch.url.appendingPathComponent("ld-hw.lib.so"))
    for size in stride(from: 0, to: whole.count, by: 1021) {
      try whole.prefix(size).write(to: scratch.url.appendingPathComponent("ld-hw.lib.so"))
      let outcome = try check(["--kernels", "nova,hw"])
      #expect(outcome.status == 2 && outcome.text == "")
      #expect(outcome.errors.hasPrefix("abitool: ld-hw.lib.so: "), "\(size): \(outcome.errors)")
    }
  }

  @Test func libraryWithoutSymbolsIsRefused() throws {
    _ = try Fixtures.compile(
      "", as: "ld-hw.lib.so", ["-shared", "-nostdlib", "-fPIC"], in: scratch)
    try expectRefusal(
      ["--kernels", "nova,hw"],
      "ld-hw.lib.so: no symbols that an ABI could promise; is it the right file?")
  }

  @Test func wrongArchitectureIsRefused() throws {
    try FileManager.default.removeItem(atPath: scratch.path("ld-hw.lib.so"))
    try FileManager.default.copyItem(
      atPath: try Fixtures.ld(kernel: "hw", arch: "arm_v8a"), toPath: scratch.path("ld-hw.lib.so"))
    try expectRefusal(
      ["--kernels", "nova,hw"],
      "ld-hw.lib.so: a library for aarch64, but ld-nova.lib.so is for x86_64; builds of several "
        + "architectures need --archs")
    try expectRefusal(
      ["--kernels", "nova,hw", "--archs", "x86_64", "--arch-pattern", "{file}"],
      "ld-hw.lib.so: a library for aarch64, not for x86_64")
    let unknown = try check(["--kernels", "nova", "--archs", "z80", "--arch-pattern", "{file}"])
    #expect(unknown.status == 2)
    #expect(unknown.errors.hasPrefix("abitool: --archs: no architecture z80; known are x86_64, "))
  }

  @Test func malformedTextIsRefusedWithItsPlace() throws {
    try scratch.write("ld-foc.abi", "#%abi 1\nld_answer\n")
    try expectRefusal(
      ["--kernels", "nova,foc"], "ld-foc.abi:2:10: expected a kind: one of T W D B R V i u A U w")
    try scratch.write("promise.abi", "ld_answer T\nld_answer Q\n")
    try expectRefusal(
      ["--kernels", "nova,hw", "--abi", "promise.abi"],
      "promise.abi:2:11: expected a kind: one of T W D B R V i u A U w")
  }

  @Test func malformedAllowFileIsRefused() throws {
    try scratch.write("allow", "nova_utcb kernel-specific\n")
    try expectRefusal(
      ["--kernels", "nova,hw", "--allow", "allow"],
      "allow:1:26: expected # and the reason why this is accepted")
  }

  @Test func nothingIsWrittenWhenABuildIsRefused() throws {
    try scratch.write("ld.abi", "old\n")
    #expect(try check(["--kernels", "nova,hw,sel4", "--write", "ld.abi"]).status == 2)
    #expect(try String(contentsOfFile: scratch.path("ld.abi"), encoding: .utf8) == "old\n")
    #expect(scratch.names == ["ld-hw.lib.so", "ld-nova.lib.so", "ld.abi"])
  }

  @Test(arguments: [
    [], ["--kernels", "nova", "--list"], ["--kernels", "nova", "--join"],
    ["--kernels", "nova", "--exact"], ["--explain", "no-such-code"],
    ["--kernels", "nova", "-j", "0"],
    ["--kernels", "nova", "--format", "xml"], ["--kernels", "nova", "--size-type", "loose"],
  ])
  func wrongUsageIsStatus64(arguments: [String]) throws {
    #expect(try check(arguments).status == 64)
  }

  // MARK: Forms of the report

  @Test func everyCodeIsListedAndExplained() throws {
    let list = try check(["--list"])
    #expect(list.status == 0)
    for line in list.lines {
      let code = String(line.prefix { $0 != " " })
      let manual = try check(["--explain", code])
      #expect(manual.status == 0)
      #expect(manual.text.hasPrefix("\(code) (") && manual.text.contains("\nCure: "))
    }
    #expect(list.lines.count > 40)
  }

  @Test func sarifHasTheRequiredStructure() throws {
    try scratch.write("allow", "nova_utcb kernel-specific # the interface of nova\n")
    let outcome = try check(["--kernels", "nova,hw", "--format", "sarif", "--allow", "allow"])
    #expect(outcome.status == 1)
    let log = try #require(
      try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
    // SARIF 2.1.0: sarifLog 3.13, run 3.14, toolComponent 3.19, result 3.27.
    #expect(log["version"] as? String == "2.1.0")
    let runs = try #require(log["runs"] as? [[String: Any]])
    let run = try #require(runs.first)
    let tool = try #require(run["tool"] as? [String: Any])
    let driver = try #require(tool["driver"] as? [String: Any])
    #expect(driver["name"] as? String == "abitool")
    let rules = try #require(driver["rules"] as? [[String: Any]])
    let results = try #require(run["results"] as? [[String: Any]])
    #expect(results.count > 40)
    var suppressed = 0
    for result in results {
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
      #expect(["error", "warning", "note"].contains(result["level"] as? String ?? ""))
      let message = try #require(result["message"] as? [String: Any])
      #expect((message["text"] as? String)?.isEmpty == false)
      let locations = try #require(result["locations"] as? [[String: Any]])
      for location in locations {
        let physical = try #require(location["physicalLocation"] as? [String: Any])
        let artifact = try #require(physical["artifactLocation"] as? [String: Any])
        #expect((artifact["uri"] as? String)?.hasSuffix(".lib.so") == true)
      }
      let suppressions = result["suppressions"] as? [[String: Any]] ?? []
      suppressed += suppressions.count
      #expect(suppressions.allSatisfy { $0["kind"] as? String == "external" })
    }
    #expect(suppressed == 1)
  }

  @Test func jsonFollowsItsSchema() throws {
    let outcome = try check(["--kernels", "nova,hw", "--format", "json"])
    let schema = try JSONSerialization.jsonObject(
      with: Data(contentsOf: packageRoot.appendingPathComponent("docs/check.schema.json")))
    let value = try JSONSerialization.jsonObject(with: outcome.output)
    #expect(JsonSchema(schema).violations(of: value) == [])
  }

  @Test func githubFormAnnotatesTheFiles() throws {
    let outcome = try check(["--kernels", "nova,hw", "--format", "github"])
    #expect(outcome.status == 1)
    #expect(
      outcome.text.contains(
        "::error file=ld-nova.lib.so,title=exists on some kernels only::nova_utcb exists on nova;"))
  }

  @Test func outputIsTheSameEveryTime() throws {
    for format in ["text", "json", "sarif", "github"] {
      let outputs = try (0..<4).map { _ in
        try check(["--kernels", "nova,hw", "--format", format]).output
      }
      #expect(Set(outputs).count == 1, "\(format)")
    }
  }

  @Test func textHasNoColorsOutsideATerminal() throws {
    #expect(!(try check(["--kernels", "nova,hw"]).text.contains("\u{1b}")))
  }
}

extension [String] {
  fileprivate func replacing(_ old: String, with new: String) -> [String] {
    map { $0 == old ? new : $0 }
  }
}
