import Foundation
import TestSupport
import Testing

/// `abitool extract` as a user runs it.
struct ExtractCommandTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  private func extract(_ arguments: [String]) throws -> Outcome {
    try abitool(["extract"] + arguments, in: scratch.url)
  }

  // MARK: What is kept

  @Test func weakCxxSymbolsAreDroppedAndWeakCOnesStay() throws {
    let text = try extract([try Fixtures.ld(kernel: "hw")]).text
    #expect(text.contains("\nld_log_hook W\n"))
    #expect(text.contains("\nld_trace_level V 4"))
    #expect(!text.contains("_ZN4Base4FifoI"), "a template instance")
    #expect(text.contains("\n_ZN4BaseltENS_2IdES0_ T\n"), "operator< is strong")
    #expect(text.contains("\n_ZN4Base7AlignerILm8EE5alignEm T\n"), "a strong specialisation")
  }

  @Test func linkerArtefactsAndUndefinedSymbolsAreDropped() throws {
    let names = Set(
      try extract([try Fixtures.ld(kernel: "linux")]).lines.map { $0.split(separator: " ")[0] })
    #expect(names.isDisjoint(with: ["_end", "_edata", "__bss_start", "_init", "_fini"]))
    #expect(!names.contains { $0.contains("Component9construct") })
  }

  @Test func plantedSymbolsAreWhatTheirTableSays() throws {
    let table = try String(
      contentsOf: packageRoot.appendingPathComponent("fixtures/ld/planted.tsv"), encoding: .utf8)
    let rows = table.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(rows.count > 150)
    for arch in Fixtures.archs {
      for kernel in Fixtures.kernels {
        let outcome = try extract([
          "--profile", "complete", try Fixtures.ld(kernel: kernel, arch: arch),
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.text.contains("\n#%soname ld-\(kernel).lib.so\n"))
        let kinds = Dictionary(
          outcome.lines.filter { !$0.hasPrefix("#%") }.map { line in
            let words = line.split(separator: " ")
            return (String(words[0]), String(words[1]))
          }, uniquingKeysWith: { $0 + $1 })
        for row in rows where row.count >= 4 && !row[0].contains(where: { "\"# \\{ö".contains($0) })
        {
          let applies = Self.names(row[2], kernel) && Self.names(row[3], arch)
          // Several rows may be about one name, each for its own kernels.
          guard applies else { continue }
          // Weak thread-local and undefined data have letters of their own here.
          let letter: String? = row[1] == "-" ? nil : row[1] == "v" ? "w" : row[1]
          #expect(kinds[row[0]] == letter, "\(row[0]) of \(kernel), \(arch)")
        }
      }
    }
  }

  private static func names(_ list: String, _ name: String) -> Bool {
    list == "*" || list.split(separator: ",").contains { $0 == name }
  }

  @Test func aliasesAlignmentTlsAndVersionsAreRecorded() throws {
    let lines = Set(try extract([try Fixtures.ld(kernel: "nova")]).lines.map(String.init))
    #expect(lines.contains { $0.hasPrefix("environ B 8 alias=__environ") })
    #expect(lines.contains { $0.hasPrefix("ld_cache_line ") && $0.contains(" align=64") })
    #expect(lines.contains { $0.hasPrefix("ld_thread_number ") && $0.hasSuffix(" tls") })
    #expect(lines.contains { $0.hasPrefix("ld_service_names ") && $0.contains(" relro") })
    #expect(lines.contains { $0.hasPrefix("ld_checksum i") })
    #expect(lines.contains { $0.hasPrefix("ld_unique_cell u ") })
    #expect(lines.contains { $0.hasPrefix("ld_protected_cell ") && $0.contains(" protected") })
    #expect(lines.contains { $0.hasPrefix("ld_clock@@LD_2 T") })
    #expect(lines.contains { $0.hasPrefix("ld_clock@LD_1 T") })
  }

  @Test func keepAndDropOverrideTheRules() throws {
    let library = try Fixtures.ld(kernel: "nova")
    let text = try extract(["--keep", "_ZTI*", "--drop", "nova_*", library]).text
    #expect(text.contains("\n_ZTI"))
    #expect(!text.contains("\nnova_"))
  }

  @Test func neededByKeepsWhatAnObjectRefersTo() throws {
    let library = try Fixtures.compile(
      """
      template <typename T> struct Box { T get(); T value; };
      template <typename T> T Box<T>::get() { return value; }
      template struct Box<int>;
      template struct Box<long>;
      """, as: "libbox.so", language: "cpp", ["-shared", "-fPIC"], in: scratch)
    let object = try Fixtures.compile(
      """
      template <typename T> struct Box { T get(); T value; };
      extern template struct Box<int>;
      int use(Box<int> &box) { return box.get(); }
      """, as: "use.o", language: "cpp", ["-c"], in: scratch)
    try succeed("ar", ["rc", "libuse.a", object], in: scratch.url)
    let symbol = "_ZN3BoxIiE3getEv W"
    #expect(!(try extract([library]).lines.contains { $0 == symbol }))
    for user in [object, "libuse.a"] {
      let lines = try extract([library, "--needed-by", user]).lines
      #expect(lines.contains { $0 == symbol })
      #expect(!lines.contains { $0.hasPrefix("_ZN3BoxIlE") })
    }
  }

  // MARK: Files without section headers, of other machines

  @Test(arguments: Fixtures.archs)
  func strippedSectionHeadersLeaveTheSameSymbols(arch: String) throws {
    let library = try Fixtures.ld(kernel: "linux", arch: arch)
    let stripped = scratch.path("stripped.so")
    try FileManager.default.copyItem(atPath: library, toPath: stripped)
    try succeed("llvm-objcopy", ["--strip-sections", stripped])
    func heads(_ path: String) throws -> [String] {
      try extract([path]).lines.map { line in
        // Alignment cannot be told without sections, nor data with contents from such without.
        line.split(separator: " ").filter { !$0.hasPrefix("align=") }.joined(separator: " ")
      }
    }
    #expect(try heads(stripped) == heads(library))
  }

  // MARK: Output

  @Test func severalFilesGoIntoADirectory() throws {
    let libraries = try Fixtures.kernels.map { try Fixtures.ld(kernel: $0) }
    try FileManager.default.createDirectory(
      atPath: scratch.path("out"), withIntermediateDirectories: true)
    let outcome = try extract(["-o", "out"] + libraries)
    #expect(outcome.status == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("out")).sorted()
    #expect(names == ["ld-hw.abi", "ld-linux.abi", "ld-nova.abi"])
    #expect(try extract(libraries).status == 64)
  }

  @Test func oneBadFileOfManyIsReportedAndTheOthersAreWritten() throws {
    try scratch.write("bad.so", "no library")
    let outcome = try extract(["-o", ".", try Fixtures.ld(kernel: "hw"), "bad.so"])
    #expect(outcome.status == 2)
    #expect(outcome.errors.hasSuffix("abitool: bad.so: not an ELF file\n"))
    #expect(scratch.names == ["bad.so", "ld-hw.abi"])
  }

  @Test func ifChangedKeepsTheTimeStamp() throws {
    let library = try Fixtures.ld(kernel: "hw")
    _ = try extract(["-o", "ld.abi", library])
    let old = Date(timeIntervalSince1970: 1_000_000_000)
    try FileManager.default.setAttributes(
      [.modificationDate: old], ofItemAtPath: scratch.path("ld.abi"))
    func date() throws -> Date? {
      try FileManager.default.attributesOfItem(atPath: scratch.path("ld.abi"))[.modificationDate]
        as? Date
    }
    _ = try extract(["--if-changed", "-o", "ld.abi", library])
    #expect(try date() == old)
    _ = try extract(["--if-changed", "-o", "ld.abi", try Fixtures.ld(kernel: "nova")])
    #expect(try date() != old)
  }

  @Test func genodeFormatHoldsOnlyWhatItsRulesTake() throws {
    let library = try Fixtures.compile(
      """
      int zero; int data = 1; const int table[2] = {1, 2};
      __attribute__((weak)) int hook(void) { return 1; }
      __attribute__((weak)) int weak_data = 2;
      int open_it(void) { return 1; }
      """, as: "libplain.so", ["-shared", "-fPIC"], in: scratch)
    let outcome = try extract(["--format", "genode", library])
    let pattern = /[A-Za-z0-9_.]+ ([TWVU]|[DBR] [0-9]+)/
    for line in outcome.lines.dropFirst() {
      #expect(line.wholeMatch(of: pattern) != nil, "\(line)")
    }
    #expect(outcome.lines.count == 7)
    let refused = try extract(["--format", "genode", try Fixtures.ld(kernel: "nova")])
    #expect(refused.status == 2 && refused.output.isEmpty)
    #expect(refused.errors.contains("thread-local symbols are left out"))
    #expect(refused.errors.contains("older versions"))
  }

  @Test func jsonHasTheSameSymbols() throws {
    let library = try Fixtures.ld(kernel: "nova")
    let json = try extract(["--format", "json", library]).output
    let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    let symbols = try #require(object["symbols"] as? [[String: Any]])
    let lines = try extract([library]).lines.filter { !$0.hasPrefix("#%") }
    #expect(symbols.count == lines.count)
    #expect(object["soname"] as? String == "ld-nova.lib.so")
  }

  @Test func updateKeepsCommentsSectionsAndAcceptedLines() throws {
    let library = try Fixtures.compile(
      "int a; int b; long table[4] = {1}; void f(void) {} void g(void) {} void h(void) {}",
      as: "libx.so", ["-shared", "-fPIC"], in: scratch)
    try scratch.write(
      "x.abi",
      "# the functions\nf T\nh T\n\n# the data\na B 4\ntable D 8\n\n# by hand\n_ZN1A1fEv W\ngone T\n"
    )
    let outcome = try extract(["--update", "x.abi", "--format", "genode", library])
    #expect(outcome.status == 0)
    #expect(
      try String(contentsOfFile: scratch.path("x.abi"), encoding: .utf8)
        == "# the functions\nb B 4\nf T\ng T\nh T\n\n# the data\na B 4\ntable D 32\n\n# by hand\n")
    #expect(outcome.errors.contains("- _ZN1A1fEv W\n"))
    #expect(outcome.errors.contains("- gone T\n"))
    #expect(outcome.errors.contains("+ g T\n"))
    #expect(outcome.errors.contains("~ table D 8 -> table D 32\n"))
  }

  @Test func explainSaysWhyASymbolIsNotThere() throws {
    let library = try Fixtures.ld(kernel: "nova")
    #expect(
      try extract([library, "--explain", "_end"]).errors.contains("_end: dropped (linker artefact)")
    )
    #expect(try extract([library, "--explain", "environ"]).errors.contains("environ: kept"))
    #expect(
      try extract([library, "--explain", "nonsense"]).errors.contains("nonsense: no such symbol"))
    #expect(try extract(["--explain", library]).errors.contains("weak C++: guard variable"))
  }

  @Test func statisticsCountKeptAndDropped() throws {
    let errors = try extract(["--stats", try Fixtures.ld(kernel: "nova")]).errors
    #expect(errors.contains("kept"))
    #expect(errors.contains("dropped: weak C++: type info"))
    #expect(errors.contains("are variables of inline code"))
  }

  // MARK: Bad input

  @Test func inputsThatAreNoLibraryEndInOneLineAndStatusTwo() throws {
    try scratch.write("empty", "")
    try scratch.write("text", "hello\n")
    try scratch.write("script", "/* GNU ld script */\nGROUP ( libc.so.6 )\n")
    try scratch.write("magic", "\u{7f}ELF")
    let object = try Fixtures.compile("int x;", as: "x.o", ["-c"], in: scratch)
    try succeed("ar", ["rc", "x.a", object], in: scratch.url)
    let program = try Fixtures.compile(
      "int main(void) { return 0; }", as: "static", ["-static"], in: scratch)
    let core = try coreFile()
    for (path, cause) in [
      ("empty", "the file is empty"), ("text", "not an ELF file"), ("magic", "truncated"),
      ("script", "a linker script"),
      (object, "relocatable object"), ("x.a", "ar archive"),
      (".", "is a directory"), ("/dev/null", "the file is empty"), ("none", "No such file"),
      (program, "statically linked"), (core, "core file"),
    ] {
      let outcome = try abitool(["extract", path], in: scratch.url)
      #expect(outcome.status == 2, "\(path)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.hasPrefix("abitool: \(path): "), "\(outcome.errors)")
      #expect(outcome.errors.contains(cause), "\(outcome.errors)")
      #expect(outcome.errors.filter { $0 == "\n" }.count == 1, "\(outcome.errors)")
    }
  }

  /// The smallest core file: a header that says so.
  private func coreFile() throws -> String {
    var image = try Data(contentsOf: URL(fileURLWithPath: "/proc/self/exe")).prefix(64)
    image[16] = 4
    image.replaceSubrange(32..<48, with: Data(count: 16))
    image.replaceSubrange(56..<64, with: Data(count: 8))
    try image.write(to: URL(fileURLWithPath: scratch.path("core")))
    return "core"
  }

  @Test func unwritableOutputLeavesNothing() throws {
    let library = try Fixtures.ld(kernel: "nova")
    for target in ["/dev/full", "none/ld.abi"] {
      let outcome = try extract(["-o", target, library])
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("abitool: \(target): cannot write"))
    }
    #expect(scratch.names == [])
    let full = try run(
      "sh", ["-c", "exec \"$0\" extract \"$1\" > /dev/full", abitoolPath, library])
    #expect(full.status == 2)
    #expect(full.errors.contains("standard output: cannot write: No space left on device"))
  }

  @Test func wrongUsageIsStatus64() throws {
    for arguments in [
      ["extract"], ["extract", "--nonsense", "x"], ["nonsense"], ["extract", "-j", "0", "x"],
    ] {
      #expect(try abitool(arguments).status == 64, "\(arguments)")
    }
  }
}
