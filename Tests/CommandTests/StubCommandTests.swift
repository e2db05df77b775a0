import Foundation
import TestSupport
import Testing

/// `abitool stub` as a user runs it.
struct StubCommandTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  private func stub(_ text: String, _ options: [String], name: String = "libx.abi") throws
    -> Outcome
  {
    try scratch.write(name, text)
    return try abitool(["stub", name] + options, in: scratch.url)
  }

  // MARK: Output

  @Test func assemblyGoesToStandardOutput() throws {
    let outcome = try stub("a T\nb D 4\n", [])
    #expect(outcome.status == 0)
    #expect(outcome.text.contains("\t.globl \"a\"\n\t.type \"a\", %function\n\"a\":\n"))
    #expect(outcome.text.contains("\t.size \"b\", 4\n"))
    #expect(scratch.names == ["libx.abi"])
  }

  @Test func suffixOfTheOutputSaysWhatIsMade() throws {
    let text = "#%version V1\n#%version V2 V1\na@@V2 T\n"
    for name in ["x.s", "x.o", "x.abi.so", "x.map", "x.ver"] {
      #expect(try stub(text, ["-o", name]).status == 0)
    }
    let map = try String(contentsOfFile: scratch.path("x.map"), encoding: .utf8)
    #expect(map.hasPrefix("V1 {\n"))
    #expect(try succeed("readelf", ["-h", scratch.path("x.o")]).contains("REL (Relocatable"))
    let header = try succeed("readelf", ["-hlnW", scratch.path("x.abi.so")])
    #expect(header.contains("DYN (Shared object"))
    #expect(header.contains("abitool"), "the note that says it is a stub")
    #expect(!header.contains("RWE"), "no executable stack")
  }

  @Test func theSameInputGivesTheSameBytes() throws {
    for name in ["1.so", "2.so"] { _ = try stub("a T\nb D 4\n", ["-o", name]) }
    let bytes = try ["1.so", "2.so"].map {
      try Data(contentsOf: URL(fileURLWithPath: scratch.path($0)))
    }
    #expect(bytes[0] == bytes[1])
  }

  @Test(arguments: [
    ("#%soname libreal.so.3\n", "libx.abi", [], "libreal.so.3"),
    ("#%soname libreal.so.3\n", "libx.abi", ["--soname", "libmine.so"], "libmine.so"),
    ("", "ld.abi", ["--soname-suffix", ".lib.so"], "ld.lib.so"),
    ("", "ld", ["--soname-suffix", ".lib.so"], "ld.lib.so"),
    ("", "libx.abi", [], "libx.so"), ("", "libx.so.1.abi", [], "libx.so.1"),
  ])
  func sonameComesFromTheOptionTheTextOrTheName(
    text: String, name: String, options: [String], soname: String
  ) throws {
    let outcome = try stub(text + "a T\n", ["-o", "out.so"] + options, name: name)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let dynamic = try succeed("readelf", ["-d", scratch.path("out.so")])
    #expect(dynamic.contains("Library soname: [\(soname)]"))
  }

  @Test func unchangedOutputKeepsItsTimeStamp() throws {
    for name in ["x.s", "x.so"] {
      _ = try stub("a T\n", ["-o", name])
      let old = Date(timeIntervalSince1970: 1_000_000)
      try FileManager.default.setAttributes(
        [.modificationDate: old], ofItemAtPath: scratch.path(name))
      #expect(try stub("a T\n", ["-o", name, "--if-changed"]).status == 0)
      let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path(name))
      #expect(attributes[.modificationDate] as? Date == old)
    }
  }

  @Test func depfileIsARuleOfMake() throws {
    let outcome = try stub(
      "a T\n", ["-o", "x$.so", "--depfile", "x.d"], name: "lib x.abi")
    #expect(outcome.status == 0)
    let rule = try String(contentsOfFile: scratch.path("x.d"), encoding: .utf8)
    #expect(rule == "x$$.so: lib\\ x.abi\n")
  }

  @Test func severalAbisGoIntoADirectory() throws {
    for name in ["a", "b", "c"] { try scratch.write("\(name).abi", "\(name) T\n") }
    try FileManager.default.createDirectory(
      atPath: scratch.path("out"), withIntermediateDirectories: true)
    let outcome = try abitool(
      ["stub", "a.abi", "b.abi", "c.abi", "-o", "out", "--emit", "library", "--jobs", "2"],
      in: scratch.url)
    #expect(outcome.status == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("out")).sorted()
    #expect(names == ["a.abi.so", "b.abi.so", "c.abi.so"])
  }

  @Test func verboseShowsTheCommands() throws {
    let outcome = try stub(
      "a T\n", ["-o", "x.so", "-v", "--assembler", "clang", "--linker", "ld.lld"])
    #expect(outcome.errors.contains("--target=x86_64-linux-gnu"))
    #expect(outcome.errors.contains("ld.lld -shared -m elf_x86_64 -soname libx.so"))
  }

  @Test(arguments: [
    ("arm_v7a", "0x5000200"), ("armhf", "0x5000400"), ("riscv", "0x1, RVC, soft-float"),
    ("riscv64", "0x5, RVC, double-float"), ("ppc64le", "0x2, abiv2"), ("mipsn32el", "0x80000027"),
    ("mips64el", "0x80000007"), ("arm_v8a", "0x0"), ("x86_32", "0x0"),
  ])
  func flagsAreThoseOfTheUsualAbi(arch: String, flags: String) throws {
    for tools in StubTools.allCases {
      let outcome = try stub(
        "a T\nb D 4\n", ["--arch", arch, "-o", "x.so"] + tools.options(for: arch))
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try succeed("readelf", ["-hW", scratch.path("x.so")]).contains(flags))
    }
  }

  @Test func anotherAbiOfTheProcessorCanBeAskedFor() throws {
    let options = ["--arch", "riscv64", "--march", "rv64imac", "--mabi", "lp64", "-o", "x.so"]
    for tools in StubTools.allCases {
      #expect(try stub("a T\n", options + tools.options(for: "riscv64")).status == 0)
      let header = try succeed("readelf", ["-hW", scratch.path("x.so")])
      #expect(header.contains("soft-float"), "\(header)")
    }
  }

  // MARK: Bad input

  struct Mistake: Sendable {
    var text: String
    var options: [String]
    var message: String
  }

  static let mistakes = [
    Mistake(text: "a T\nb X\n", options: [], message: "libx.abi:2:3: expected a kind"),
    Mistake(
      text: "a T\n", options: ["-o", "x.so", "--assembler", "no-such-as"],
      message: "no-such-as: no such program"),
    Mistake(
      text: "a T\n", options: ["-o", "x.so", "--arch", "loongarch64"] + StubTools.llvm.options(),
      message: "clang: unknown target triple"),
    Mistake(
      text: "a T\n", options: ["-o", "no/x.s"], message: "no/x.s: cannot write: No such file"),
    Mistake(
      text: "a T\n", options: ["-o", "/dev/full"], message: "/dev/full: cannot write: No space"),
    Mistake(
      text: "a T\n", options: ["-o", "x.so", "--linker", "false"],
      message: "libx.abi: false: exit status 1"),
    Mistake(
      text: "a T\n$t0 T\n",
      options: ["-o", "x.so", "--arch", "mips64el"] + StubTools.gnu.options(for: "mips64el"),
      message: "libx.abi:2: $t0: mips64el-linux-gnuabi64-as: can't make register"),
    Mistake(
      text: "a T\nb i\n",
      options: ["-o", "x.o", "--arch", "mips64el"] + StubTools.gnu.options(for: "mips64el").prefix(2),
      message: "libx.abi:2: b: mips64el-linux-gnuabi64-as: symbol type"),
    Mistake(
      text: "a@@V1 T\nb@@V1 i\n",
      options: ["-o", "x.o", "--arch", "mips64el"] + StubTools.gnu.options(for: "mips64el").prefix(2),
      message: "libx.abi:2: b: mips64el-linux-gnuabi64-as: symbol type"),
    Mistake(
      text: "a T\nb D 8 relro\n", options: ["-o", "x.so", "--linker", "ld.gold"],
      message: "libx.abi:2: b: "),
    Mistake(text: "\"a\\x0ab\" T\n", options: [], message: "libx.abi:1: \"a\\x0ab\": assemblers"),
    Mistake(text: "\"a\\x40b\" T\n", options: [], message: "libx.abi:1: \"a\\x40b\": assemblers"),
    Mistake(text: ".Lx T\n", options: [], message: "libx.abi:1: .Lx: assemblers do not take"),
    Mistake(text: ".text T\n", options: [], message: "libx.abi:1: .text: assemblers do not take"),
    Mistake(text: "a@@V-1 T\n", options: [], message: "libx.abi:1: version V-1"),
    Mistake(text: "a T other=0x40\n", options: [], message: "other=0x40 without --arch"),
    Mistake(text: "a T type=13\n", options: [], message: "no assembler can define"),
  ]

  @Test(arguments: mistakes)
  func mistakesLeaveAMessageAndNoOutput(mistake: Mistake) throws {
    let outcome = try stub(mistake.text, mistake.options)
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains(mistake.message), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(outcome.output.isEmpty)
    #expect(scratch.names == ["libx.abi"])
  }

  @Test func fullStandardOutputIsAnError() throws {
    try scratch.write("x.abi", "a T\n")
    let outcome = try run(
      "/bin/sh", ["-c", "'\(abitoolPath)' stub x.abi > /dev/full"], in: scratch.url)
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("standard output: cannot write"))
  }

  @Test(arguments: [
    ["a.abi", "b.abi"], ["a.abi", "--emit", "library"], ["a.abi", "--depfile", "x.d"],
    ["a.abi", "--emit", "nothing"], ["a.abi", "--arch", "vax"], [],
  ])
  func wrongUsageHasStatus64(arguments: [String]) throws {
    #expect(try abitool(["stub"] + arguments, in: scratch.url).status == 64)
  }

  /// The assembler's comment, directive and statement characters, in a name.
  @Test func noNameCanSmuggleInADirective() throws {
    let names = [
      "a;.globl evil", "a*/.globl evil/*", "a//b", "a|b", "a!.globl evil", "a,%object",
      "a\\x22;.globl evil;\\x22", "a\\x5c\\x22;.globl evil",
    ]
    let text = names.map { "\"\($0.replacing(" ", with: "\\x20"))\" T\n" }.joined()
    for tools in StubTools.allCases {
      let outcome = try stub(text, ["-o", "x.so"] + tools.options())
      #expect(outcome.status == 0, "\(outcome.errors)")
      let symbols = try succeed("nm", ["-D", scratch.path("x.so")]).split(separator: "\n")
      #expect(symbols.count == names.count)
      // "VALUE T NAME", or "U NAME".
      #expect(!symbols.contains { $0.hasSuffix(" evil") && !$0.contains("globl") })
    }
  }

  // MARK: Interruption

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func interruptionDuringLinkingLeavesNothing(signal: Int32) throws {
    try scratch.write("x.abi", "a T\n")
    let temporary = scratch.path("tmp")
    try FileManager.default.createDirectory(
      atPath: temporary, withIntermediateDirectories: true)
    let linker = try scratch.write(
      "slow-ld",
      """
      #!/bin/sh
      for word; do output=$word; done
      echo unfinished > "$output"
      echo $$ > \(scratch.path("started"))
      sleep 60
      """)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: linker)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: abitoolPath)
    process.arguments = ["stub", "x.abi", "-o", "x.so", "--linker", linker]
    process.currentDirectoryURL = scratch.url
    process.environment = ProcessInfo.processInfo.environment.merging(["TMPDIR": temporary]) { $1 }
    process.standardError = FileHandle.nullDevice
    try process.run()
    let started = scratch.path("started")
    for _ in 0..<1000 where (try? Data(contentsOf: URL(fileURLWithPath: started)))?.isEmpty != false
    {
      usleep(10_000)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).count == 1)
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(process.terminationStatus == signal)
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty)
    #expect(!FileManager.default.fileExists(atPath: scratch.path("x.so")))
    let pid = try #require(
      Int32(try String(contentsOfFile: started, encoding: .utf8).filter(\.isNumber)))
    // Killed as well: no process, or one that nobody has waited for yet.
    let state = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ") Z"
    #expect(state.contains(") Z"))
  }
}
