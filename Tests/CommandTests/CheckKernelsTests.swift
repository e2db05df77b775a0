import Foundation
import TestSupport
import Testing

/// `abitool check --kernels` as a user runs it, on the fixture linkers.
struct CheckKernelsTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  private func check(_ arguments: [String], kernels: [String] = Fixtures.kernels) throws -> Outcome
  {
    try abitool(
      ["check", "--kernels", kernels.joined(separator: ",")] + arguments, in: scratch.url)
  }

  private func onAllArchs(_ arguments: [String], kernels: [String] = Fixtures.kernels) throws
    -> Outcome
  {
    let directory = try Fixtures.ldDirectory.get().path
    return try check(
      ["--dir", directory, "--archs", Fixtures.archs.joined(separator: ",")] + arguments,
      kernels: kernels)
  }

  private func onOneArch(_ arguments: [String], arch: String = "x86_64") throws -> Outcome {
    let directory = try Fixtures.ldDirectory.get().appendingPathComponent(arch).path
    return try check(["--dir", directory] + arguments)
  }

  private struct Finding: Decodable {
    struct Detail: Decodable { var value: String }
    var code: String
    var severity: String
    var symbol: String?
    var symbols: [String]?
    var spellings: [Detail]?
    var details: [Detail]?
    var message: String
    var cure: String
    var line: Int?
  }

  private struct Report: Decodable {
    var verdict: String
    var findings: [Finding]
    var allowed: Int
  }

  private func report(_ outcome: Outcome) throws -> Report {
    try JSONDecoder().decode(Report.self, from: outcome.output)
  }

  // MARK: What is found

  @Test func plantedSymbolsAreRejected() throws {
    let outcome = try onAllArchs(["--one-line"])
    #expect(outcome.status == 1)
    try expectGolden("check-ld", outcome.text)
  }

  @Test func tablesReadWell() throws {
    let outcome = try onAllArchs([])
    #expect(outcome.status == 1)
    try expectGolden("check-ld-tables", outcome.text)
  }

  /// The table of what is planted is written by hand, so it judges independently.
  @Test func rejectedSymbolsAreThoseOfTheTable() throws {
    let errors = try report(try onAllArchs(["--format", "json"])).findings
      .filter { $0.severity == "error" }
    let rejected = Set(errors.flatMap { [$0.symbol ?? ""] + ($0.spellings ?? []).map(\.value) })
    let planted = Set(try PlantedSymbol.all().filter(\.isToBeRejected).map(\.spelled))
    #expect(planted.count > 100)
    #expect(planted.subtracting(rejected).sorted() == [], "not found")
    #expect(rejected.subtracting(planted).sorted() == [], "not planted")
  }

  @Test func symbolsThatOnlyLookDependentAreNoFinding() throws {
    let text = try onAllArchs(["--one-line"]).text
    for name in ["_ZN10Connection6donateEm", "_ZN4Base5printERNS_6OutputE", "ld_log_hook", "_end"] {
      #expect(!text.contains(name))
    }
  }

  @Test func oneArchitectureRejectsWhatTheLanguageFixesAndCountsTheRest() throws {
    let loose = try report(try onOneArch(["--format", "json"])).findings
    let strict = try report(try onOneArch(["--format", "json", "--size-type", "strict"])).findings
    func names(_ code: String, _ severity: String, _ findings: [Finding]) -> Set<String> {
      Set(
        findings.filter { $0.code == code && $0.severity == severity }
          .flatMap { $0.symbol.map { [$0] } ?? $0.symbols ?? [] })
    }
    #expect(names("operator-new", "error", loose).contains("_ZnwmRN4Base9AllocatorE"))
    #expect(names("int128", "error", loose) == ["_ZN4Base5scaleEoj"])
    #expect(names("va-list", "error", loose).contains("_ZN10Connection6vtraceEPKcP13__va_list_tag"))
    #expect(names("thunk", "error", loose).contains("_ZThn16_N4Base13Log_componentD0Ev"))
    #expect(names("width-unproven", "error", loose).isEmpty)
    #expect(names("width-unproven", "note", loose).contains("_ZN10Connection6donateEm"))
    #expect(
      names("width-unproven", "error", strict)
        == names("width-unproven", "note", loose))
  }

  @Test func orderOfKernelsAndArchitecturesDoesNotMatter() throws {
    func facts(_ kernels: [String], _ archs: [String]) throws -> [String] {
      let directory = try Fixtures.ldDirectory.get().path
      let outcome = try check(
        ["--dir", directory, "--archs", archs.joined(separator: ","), "--format", "json"],
        kernels: kernels)
      return try report(outcome).findings.map { "\($0.severity) \($0.code) \($0.symbol ?? "")" }
    }
    let expected = try facts(Fixtures.kernels, Fixtures.archs)
    #expect(try facts(Fixtures.kernels.reversed(), Fixtures.archs) == expected)
    #expect(try facts(["hw", "nova", "linux"], Fixtures.archs.reversed()) == expected)
  }

  // MARK: Passing

  @Test func acceptedFindingsPass() throws {
    let findings = try report(try onAllArchs(["--format", "json"])).findings
    let entries = findings.filter { $0.severity == "error" }.map {
      "\"\(Self.escaped($0.symbol ?? "*"))\" \($0.code) # planted"
    }
    try scratch.write("allow", Set(entries).sorted().joined(separator: "\n") + "\n")
    let outcome = try onAllArchs(["--allow", "allow"])
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.text.contains("ld: one ABI for nova, hw, linux on x86_64"))
    #expect(outcome.text.contains("\(findings.filter { $0.severity == "error" }.count) allowed"))
  }

  @Test func staleEntryIsRejected() throws {
    try scratch.write("allow", "ld_gone kernel-specific # was there\n")
    let outcome = try onOneArch(["--allow", "allow", "--one-line"])
    #expect(outcome.status == 1)
    #expect(outcome.text.contains("allow:1: error: ld_gone accepts no kernel-specific any more"))
  }

  @Test func fixedLibrariesPass() throws {
    // What the findings ask for, done to the texts: the symbols are hidden.
    let rejected = Set(
      try report(try onOneArch(["--format", "json", "--size-type", "strict"])).findings
        .filter { $0.severity == "error" }.compactMap(\.symbol))
    for kernel in Fixtures.kernels {
      let text = try abitool(["extract", try Fixtures.ld(kernel: kernel)]).text
      let kept = text.split(separator: "\n").filter { line in
        let name = line.split(separator: " ")[0]
        return !rejected.contains(String(name.prefix { $0 != "@" }))
      }
      try scratch.write("ld-\(kernel).abi", kept.joined(separator: "\n") + "\n")
    }
    let outcome = try check([
      "--size-type", "strict", "--archs", "x86_64", "--arch-pattern", "{file}",
    ])
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.text.contains("\nld: one ABI for nova, hw, linux on x86_64, "))
  }

  private static func escaped(_ pattern: String) -> String {
    pattern.replacingOccurrences(of: "[", with: "\\[")
  }

  @Test func deniedNamesAreInternal() throws {
    try scratch.write("deny", "# ours\nBase::Heap::*  # only through the allocator\nld_answer\n")
    let findings = try report(try onOneArch(["--deny", "deny", "--format", "json"])).findings
    let internalNames = Set(findings.filter { $0.code == "internal" }.compactMap(\.symbol))
    #expect(internalNames.isSuperset(of: ["ld_answer", "_ZN4Base4Heap5allocEm"]))
    #expect(internalNames.allSatisfy { $0 == "ld_answer" || $0.contains("4Base4Heap") })
    _ = try onOneArch(["--deny", "deny", "--write", "ld.abi", "--join"])
    let text = try String(contentsOfFile: scratch.path("ld.abi"), encoding: .utf8)
    #expect(!text.contains("ld_answer") && !text.contains("Heap5alloc"))
  }

  @Test func linkerArtefactsInATextAreInternal() throws {
    for kernel in Fixtures.kernels {
      try scratch.write("ld-\(kernel).abi", "_end B 0\n_edata D 0\nld_answer T\nend B 0\n")
    }
    let findings = try report(try check(["--format", "json"])).findings
    #expect(findings.filter { $0.code == "internal" }.compactMap(\.symbol) == ["_edata", "_end"])
  }

  // MARK: Against an ABI

  @Test func buildsAreHeldToAnAbi() throws {
    let joint = try onOneArch(["--write", "ld.abi"])
    #expect(joint.status == 1)
    var lines = try String(contentsOfFile: scratch.path("ld.abi"), encoding: .utf8)
      .split(separator: "\n").map(String.init)
    lines.removeAll { $0 == "ld_port_in T" }
    lines = lines.map { line in
      switch line {
      case _ where line.hasPrefix("ld_cache_line D 64"): "ld_cache_line D 32 align=64"
      case _ where line.hasPrefix("ld_prime_table R 64"): "ld_prime_table R 96 "
      default: line
      }
    }
    lines.append("ld_vanished T")
    lines.append("ld_clock@LD_9 T")
    lines.append("ld_thumb_sun T")
    lines.append("_ZN10Connection9ram_quotaEv T")
    lines.append("_ZN10Connection6donateEj T")
    try scratch.write("ld.abi", lines.joined(separator: "\n") + "\n")
    let outcome = try onOneArch(["--abi", "ld.abi", "--format", "json"])
    let findings = try report(outcome).findings
    func named(_ code: String) -> [String] {
      findings.filter { $0.code == code }.compactMap(\.symbol)
    }
    #expect(
      Set(named("missing")) == [
        "ld_vanished", "ld_thumb_sun", "_ZN10Connection9ram_quotaEv",
      ])
    // What the other word size calls a function that the builds have.
    #expect(named("other-arch") == ["_ZN10Connection6donateEj"])
    #expect(
      findings.contains { $0.code == "version-node-missing" && $0.message.contains("LD_9") })
    #expect(named("too-small") == ["ld_cache_line"])
    #expect(named("too-large") == ["ld_prime_table"])
    #expect(named("unpromised").contains("ld_port_in"))
    #expect(Set(findings.map(\.code)).isSuperset(of: ["text-order", "text-trailing-blanks"]))
    for (symbol, relative) in [
      (
        "_ZN10Connection9ram_quotaEv",
        "Connection::ram_quota() const (_ZNK10Connection9ram_quotaEv)"
      ),
      ("ld_thumb_sun", "ld_thumb_sum"),
    ] {
      let cure = findings.first { $0.code == "missing" && $0.symbol == symbol }?.cure
      #expect(
        cure?.contains(" has \(relative); is that one meant? ") == true, "\(cure ?? symbol)")
    }
    #expect(findings.first { $0.symbol == "_ZN10Connection6donateEj" }?.line == lines.count)
    #expect(findings.first { $0.symbol == "ld_vanished" }?.cure.hasPrefix("define it") == true)
  }

  // MARK: The joint ABI

  @Test func jointAbiIsWhatAllBuildsShare() throws {
    _ = try onAllArchs(["--write", "ld.abi"])
    let text = try String(contentsOfFile: scratch.path("ld.abi"), encoding: .utf8)
    #expect(text.contains("\n_ZN10Connection6donateEm T\n"))
    #expect(text.contains("\n_ZTV10Connection D 32 align=8 relro size32=16\n"))
    for name in ["nova_utcb", "ld_boot_info", "upgrade_ram", "__aeabi_", "kernel=", "{"] {
      #expect(!text.contains(name))
    }
    // It is what it says: a check of it finds nothing.
    try scratch.write("allow", "* * # known\n")
    let outcome = try onAllArchs(["--abi", "ld.abi", "--allow", "allow"])
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(!outcome.text.contains("missing"))
  }

  @Test func joinedAbiHasConditionsAndAlternatives() throws {
    _ = try onAllArchs(["--write", "ld.abi", "--join"])
    let lines = try String(contentsOfFile: scratch.path("ld.abi"), encoding: .utf8)
      .split(separator: "\n").map(String.init)
    for line in [
      "_ZN10Connection11upgrade_ramE{m|j} T", "nova_utcb T kernel=nova",
      "lx_signal_table B 256 arch=x86_32,x86_64 kernel=linux",
      "_ZThn{16|8}_N4Base13Log_componentD0Ev T",
      "ld_boot_info D 32 align=8 kernel=hw", "environ B 8 alias=__environ size32=4",
      "_ZN10Connection6vtraceEPKcSt9__va_list T arch=arm_v7a,arm_v8a",
    ] { #expect(lines.contains(line), "\(line)") }
    try succeed("sort", ["-c", scratch.path("ld.abi")], environment: ["LC_ALL": "C"])
  }

  /// The stub of every build, from its own ABI and from the joint one, is the same text.
  @Test func stubsFromTheJoinedAbiAreThoseOfTheBuilds() throws {
    _ = try onAllArchs(["--write", "joint", "--join", "--exact"])
    // No assembler takes a quote in a name.
    func withoutQuotes(_ text: String) -> String {
      text.split(separator: "\n").filter { !$0.hasPrefix("\"ld\\x22") }.joined(separator: "\n")
        + "\n"
    }
    let joint = try String(contentsOfFile: scratch.path("joint"), encoding: .utf8)
    try scratch.write("joint.abi", withoutQuotes(joint))
    for arch in Fixtures.archs {
      for kernel in Fixtures.kernels {
        let own = try abitool(["extract", try Fixtures.ld(kernel: kernel, arch: arch)]).text
        try scratch.write("own.abi", withoutQuotes(own))
        for form in ["assembly", "version-script"] {
          let expected = try abitool(
            ["stub", "own.abi", "--arch", arch, "--emit", form], in: scratch.url)
          let actual = try abitool(
            ["stub", "joint.abi", "--arch", arch, "--kernel", kernel, "--emit", form],
            in: scratch.url)
          // A version script cannot export names without version beside names with one.
          #expect(actual.status == (form == "assembly" ? 0 : 2), "\(actual.errors)")
          #expect(actual.status == expected.status)
          #expect(actual.text == expected.text, "\(kernel) on \(arch)")
          #expect(form != "assembly" || expected.text.count > 10_000)
        }
      }
    }
  }

  @Test func jointAbiIsKeptWhenItWouldNotChange() throws {
    _ = try onOneArch(["--write", "ld.abi"])
    let before = try FileManager.default.attributesOfItem(atPath: scratch.path("ld.abi"))
    _ = try onOneArch(["--write", "ld.abi", "--if-changed"])
    let after = try FileManager.default.attributesOfItem(atPath: scratch.path("ld.abi"))
    #expect(before[.modificationDate] as? Date == after[.modificationDate] as? Date)
    #expect(before[.systemFileNumber] as? Int == after[.systemFileNumber] as? Int)
  }
}
