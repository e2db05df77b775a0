import Foundation
import TestSupport
import Testing

/// One question has one answer: `check --library`, `check --kernels --abi` with one and with three
/// builds, and `diff` agree on what is rejected, under the same codes.
struct OneAnswerTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  // MARK: A library, and what can happen to it

  /// What a library of C is made from.
  struct Library {
    var soname = "libone.so.1"
    var functions = ["open@@V1", "read@@V1", "read_old=read@V0", "seek@@V2"]
    /// Name, type and size.
    var data = ["table": "char table[24] = {1};", "state": "int state[6] = {1};"]
    var alias = "extern int state_alias[6] __attribute__((alias(\"state\")));"
    var thread = "__thread int own = 1;"
    var nodes = ["V0", "V1", "V2"]

    var source: String {
      var lines = data.values.sorted() + [alias, thread]
      for function in functions {
        let (definition, spelled) = Self.parts(of: function)
        lines.append("int \(definition)_impl(void) { return 1; }")
        lines.append("__asm__(\".symver \(definition)_impl, \(spelled)\");")
      }
      return lines.joined(separator: "\n") + "\n"
    }

    private static func parts(of function: String) -> (String, String) {
      let halves = function.split(separator: "=").map(String.init)
      let name = halves[0].split(separator: "@").first.map(String.init) ?? halves[0]
      return (name, halves.count == 2 ? halves[1] : function)
    }

    var script: String {
      nodes.enumerated().map { number, node in
        let first = number == 0 ? "global: table; state; state_alias; own; local: *;" : ""
        return "\(node) { \(first) }\(number > 0 ? " \(nodes[number - 1])" : "");\n"
      }.joined()
    }
  }

  struct Damage: Sendable, CustomTestStringConvertible {
    var name: String
    /// The codes that all commands are to reject under; none when nobody notices.
    var codes: [String]
    var apply: @Sendable (inout Library) -> Void
    var testDescription: String { name }
  }

  static let damages: [Damage] = [
    Damage(name: "none", codes: []) { _ in },
    Damage(name: "symbol", codes: ["missing"]) { $0.functions.removeFirst() },
    Damage(name: "data", codes: ["missing"]) { $0.data["table"] = nil },
    Damage(name: "version", codes: ["version-differs"]) {
      $0.functions = $0.functions.map { $0 == "open@@V1" ? "open@@V2" : $0 }
    },
    Damage(name: "default moved", codes: []) {
      $0.functions = [
        "open@@V1", "read@@V2", "read_old=read@V1", "read_oldest=read@V0", "seek@@V2",
      ]
    },
    Damage(name: "default lost", codes: []) {
      $0.functions = $0.functions.map { $0 == "open@@V1" ? "open@V1" : $0 }
    },
    Damage(name: "node", codes: ["version-node-missing", "missing"]) {
      $0.functions.removeAll { $0 == "seek@@V2" }
      $0.nodes.removeLast()
    },
    Damage(name: "alias", codes: ["alias-differs"]) { $0.alias = "int state_alias[6] = {2};" },
    Damage(name: "joined", codes: ["alias-differs"]) {
      $0.data["table"] = "extern char table[24] __attribute__((alias(\"state\")));"
    },
    Damage(name: "soname", codes: ["soname-differs"]) { $0.soname = "libone.so.2" },
    Damage(name: "no soname", codes: ["soname-differs"]) { $0.soname = "" },
    Damage(name: "size", codes: ["too-small"]) { $0.data["table"] = "char table[32] = {1};" },
    Damage(name: "kind", codes: ["kind-differs"]) {
      $0.data["table"] = "int table(void) { return 0; }"
    },
    Damage(name: "tls", codes: ["tls-differs"]) { $0.thread = "int own = 1;" },
    Damage(name: "read-only", codes: ["storage-differs"]) {
      $0.data["table"] = "const char table[24] = {1};"
    },
    Damage(name: "protected", codes: ["visibility-differs"]) {
      $0.data["table"] = "__attribute__((visibility(\"protected\"))) char table[24] = {1};"
    },
    Damage(name: "weak", codes: []) {
      $0.data["table"] = "__attribute__((weak)) char table[24] = {1};"
    },
    Damage(name: "zero", codes: []) { $0.data["table"] = "char table[24];" },
    Damage(name: "added", codes: []) { $0.functions.append("more@@V2") },
  ]

  private func build(_ library: Library, as path: String) throws {
    let source = try scratch.write("one.c", library.source)
    let script = try scratch.write("one.map", library.script)
    let soname = library.soname.isEmpty ? [] : ["-Wl,-soname,\(library.soname)"]
    try succeed(
      "cc",
      [
        "-shared", "-fPIC", "-w", source, "-Wl,--version-script=\(script)", "-o",
        scratch.path(path),
      ]
        + soname)
  }

  /// The rejected (code, symbol, version), once each.
  private func rejected(_ arguments: [String]) throws -> Set<[String]> {
    let outcome = try abitool(arguments + ["--format", "json"], in: scratch.url)
    let report = try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any]
    let findings = try #require(report?["findings"] as? [[String: Any]])
    let errors = findings.filter { $0["severity"] as? String == "error" }
    #expect(outcome.status == (errors.isEmpty ? 0 : 1), "\(arguments): \(outcome.errors)")
    return Set(
      errors.map { finding in
        ["code", "symbol", "symbolVersion"].map { finding[$0] as? String ?? "" }
      })
  }

  @Test(arguments: damages)
  func allModesRejectTheSame(damage: Damage) throws {
    try build(Library(), as: "ld-old.lib.so")
    try succeed(
      abitoolPath, ["extract", scratch.path("ld-old.lib.so"), "-o", scratch.path("ld.abi")])
    var library = Library()
    damage.apply(&library)
    for kernel in ["a", "b", "c"] { try build(library, as: "ld-\(kernel).lib.so") }
    let one = try rejected(["check", "--library", "ld-a.lib.so", "--abi", "ld.abi"])
    #expect(Set(one.map { $0[0] }) == Set(damage.codes))
    #expect(try rejected(["check", "--kernels", "a", "--abi", "ld.abi"]) == one)
    #expect(try rejected(["check", "--kernels", "a,b,c", "--abi", "ld.abi"]) == one)
    #expect(try rejected(["diff", "ld.abi", "ld-a.lib.so"]) == one)
    #expect(try rejected(["diff", "ld-old.lib.so", "ld-a.lib.so"]) == one)
  }

  /// Pairs of damages, each of which may hide what the other does.
  @Test func allModesRejectTheSameOfTwoDamages() throws {
    try build(Library(), as: "ld-old.lib.so")
    try succeed(
      abitoolPath, ["extract", scratch.path("ld-old.lib.so"), "-o", scratch.path("ld.abi")])
    for (number, damage) in Self.damages.enumerated() {
      let second = Self.damages[(number * 7 + 3) % Self.damages.count]
      var library = Library()
      damage.apply(&library)
      second.apply(&library)
      for kernel in ["a", "b"] { try build(library, as: "ld-\(kernel).lib.so") }
      let one = try rejected(["check", "--library", "ld-a.lib.so", "--abi", "ld.abi"])
      let comment: Comment = "\(damage) and \(second)"
      #expect(try rejected(["check", "--kernels", "a", "--abi", "ld.abi"]) == one, comment)
      #expect(try rejected(["check", "--kernels", "a,b", "--abi", "ld.abi"]) == one, comment)
      #expect(try rejected(["diff", "ld.abi", "ld-a.lib.so"]) == one, comment)
      #expect(try rejected(["diff", "ld-old.lib.so", "ld-a.lib.so"]) == one, comment)
    }
  }

  /// Room for growth is what a text may promise; of an older version programs use all.
  @Test func shrunkDataIsRejectedByDiffAlone() throws {
    try build(Library(), as: "ld-old.lib.so")
    try succeed(
      abitoolPath, ["extract", scratch.path("ld-old.lib.so"), "-o", scratch.path("ld.abi")])
    var library = Library()
    library.data["table"] = "char table[16] = {1};"
    try build(library, as: "ld-a.lib.so")
    #expect(try rejected(["check", "--library", "ld-a.lib.so", "--abi", "ld.abi"]).isEmpty)
    #expect(try rejected(["check", "--kernels", "a", "--abi", "ld.abi"]).isEmpty)
    #expect(try rejected(["diff", "ld.abi", "ld-a.lib.so"]) == [["too-large", "table", "V0"]])
  }

  /// The calling convention in the ELF flags, in all commands.
  @Test func flagsAreComparedByAllModes() throws {
    try scratch.write("f.c", "int f(float x) { return x > 1; }\n")
    for (name, abi) in [("ld-old", "lp64d"), ("ld-a", "lp64"), ("ld-b", "lp64")] {
      try succeed(
        "clang",
        [
          "--target=riscv64-linux-gnu", "-march=rv64gc", "-mabi=\(abi)", "-fPIC", "-c", "f.c", "-o",
          "\(name).o",
        ], in: scratch.url)
      try succeed(
        "ld.lld", ["-shared", "-soname", "ld.lib.so", "\(name).o", "-o", "\(name).lib.so"],
        in: scratch.url)
    }
    try succeed(
      abitoolPath, ["extract", scratch.path("ld-old.lib.so"), "-o", scratch.path("ld.abi")])
    let flags: Set = [["flags-differ", "", ""]]
    #expect(try rejected(["check", "--library", "ld-a.lib.so", "--abi", "ld.abi"]) == flags)
    #expect(try rejected(["check", "--kernels", "a", "--abi", "ld.abi"]) == flags)
    #expect(try rejected(["check", "--kernels", "a,b", "--abi", "ld.abi"]) == flags)
    #expect(try rejected(["check", "--kernels", "old,a"]) == flags)
    #expect(try rejected(["diff", "ld.abi", "ld-a.lib.so"]) == flags)
    #expect(try rejected(["diff", "ld-old.lib.so", "ld-a.lib.so"]) == flags)
  }

  // MARK: Which lines apply

  /// A typing mistake by which a promise would vanish.
  @Test(arguments: [
    ["check", "--library", "ld-a.lib.so", "--abi", "typo.abi"],
    ["check", "--kernels", "a", "--abi", "typo.abi"], ["check", "--abi", "typo.abi"],
    ["stub", "typo.abi"], ["diff", "typo.abi", "typo.abi"],
    ["check", "--program", "ld-a.lib.so", "--abi", "typo.abi"],
    ["taint", "ld-a.lib.so", "--abi", "typo.abi"],
  ])
  func unknownArchitecturesAreSyntaxErrors(arguments: [String]) throws {
    try build(Library(), as: "ld-a.lib.so")
    try scratch.write("typo.abi", "#%abi 1\nfoo T\ngone T arch=x86_64,x86_46\n")
    let outcome = try abitool(arguments, in: scratch.url)
    #expect(outcome.status == 2)
    #expect(
      outcome.errors
        == "abitool: typo.abi:3:20: unknown architecture x86_46; did you mean x86_64?\n")
    #expect(outcome.output.isEmpty)
  }

  /// A line for one kernel is one for all commands.
  @Test func conditionsAreReadAlike() throws {
    try build(Library(), as: "ld-nova.lib.so")
    try build(Library(), as: "ld-hw.lib.so")
    try scratch.write(
      "ld.abi", "#%abi 1\n#%arch x86_64\ngone T kernel=nova\ntable D 24\nwide{m|j} T arch=i386\n")
    let missing: Set = [["missing", "gone", ""]]
    let library = ["check", "--abi", "ld.abi", "--library"]
    #expect(try rejected(library + ["ld-nova.lib.so", "--kernel", "nova"]) == missing)
    #expect(try rejected(library + ["ld-hw.lib.so", "--kernel", "hw"]).isEmpty)
    #expect(try rejected(["check", "--kernels", "nova,hw", "--abi", "ld.abi"]) == missing)
    #expect(try rejected(["diff", "ld.abi", "ld-hw.lib.so", "--kernel", "hw"]).isEmpty)
    #expect(try rejected(["diff", "ld.abi", "ld-nova.lib.so", "--kernel", "nova"]) == missing)
    let stub = try abitool(["stub", "ld.abi", "--kernel", "nova"], in: scratch.url)
    #expect(stub.text.contains("gone") && !stub.text.contains("wide"))
  }

  // MARK: Hints

  /// Some 10^9 comparisons if each missing name were compared with each name that is there.
  @Test func manyMissingNamesTakeNoTime() throws {
    func text(_ method: String) -> String {
      (10_000..<30_000).map { "_ZN5guard7package11Object\($0)6\(method)Ev T\n" }.joined()
    }
    try scratch.write("old.abi", "#%abi 1\n" + text("method"))
    try scratch.write("new.abi", "#%abi 1\n#%soname ld.lib.so\n" + text("change"))
    let functions = text("change").replacing(" T", with: ":").split(separator: "\n")
    try scratch.write("new.s", functions.map { ".globl \($0.dropLast())\n\($0)\n" }.joined())
    for kernel in ["a", "b"] {
      try succeed(
        "cc", ["-shared", "-nostdlib", "new.s", "-o", "ld-\(kernel).lib.so"], in: scratch.url)
    }
    for arguments in [
      ["check", "--library", "ld-a.lib.so", "--abi", "old.abi"],
      ["check", "--kernels", "a,b", "--abi", "old.abi"], ["diff", "old.abi", "new.abi"],
    ] {
      // Within the limit of CPU time that a child has.
      let outcome = try abitool(arguments + ["--summary"], in: scratch.url)
      #expect(outcome.status == 1, "\(arguments): \(outcome.errors)")
    }
  }

  /// The same mistyped names get the same hint from all checks.
  @Test func nearNamesAreSuggestedAlike() throws {
    let source = "int log_open(void) { return 0; } int frob(void) { return 0; }\n"
    for kernel in ["a", "b"] {
      _ = try Fixtures.compile(
        source, as: "ld-\(kernel).lib.so", ["-shared", "-fPIC"], in: scratch)
    }
    try scratch.write("ld.abi", "#%abi 1\nlog_opem T\nxyz T\n")
    let was = try Fixtures.compile(
      "int log_opem(void) { return 0; } int xyz(void) { return 0; }", as: "was.so",
      ["-shared", "-fPIC", "-Wl,-soname,ld-a.lib.so"], in: scratch)
    let program = try Fixtures.compile(
      "int log_opem(void), xyz(void); int main(void) { return log_opem() + xyz(); }", as: "main",
      [was], in: scratch)
    for arguments in [
      ["check", "--library", "ld-a.lib.so", "--abi", "ld.abi"],
      ["check", "--kernels", "a,b", "--abi", "ld.abi"],
      ["check", "--program", program, "--library", "ld-a.lib.so", "--sysroot", "/"],
    ] {
      let outcome = try abitool(arguments + ["--format", "json"], in: scratch.url)
      let report = try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any]
      let findings = try #require(report?["findings"] as? [[String: Any]])
      func cure(of symbol: String) -> String {
        findings.first { $0["symbol"] as? String == symbol }?["cure"] as? String ?? ""
      }
      #expect(cure(of: "log_opem").contains("log_open; is that one meant?"), "\(outcome.text)")
      #expect(!cure(of: "xyz").isEmpty && !cure(of: "xyz").contains("meant"))
    }
  }
}
