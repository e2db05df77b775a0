import Foundation
import TestSupport
import Testing

/// What else ties a program to a kernel, and how `abitool taint` reports it.
struct TaintCommandTests {
  let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// Links a component without start files.
  private func component(_ source: String = "", _ options: [String] = []) throws -> String {
    try Fixtures.compile(
      "void entry(void) {}\n" + source, as: "component",
      [
        "-O1", "-fPIE", "-pie", "-nostdlib", "-nostartfiles", "-Wl,-e,entry",
        "-Wl,--dynamic-linker,ld.lib.so", "-Wl,--unresolved-symbols=ignore-all",
        "-Wl,--build-id=none",
      ] + options, in: scratch)
  }

  @Test func aComponentWithoutTiesIsKernelAgnostic() throws {
    let outcome = try abitool(["taint", try component()])
    #expect(outcome.status == 0)
    #expect(outcome.text.contains("component: kernel-agnostic"))
    #expect(
      outcome.text.contains(
        "; asked: code, needed libraries, interpreter, notes; not asked: headers (no DWARF; "))
    #expect(outcome.text.contains("-g), symbols (no --abi)\n"))
    #expect(outcome.errors.isEmpty)
  }

  @Test func theDemosComponentsAreKernelAgnosticAndItsLinkersAreNot() throws {
    let out = try Fixtures.make("demo", ["components", "ABITOOL=\(abitoolPath)"])
    let bin = out.appendingPathComponent("x86_64/bin")
    for name in ["init", "hello", "libpolite.lib.so"] {
      let outcome = try abitool(["taint", "--privileged", bin.appendingPathComponent(name).path])
      #expect(outcome.status == 0, "\(name): \(outcome.text)")
    }
    for kernel in Fixtures.kernels {
      #expect(try abitool(["taint", "-q", try Fixtures.ld(kernel: kernel)]).status == 1)
    }
  }

  // MARK: Headers

  @Test func headersOfKernelsAreNamedWithTheirUnits() throws {
    try scratch.write("nova.h", "struct nova_utcb { int word; };\n")
    try FileManager.default.createDirectory(
      at: scratch.url.appendingPathComponent("include/nova"), withIntermediateDirectories: true)
    try scratch.write(
      "include/nova/syscall.h",
      "static inline long nova_call(long n) { asm volatile(\"syscall\" : \"+a\"(n)); return n; }\n")
    let program = try component(
      "#include <nova/syscall.h>\nlong call(long n) { return nova_call(n); }",
      ["-g", "-I", scratch.path("include")])
    let found = try TaintFindings([program])
    #expect(found.status == 1)
    let headers = found.with("kernel-header")
    #expect(headers.count == 1)
    #expect(headers.first?.symbol.hasSuffix("include/nova/syscall.h") == true)
    #expect(headers.first?.details.first?.hasSuffix("component.c") == true)
    #expect(found.with("not-known").isEmpty)
    // The instruction has the line of the header.
    let call = try #require(found.with("system-call").first)
    #expect(call.symbol == "call")
    #expect(call.file.hasSuffix("include/nova/syscall.h"))
    #expect(call.line == 1)
    // Other patterns than the default ones.
    #expect(
      try TaintFindings(["--kernel-headers", "sel4/*", program]).with("kernel-header").isEmpty)
    try succeed("strip", ["-o", scratch.path("stripped"), program])
    let stripped = try TaintFindings([scratch.path("stripped")])
    #expect(stripped.with("kernel-header").isEmpty)
    #expect(stripped.with("not-known").isEmpty)
    #expect(stripped.notAsked.contains { $0.hasPrefix("headers (no DWARF") })
  }

  @Test func aSourceFileInADirectoryOfThatNameIsNoHeader() throws {
    try FileManager.default.createDirectory(
      at: scratch.url.appendingPathComponent("nova"), withIntermediateDirectories: true)
    try scratch.write("nova/main.c", "void entry(void) {}\n")
    try succeed(
      "cc",
      [
        "-g", "-nostdlib", "-nostartfiles", "-static", "-Wl,-e,entry", "nova/main.c", "-o",
        "program",
      ],
      in: scratch.url)
    let outcome = try abitool(["taint", "--kernel-headers", "nova/*", scratch.path("program")])
    #expect(outcome.status == 0, "\(outcome.text)")
  }

  @Test func malformedDwarfIsNotKnown() throws {
    let program = try component("int f(int x) { return x; }", ["-g"])
    try Data(repeating: 0x5a, count: 64).write(to: scratch.url.appendingPathComponent("garbage"))
    for section in [".debug_info", ".debug_line", ".debug_abbrev"] {
      let broken = scratch.path("broken")
      try succeed(
        "objcopy", ["--update-section", "\(section)=\(scratch.path("garbage"))", program, broken])
      let outcome = try abitool(["taint", broken])
      #expect(outcome.status == 2, "\(section): \(outcome.text) \(outcome.errors)")
      #expect(outcome.text.contains("not known: headers: malformed DWARF"), "\(section)")
    }
  }

  // MARK: Symbols, libraries, interpreter, notes

  @Test func symbolsOfOneKernelAreNamed() throws {
    let abi = try scratch.write(
      "ld.abi",
      """
      #%abi 1
      #%soname ld.lib.so
      lx_syscall T kernel=linux
      _ZN4Base5sleepE{m|j} T kernel=hw,nova
      ld_clock T

      """)
    let program = try component(
      """
      long lx_syscall(long); void ld_clock(void); void _ZN4Base5sleepEm(long);
      void use(void) { lx_syscall(1); ld_clock(); _ZN4Base5sleepEm(1); }
      """, ["-Wl,--export-dynamic", "-fno-plt"])
    #expect(try TaintFindings([program]).with("kernel-symbol").isEmpty)
    let found = try TaintFindings(["--abi", abi, program])
    #expect(found.status == 1)
    #expect(
      found.with("kernel-symbol").map { "\($0.symbol): \($0.remark)" }.sorted() == [
        "_ZN4Base5sleepEm: promised on hw and nova only", "lx_syscall: promised on linux only",
      ])
  }

  @Test func librariesOfOneKernelAreNamed() throws {
    for name in ["ld-nova.lib.so", "ld.lib.so", "gui-nova.lib.so"] {
      try succeed(
        "cc", ["-shared", "-nostdlib", "-Wl,-soname,\(name)", "-x", "c", "/dev/null", "-o", name],
        in: scratch.url)
    }
    let program = try component(
      "",
      ["-Wl,--no-as-needed"] + ["ld-nova", "ld", "gui-nova"].map { scratch.path("\($0).lib.so") })
    #expect(try TaintFindings([program]).with("kernel-library").map(\.symbol) == ["ld-nova.lib.so"])
    let more = try TaintFindings(["--kernel-library", "gui-*.lib.so", program])
    #expect(more.with("kernel-library").map(\.symbol) == ["gui-nova.lib.so", "ld-nova.lib.so"])
  }

  @Test func hostProgramsShowInterpreterAndSystem() throws {
    let program = try Fixtures.compile(
      "int main(void) { return 0; }", as: "host", [], in: scratch)
    let found = try TaintFindings([program])
    #expect(found.status == 1)
    #expect(found.with("foreign-interpreter").first?.remark.hasPrefix("PT_INTERP /") == true)
    #expect(found.with("os-note").first?.remark.hasPrefix("NT_GNU_ABI_TAG: Linux ") == true)
    #expect(found.with("system-call").isEmpty)
    let interpreter = try #require(found.with("foreign-interpreter").first).symbol
    let named = try TaintFindings(["--interpreter", interpreter, program])
    #expect(named.with("foreign-interpreter").isEmpty)
  }

  // MARK: Reports

  @Test func allowedFindingsDoNotCount() throws {
    let program = try component(
      "long call(long n) { asm volatile(\"syscall\" : \"+a\"(n)); return n; }")
    let allow = try scratch.write("allow", "call system-call # until the driver is moved\n")
    let outcome = try abitool(["taint", "--allow", allow, program])
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.text.contains("kernel-agnostic (1 allowed)"))
    try scratch.write("allow", "gone system-call # no longer there\n")
    let stale = try abitool(["taint", "--allow", allow, try component()])
    #expect(stale.status == 1)
    #expect(stale.text.contains("[stale-allowance]"))
  }

  @Test func theSummaryIsATableOfFunctions() throws {
    let outcome = try abitool(["taint", "--summary", try Fixtures.ld(kernel: "linux")])
    #expect(outcome.status == 1)
    #expect(
      outcome.lines.contains { $0.split(separator: " ").elementsEqual(["function", "syscall"]) })
    #expect(
      outcome.lines.contains { $0.split(separator: " ").elementsEqual(["lx_sigreturn", "1"]) })
    #expect(outcome.lines.last?.split(separator: " ").first == "total")
  }

  @Test func namesAreDemangled() throws {
    let outcome = try abitool(["taint", try Fixtures.ld(kernel: "nova")])
    #expect(
      outcome.text.contains("  Host::nova_enter(unsigned long, unsigned long, Nova::Utcb&)\n"))
    #expect(outcome.text.contains("ld-nova.lib.so: tainted by system calls; asked: code, "))
  }

  @Test func sarifNamesFunctionAndRule() throws {
    let outcome = try abitool(["taint", "--format", "sarif", try Fixtures.ld(kernel: "linux")])
    #expect(outcome.status == 1)
    let json = try #require(
      try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
    let runs = try #require(json["runs"] as? [[String: Any]])
    let results = try #require(runs.first?["results"] as? [[String: Any]])
    #expect(results.contains { $0["ruleId"] as? String == "system-call" })
    #expect(outcome.text.contains("\"decoratedName\": \"lx_syscall\""))
  }

  // MARK: What cannot be used

  @Test func truncatedCodeIsRefused() throws {
    let library = try Fixtures.ld(kernel: "nova")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: library))
    // Without section headers the end of the file is the end of the code.
    try succeed("llvm-objcopy", ["--strip-sections", library, scratch.path("bare")])
    let bare = try Data(contentsOf: scratch.url.appendingPathComponent("bare"))
    for (name, part) in [("half", bytes.prefix(bytes.count / 2)), ("code", bare.prefix(0xd000))] {
      try part.write(to: scratch.url.appendingPathComponent(name))
      let outcome = try abitool(["taint", scratch.path(name)])
      #expect(outcome.status == 2)
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
      #expect(outcome.errors.hasPrefix("abitool: \(scratch.path(name)): truncated: "))
      #expect(outcome.output.isEmpty)
    }
  }

  @Test func foreignMachinesAreNotKnown() throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: try component()))
    // e_machine: SPARC v9.
    bytes.replaceSubrange(18..<20, with: [43, 0])
    try bytes.write(to: scratch.url.appendingPathComponent("foreign"))
    let outcome = try abitool(["taint", scratch.path("foreign")])
    #expect(outcome.status == 2)
    #expect(
      outcome.text.contains("not known: system calls: the instructions of SPARC v9 are not known"))
    #expect(outcome.text.contains("foreign: not known; asked: code, "))
  }

  /// What is not known outweighs what is rejected, in every form.
  @Test func taintedAndNotKnownIsNotKnown() throws {
    let host = try Fixtures.compile("int main(void) { return 0; }", as: "host", [], in: scratch)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: host))
    // e_machine: SPARC v9.
    bytes.replaceSubrange(18..<20, with: [43, 0])
    try bytes.write(to: scratch.url.appendingPathComponent("foreign"))
    let outcome = try abitool(["taint", scratch.path("foreign")])
    #expect(outcome.status == 2)
    #expect(outcome.text.contains("error: interpreter of one system"), "\(outcome.text)")
    #expect(outcome.text.contains(", and not all is known; asked: code, "), "\(outcome.text)")
    for format in ["json", "sarif", "github", "markdown"] {
      let outcome = try abitool(["taint", "--format", format, scratch.path("foreign")])
      #expect(outcome.status == 2, "\(format)")
      #expect(outcome.text.contains("SPARC v9 are not known"), "\(format): \(outcome.text)")
    }
  }

  @Test func separateDebugFilesHaveNoCode() throws {
    try succeed(
      "objcopy", ["--only-keep-debug", try component("", ["-g"]), scratch.path("component.debug")])
    let outcome = try abitool(["taint", scratch.path("component.debug")])
    #expect(outcome.status == 2)
    #expect(outcome.text.contains("not known: system calls: a separate debug file"))
  }

  @Test func aFileThatIsNoElfDoesNotHideTheOthers() throws {
    let text = try scratch.write("text", "no ELF\n")
    let outcome = try abitool(["taint", text, try component()])
    #expect(outcome.status == 2)
    #expect(outcome.errors == "abitool: \(text): not an ELF file\n")
    #expect(outcome.text.contains("component: kernel-agnostic"))
    #expect(try abitool(["taint"]).status == 64)
    #expect(try abitool(["taint", "--summary", "--format", "json", text]).status == 64)
  }
}
