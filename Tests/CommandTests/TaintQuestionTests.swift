import Foundation
import TestSupport
import Testing

/// What `abitool taint` was asked, what it could look at, and what it says of the rest.
struct TaintQuestionTests {
  let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  // MARK: Intermediate code

  private static let call = """
    long call(long n) {
      long r;
      __asm__ volatile("syscall" : "=a"(r) : "a"(n) : "rcx", "r11", "memory");
      return r;
    }

    """

  private func object(_ name: String, _ options: [String], by compiler: String = "gcc") throws
    -> String
  {
    try scratch.write("call.c", Self.call)
    try succeed(compiler, ["-c", "call.c", "-o", name] + options, in: scratch.url)
    return scratch.path(name)
  }

  @Test(arguments: [
    ("gcc", ["-flto"], "GCC's intermediate form"), ("clang", ["-flto"], "LLVM bitcode"),
    ("clang", ["-flto=thin"], "LLVM bitcode"),
  ])
  func intermediateCodeIsNotKnown(compiler: String, options: [String], words: String) throws {
    let path = try object("call.o", options, by: compiler)
    let outcome = try abitool(["taint", path])
    #expect(outcome.status == 2)
    #expect(outcome.text.contains("not known: code: the code is"), "\(outcome.text)")
    #expect(outcome.text.contains(words))
    #expect(outcome.text.contains("call.o: not known; asked: code, "))
    #expect(outcome.errors.isEmpty)
    let found = try TaintFindings([path])
    #expect(found.status == 2)
    #expect(found.entries.map(\.code) == ["not-known"])
  }

  @Test func fatObjectsAreLookedAt() throws {
    let outcome = try abitool(["taint", try object("fat.o", ["-flto", "-ffat-lto-objects"])])
    #expect(outcome.status == 1)
    #expect(outcome.text.contains("error: system-call instruction: 1 in 1 function"))
  }

  @Test(arguments: ["rc", "rcT"])
  func membersOfArchivesAreNamed(mode: String) throws {
    _ = try object("slim.o", ["-flto"])
    _ = try object("fat.o", ["-flto", "-ffat-lto-objects"])
    try scratch.write("notes.txt", "not an object\n")
    try succeed("ar", [mode, "all.a", "slim.o", "fat.o", "notes.txt"], in: scratch.url)
    let outcome = try abitool(["taint", "all.a"], in: scratch.url)
    #expect(outcome.status == 2)
    #expect(outcome.text.contains("all.a(fat.o): tainted by system calls; "))
    #expect(outcome.text.contains("all.a(slim.o): not known; "))
    #expect(outcome.text.contains("not known: code: not an ELF file; "))
    #expect(outcome.text.contains("all.a(notes.txt): not known; "))
  }

  @Test(arguments: ["rc", "rcT"])
  func archivesWithoutMembersAreNotKnown(mode: String) throws {
    try succeed("ar", [mode, "empty.a"], in: scratch.url)
    let outcome = try abitool(["taint", "empty.a"], in: scratch.url)
    #expect(outcome.status == 2)
    #expect(outcome.text.contains("not known: code: an archive without members"))
  }

  @Test func missingMembersOfThinArchivesAreAnError() throws {
    _ = try object("gone.o", [])
    try succeed("ar", ["rcT", "thin.a", "gone.o"], in: scratch.url)
    #expect(try abitool(["taint", "thin.a"], in: scratch.url).status == 1)
    try FileManager.default.removeItem(atPath: scratch.path("gone.o"))
    let outcome = try abitool(["taint", "thin.a"], in: scratch.url)
    #expect(outcome.status == 2)
    #expect(outcome.errors == "abitool: thin.a: member gone.o: No such file or directory\n")
    #expect(outcome.output.isEmpty)
  }

  /// Names in code that is not there are needed as well.
  @Test func neededByRefusesWhatDoesNotTell() throws {
    let library = try Fixtures.compile(
      "int f(void) { return 1; }", as: "libf.so", ["-shared", "-fPIC"], in: scratch)
    let slim = try object("slim.o", ["-flto"])
    let fat = try object("fat.o", ["-flto", "-ffat-lto-objects"])
    let bitcode = try object("bitcode.o", ["-flto"], by: "clang")
    try succeed("ar", ["rc", "all.a", fat, slim], in: scratch.url)
    try succeed("ar", ["rcT", "thin.a", fat, slim], in: scratch.url)
    try succeed("ar", ["rc", "empty.a"], in: scratch.url)
    #expect(try abitool(["extract", library, "--needed-by", fat]).status == 0)
    for user in [slim, bitcode] + ["all.a", "thin.a", "empty.a"].map({ scratch.path($0) }) {
      let outcome = try abitool(["extract", library, "--needed-by", user])
      #expect(outcome.status == 2, "\(user)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.split(separator: "\n").count == 1)
      #expect(outcome.errors.hasPrefix("abitool: \(user): "), "\(outcome.errors)")
    }
  }

  // MARK: Headers

  /// A program of `with.c`, which was compiled with `-g`, and `without.c`, which was not.
  private func program(_ link: [String] = []) throws -> String {
    try FileManager.default.createDirectory(
      at: scratch.url.appendingPathComponent("nova"), withIntermediateDirectories: true)
    try scratch.write(
      "nova/utcb.h",
      """
      struct utcb { int word; };
      static inline int word(struct utcb *u) { return u->word; }

      """)
    try scratch.write("with.c", "void without(void);\nvoid entry(void) { without(); }\n")
    try scratch.write(
      "without.c", "#include \"nova/utcb.h\"\nstruct utcb u;\nvoid without(void) { word(&u); }\n")
    try succeed("gcc", ["-g", "-c", "with.c"], in: scratch.url)
    try succeed("gcc", ["-c", "without.c"], in: scratch.url)
    try succeed(
      "ld", ["-e", "entry", "with.o", "without.o", "-o", "program"] + link, in: scratch.url)
    return scratch.path("program")
  }

  @Test func codeWithoutDwarfIsSaid() throws {
    let path = try program()
    let outcome = try abitool(["taint", path])
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.text.contains(", headers; not asked: headers of code without DWARF ("))
    #expect(outcome.text.contains(" bytes: word, without), "), "\(outcome.text)")
    // Who asks for all headers gets no verdict.
    let found = try TaintFindings(["--headers", path])
    #expect(found.status == 2)
    #expect(found.with("not-known").map(\.remark) == ["headers"])
    #expect(!found.notAsked.contains { $0.hasPrefix("headers") })
    let text = try abitool(["taint", "--headers", path]).text
    #expect(text.contains("bytes of code without DWARF; compiled without -g"), "\(text)")
    #expect(text.contains("(2 symbols: without, word)"), "\(text)")
    // Nothing is left to ask where all units have it.
    try succeed("gcc", ["-g", "-c", "without.c"], in: scratch.url)
    try succeed("ld", ["-e", "entry", "with.o", "without.o", "-o", "program"], in: scratch.url)
    let whole = try TaintFindings(["--headers", path])
    #expect(whole.status == 1)
    #expect(whole.entries.map(\.code) == ["kernel-header"])
  }

  @Test func headersThatAreAskedForNeedDwarf() throws {
    let path = try program(["--strip-debug"])
    #expect(try abitool(["taint", path]).status == 0)
    let outcome = try abitool(["taint", "--headers", path])
    #expect(outcome.status == 2)
    #expect(outcome.text.contains("not known: headers: no DWARF; stripped, or built without -g"))
    #expect(outcome.text.contains("program: not known; asked: code, "))
    let object = try abitool(["taint", "--headers", scratch.path("with.o")])
    #expect(object.status == 2)
    #expect(object.text.contains("not known: headers: the DWARF of an object file"))
    #expect(try abitool(["taint", scratch.path("with.o")]).status == 0)
  }

  /// libelf reads it from elfutils 0.189 on, where it was built with zstd.
  @Test(arguments: ["zstd", "zlib"])
  func compressedDwarfIsReadOrNotKnown(method: String) throws {
    _ = try program()
    try succeed("gcc", ["-g", "-c", "without.c"], in: scratch.url)
    try succeed("ld", ["-e", "entry", "with.o", "without.o", "-o", "program"], in: scratch.url)
    try succeed(
      "objcopy", ["--compress-debug-sections=\(method)", "program", "compressed"], in: scratch.url)
    let outcome = try abitool(["taint", scratch.path("compressed")])
    if outcome.status == 2 {
      #expect(method == "zstd")
      #expect(outcome.text.contains("not known: headers: .debug_"), "\(outcome.text)")
      #expect(outcome.text.contains("is compressed with zstd"))
      #expect(outcome.text.contains("objcopy --decompress-debug-sections"))
    } else {
      #expect(outcome.status == 1)
      #expect(outcome.text.contains("nova/utcb.h in without.c"))
    }
    #expect(!outcome.text.contains("malformed"))
  }

  @Test func headersOfTheHardwareKernelAreKnown() throws {
    try FileManager.default.createDirectory(
      at: scratch.url.appendingPathComponent("kernel"), withIntermediateDirectories: true)
    for name in ["interface", "types"] {
      try scratch.write("kernel/\(name).h", "struct \(name) { int word; };\n")
    }
    try scratch.write(
      "main.c",
      """
      #include "kernel/interface.h"
      #include "kernel/types.h"
      int entry(struct interface *i, struct types *t) { return i->word + t->word; }

      """)
    try succeed("gcc", ["-g", "-c", "main.c"], in: scratch.url)
    try succeed("ld", ["-e", "entry", "main.o", "-o", "main"], in: scratch.url)
    let headers = try TaintFindings([scratch.path("main")]).with("kernel-header").map(\.symbol)
    #expect(headers.map { ($0 as NSString).lastPathComponent } == ["interface.h", "types.h"])
  }

  // MARK: Debug packages

  /// What is installed beside a file tells lines, and changes nothing else.
  @Test func findingsAreThoseOfTheFileAlone() throws {
    try FileManager.default.createDirectory(
      at: scratch.url.appendingPathComponent("nova"), withIntermediateDirectories: true)
    try scratch.write(
      "nova/call.h", "static inline void late(void) { __asm__ volatile(\"syscall\"); }\n")
    // In the order of addresses the lines go back and forth.
    try scratch.write(
      "main.c",
      """
      #include "nova/call.h"
      void entry(void) {
      #line 90
        __asm__ volatile("syscall");
      #line 20
        __asm__ volatile("syscall");
        late();
      #line 50
        __asm__ volatile("syscall");
      }

      """)
    try succeed(
      "gcc", ["-g", "-O1", "-nostdlib", "-static", "-Wl,-e,entry", "main.c", "-o", "main"],
      in: scratch.url)
    try succeed("objcopy", ["--only-keep-debug", "main", "main.debug"], in: scratch.url)
    try succeed("strip", ["--strip-debug", "main"], in: scratch.url)
    try succeed("objcopy", ["--add-gnu-debuglink=main.debug", "main"], in: scratch.url)
    let path = scratch.path("main")
    let with = try TaintFindings([path])
    let sarif = try fingerprints(path)
    #expect(with.with("system-call").map(\.line).compactMap { $0 }.sorted() == [1, 20, 50, 90])
    #expect(try TaintFindings(["--headers", path]).with("kernel-header").count == 1)
    try FileManager.default.removeItem(atPath: scratch.path("main.debug"))
    let without = try TaintFindings([path])
    #expect(without.with("system-call").allSatisfy { $0.line == nil })
    #expect(with.entries.map(unplaced) == without.entries.map(unplaced))
    #expect(with.notAsked == without.notAsked)
    #expect(try fingerprints(path) == sarif)
    let missing = try abitool(["taint", "--headers", path])
    #expect(missing.status == 2)
    #expect(missing.text.contains("it was split off into main.debug"), "\(missing.text)")
  }

  private func unplaced(_ entry: TaintFindings.Entry) -> TaintFindings.Entry {
    var entry = entry
    (entry.file, entry.line) = ("", nil)
    return entry
  }

  /// Of each result, in the order of the report, with its words.
  private func fingerprints(_ path: String) throws -> [String] {
    let outcome = try abitool(["taint", "--format", "sarif", path])
    let json = try #require(
      try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
    let runs = try #require(json["runs"] as? [[String: Any]])
    return try #require(runs.first?["results"] as? [[String: Any]]).map { result in
      let prints = result["partialFingerprints"] as? [String: String] ?? [:]
      let message = (result["message"] as? [String: String])?["text"] ?? ""
      let address = message.split(separator: " ").first { $0.hasPrefix("0x") } ?? ""
      return "\(address) \(prints["abitoolFinding/v1"] ?? "")"
    }
  }

  // MARK: Much of it

  /// The list ends; the count does not.
  @Test(arguments: ["syscall", "syscall; nop"])
  func listsOfInstructionsEnd(pattern: String) throws {
    let count = 20_000
    try scratch.write(
      "many.s",
      ".globl f\n.type f,%function\nf:\n.rept \(count)\n\(pattern)\n.endr\n.size f,.-f\n")
    try succeed("gcc", ["-c", "many.s"], in: scratch.url)
    try succeed("ld", ["-e", "f", "many.o", "-o", "many"], in: scratch.url)
    let found = try TaintFindings([scratch.path("many")])
    #expect(found.status == 1)
    let calls = found.with("system-call")
    #expect(calls.count == 2049)
    #expect(calls.filter { $0.symbol.isEmpty }.count == 1)
    let text = try abitool(["taint", scratch.path("many")]).text
    #expect(text.contains("  … and 17,952 more syscall; the first 2,048 "), "\(text.suffix(600))")
    let summary = try abitool(["taint", "--summary", scratch.path("many")])
    #expect(
      summary.lines.last?.split(separator: " ").elementsEqual(["total", "\(count)"]) == true)
    // An entry for the function does not accept what is not listed.
    let allow = try scratch.write("allow", "f system-call # the linker's own\n")
    #expect(try abitool(["taint", "--allow", allow, scratch.path("many")]).status == 1)
    let all = try scratch.write("all", "* system-call # the linker's own\n")
    #expect(try abitool(["taint", "--allow", all, scratch.path("many")]).status == 0)
  }
}
