import AbiModel
import AbiTool
import Findings
import Support
import Foundation
import TestSupport
import Testing

private func check(_ arguments: [String]) throws -> Outcome {
  try abitool(["check"] + arguments)
}

@Suite struct CheckProgramTests {
  @Test(arguments: programCases)
  func findingHasItsCauseAndIsAbsentWithout(_ one: FindingCase) throws {
    let directory = try TemporaryDirectory()
    let flawed = try check(try one.flawed(directory) + ["--format", "json"])
    #expect(try JsonFindings(flawed).codes.contains(one.code), "\(flawed.text)")
    #expect(flawed.status == one.status, "\(flawed.text)")
    let twin = try TemporaryDirectory()
    let clean = try check(try one.clean(twin) + ["--format", "json"])
    #expect(try !JsonFindings(clean).codes.contains(one.code), "\(clean.text)")
  }

  @Test func everyProgramCodeHasACase() {
    let tested = Set(programCases.map(\.code))
    for code in FindingCode.programCodes { #expect(tested.contains(code.name), "\(code)") }
  }

  @Test func messageNamesTheRelativeThatIsPromised() throws {
    let directory = try TemporaryDirectory()
    let library = try Fixtures.compile(
      "namespace n { int open(long) { return 0; } }", as: "libx.so", language: "cpp",
      ["-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libx.so"], in: directory)
    let program = try Fixtures.compile(
      "namespace n { int open(long); } int main() { return n::open(1); }", as: "program",
      language: "cpp", [library], in: directory)
    let abi = try directory.write("x.abi", "#%soname libx.so\n_ZN1n4openEi T\n")
    let outcome = try check([
      "--program", program, "--abi", abi, "--sysroot", "/", "--format", "json",
    ])
    #expect(outcome.text.contains("n::open(int) (_ZN1n4openEi); is that one meant?"))
  }

  // MARK: One cause, one finding

  /// Findings of one code in a report as JSON.
  private func findings(_ code: String, _ outcome: Outcome) throws -> [[String: Any]] {
    let report = try #require(
      try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
    return (report["findings"] as? [[String: Any]] ?? []).filter { $0["code"] as? String == code }
  }

  /// Programs that load more and more libraries beside `libraries`, and all of what they load.
  private func programs(
    _ count: Int, calling function: String, of libraries: [String], in directory: TemporaryDirectory
  ) throws -> (programs: [String], extras: [String]) {
    let extras = try (0..<count).map {
      try directory.library("libextra\($0).so", "int extra\($0);")
    }
    let programs = try (0..<count).map { number in
      try directory.program(
        "int \(function)(void); int main(void) { return \(function)(); }", as: "program\(number)",
        ["-Wl,--no-as-needed"] + libraries + extras.prefix(number),
        ["-Wl,--unresolved-symbols=ignore-all"])
    }
    return (programs, extras)
  }

  @Test func oneLostSymbolIsOneFindingInAllProcesses() throws {
    let directory = try TemporaryDirectory()
    let complete = try directory.library("libz.so.1", "int crc(void) { return 1; }")
    let user = try directory.library(
      "libpng.so", "int crc(void); int png(void) { return crc(); }", [complete])
    let (programs, extras) = try programs(4, calling: "png", of: [user], in: directory)
    let other = try TemporaryDirectory()
    let cut = try other.library("libz.so.1", "int adler(void) { return 1; }")
    let system = ["libc.so.6", "ld-linux-x86-64.so.2"]
    let outcome = try check(
      ["--format", "json", "--program"] + programs + ["--library", cut, user] + extras
        + system.map(systemLibrary))
    #expect(outcome.status == 1)
    let found = try findings("undefined-symbol", outcome)
    #expect(found.count == 1, "\(outcome.text)")
    #expect(found.first?["symbol"] as? String == "crc")
    #expect(found.first?["neededBy"] as? [String] == [user])
    #expect((found.first?["builds"] as? [Int])?.count == 4)
  }

  @Test func oneMissingLibraryIsOneFindingWithAllThatNeedIt() throws {
    let directory = try TemporaryDirectory()
    let blas = try directory.library(
      "libblas.so.3", "int ddot(void) { return 1; } int dgemm(void) { return 1; }")
    let users = try ["ddot", "dgemm", "ddot"].enumerated().map { number, function in
      try directory.library(
        "libuser\(number).so",
        "int \(function)(void); int user\(number)(void) { return \(function)(); }", [blas])
    }
    let (programs, extras) = try programs(5, calling: "user0", of: users, in: directory)
    let arguments =
      ["--program"] + programs + ["--library"] + users + extras
      + (try ["libc.so.6", "ld-linux-x86-64.so.2"].map(systemLibrary))
    let outcome = try check(["--format", "json"] + arguments)
    #expect(outcome.status == 1)
    let found = try findings("needed-not-found", outcome)
    #expect(found.count == 1, "\(outcome.text)")
    #expect(found.first?["needed"] as? String == "libblas.so.3")
    #expect(found.first?["neededBy"] as? [String] == users.sorted())
    #expect(found.first?["symbols"] as? [String] == ["ddot", "dgemm"])
    #expect((found.first?["builds"] as? [Int])?.count == 5)
    // Lines are broken at 100 columns.
    let words = try check(arguments).text.split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    #expect(words.contains("needed by 3 files: \(users.sorted()[0]), "), "\(words)")
    #expect(words.contains("met in 5 files: \(programs.sorted()[0]), "), "\(words)")
  }

  // MARK: The demo

  private func demo() throws -> (directory: URL, abi: String) {
    let directory = try Fixtures.make("demo", ["ABITOOL=\(abitoolPath)"])
    let abi = directory.appendingPathComponent("joined.abi").path
    _ = try abitool([
      "check", "--kernels", "nova,hw,linux", "--dir",
      directory.appendingPathComponent("ld/x86_64").path, "--join", "--write", abi,
    ])
    return (directory.appendingPathComponent("x86_64/bin"), abi)
  }

  @Test func demoIsKernelAgnostic() throws {
    let (bin, abi) = try demo()
    let files = ["init", "hello", "libpolite.lib.so"].map { bin.appendingPathComponent($0).path }
    let outcome = try check(
      ["--program"] + files + [
        "--abi", abi, "--library", files[2], "--kernel-agnostic", "--quiet",
      ])
    #expect(outcome.status == 0 && outcome.text.isEmpty, "\(outcome.text)\(outcome.errors)")
  }

  @Test func componentThatUsesASymbolOfOneKernelIsRejected() throws {
    let (_, abi) = try demo()
    let directory = try TemporaryDirectory()
    let nova = directory.path("ld.abi.so")
    try succeed(
      abitoolPath, ["stub", abi, "--kernel", "nova", "--arch", "x86_64", "-o", nova])
    let component = try Fixtures.compile(
      "extern char nova_utcb[]; void *construct(void) { return nova_utcb; }", as: "component",
      ["-shared", "-fPIC", "-nostdlib", nova], in: directory)
    let outcome = try check([
      "--program", component, "--abi", abi, "--kernel-agnostic", "--format", "json",
    ])
    #expect(outcome.status == 1)
    #expect(try JsonFindings(outcome).codes.contains("kernel-symbol"), "\(outcome.text)")
    let tolerant = try check(["--program", component, "--abi", abi, "--kernel", "nova"])
    #expect(tolerant.status == 0, "\(tolerant.text)")
    let elsewhere = try check([
      "--program", component, "--abi", abi, "--kernel", "hw", "--format", "json",
    ])
    #expect(try JsonFindings(elsewhere).codes.contains("undefined-symbol"))
  }

  // MARK: --why, --suggest

  @Test func whyTellsTheWayToASymbol() throws {
    let directory = try TemporaryDirectory()
    let low = try directory.library("liblow.so", "int low(void) { return 1; }")
    let high = try directory.library(
      "libhigh.so", "int low(void); int high(void) { return low(); }", [low, "-Wl,-rpath,$ORIGIN"])
    let program = try directory.program(
      "int high(void); int main(void) { return high(); }", [high],
      ["-Wl,-rpath,$ORIGIN", "-Wl,-rpath-link,\(directory.url.path)"])
    let outcome = try check(["--program", program, "--sysroot", "/", "--why", "low"])
    #expect(outcome.status == 0)
    #expect(outcome.text.contains("found in"), "\(outcome.text)\(outcome.errors)")
    #expect(outcome.text.contains("(liblow.so, by the RUNPATH of libhigh.so)"), "\(outcome.text)")
    #expect(try check(["--program", program, "--sysroot", "/", "--why", "nobody"]).status == 2)
  }

  @Test func suggestedLinesMendTheAbi() throws {
    let directory = try TemporaryDirectory()
    let header = "template <class T> struct Box { T v; T get(); static int made; };\n"
    let library = try Fixtures.compile(
      header + """
        template <class T> T Box<T>::get() { return v; }
        template <class T> int Box<T>::made = 3;
        template struct Box<int>;
        """, as: "libbox.so", language: "cpp",
      ["-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libbox.so"], in: directory)
    let program = try Fixtures.compile(
      header + """
        extern template struct Box<int>;
        int main() { Box<int> box{-3}; return box.get() + Box<int>::made; }
        """, as: "program", language: "cpp", ["-no-pie", "-fno-pic", library], in: directory)
    try succeed(program, environment: ["LD_LIBRARY_PATH": directory.url.path])
    let abi = directory.path("box.abi")
    try succeed(abitoolPath, ["extract", library, "-o", abi])
    let arguments = ["--program", program, "--abi", abi, "--sysroot", "/"]
    #expect(try check(arguments).status == 1)
    for implementation in [[], ["--library", library]] {
      let lines = try check(arguments + implementation + ["--suggest"]).text
      #expect(lines.contains("_ZN3BoxIiE3getEv W\n"), "\(lines)")
      #expect(lines.contains(" 4"), "\(lines)")
      let mended = try directory.write(
        "mended.abi", try String(contentsOfFile: abi, encoding: .utf8) + lines)
      let outcome = try check(["--program", program, "--abi", mended, "--sysroot", "/"])
      #expect(outcome.status == 0, "\(outcome.text)")
    }
  }

  /// Each line goes into the text whose library has the symbol.
  @Test func suggestedLinesAreAddedToTheTextThatLacksThem() throws {
    let directory = try TemporaryDirectory()
    var libraries: [String] = []
    for name in ["one", "two"] {
      libraries.append(
        try Fixtures.compile(
          """
          template <class T> struct \(name) { T get(); };
          template <class T> T \(name)<T>::get() { return 0; }
          template struct \(name)<int>;
          int zz_\(name)() { return 0; }
          int (*a_\(name))() = zz_\(name);
          """, as: "lib\(name).so", language: "cpp",
          ["-shared", "-fPIC", "-nostdlib", "-Wl,-soname,lib\(name).so"], in: directory))
      try succeed(
        abitoolPath, ["extract", libraries[libraries.count - 1], "-o", "\(name).abi"],
        in: directory.url)
    }
    let program = try Fixtures.compile(
      """
      template <class T> struct one { T get(); }; extern template struct one<int>;
      template <class T> struct two { T get(); }; extern template struct two<int>;
      int main() { return one<int>().get() + two<int>().get(); }
      """, as: "program", language: "cpp", libraries, in: directory)
    func check(_ options: [String]) throws -> Outcome {
      try abitool(
        ["check", "--program", program, "--abi", "one.abi", "two.abi", "--sysroot", "/"] + options,
        in: directory.url)
    }
    #expect(try check([]).status == 1)
    let suggested = try check(["--suggest", "--library"] + libraries).text
    #expect(
      suggested
        == "# one.abi\n_ZN3oneIiE3getEv W\n# two.abi\n_ZN3twoIiE3getEv W\n", "\(suggested)")
    // Which text is meant cannot be told without the libraries.
    let unknown = try check(["--suggest", "--update"])
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("_ZN3oneIiE3getEv W"), "\(unknown.errors)")
    let added = try check(["--suggest", "--update", "--library"] + libraries)
    #expect(added.status == 0)
    #expect(added.errors.contains("two.abi: + _ZN3twoIiE3getEv W\n"), "\(added.errors)")
    #expect(try check([]).status == 0)
    let text = try String(contentsOfFile: directory.path("one.abi"), encoding: .utf8)
    let symbols = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(symbols == symbols.sorted() && symbols.count == 3, "\(text)")
  }

  // MARK: Systems

  /// Links in a system lead to the system, not to this machine; ld.so.conf is read with what it
  /// includes; libraries of another architecture are passed over.
  @Test func sysrootIsSearchedAsAfterChroot() throws {
    let directory = try TemporaryDirectory()
    let library = try directory.library("libx.so.1", "int f(void) { return 0; }")
    let program = try directory.program(
      "int f(void); void _start(void) { f(); }", [library],
      ["-nostdlib", "-Wl,--dynamic-linker=/lib/ld.so"])
    let root = directory.url.appendingPathComponent("root")
    let manager = FileManager.default
    for path in ["etc/ld.so.conf.d", "real", "lib", "other"] {
      try manager.createDirectory(
        at: root.appendingPathComponent(path), withIntermediateDirectories: true)
    }
    let arguments = ["--program", program, "--sysroot", root.path, "--format", "json"]
    let missing = try JsonFindings(try check(arguments))
    #expect(missing.codes == ["needed-not-found", "interpreter-missing"])
    try manager.copyItem(atPath: library, toPath: root.path + "/lib/ld.so")
    try manager.copyItem(atPath: library, toPath: root.path + "/real/libx.so.1.2")
    try manager.createSymbolicLink(
      atPath: root.path + "/linked", withDestinationPath: "/real")
    try manager.createSymbolicLink(
      atPath: root.path + "/real/libx.so.1", withDestinationPath: "/real/libx.so.1.2")
    // A library of another machine is in the way.
    try manager.copyItem(
      atPath: try Fixtures.ld(kernel: "hw", arch: "riscv64"), toPath: root.path + "/other/libx.so.1"
    )
    try "include ld.so.conf.d/*.conf\n".write(
      toFile: root.path + "/etc/ld.so.conf", atomically: false, encoding: .utf8)
    try "/other\n/linked # comment\n".write(
      toFile: root.path + "/etc/ld.so.conf.d/x.conf", atomically: false, encoding: .utf8)
    let found = try check(arguments)
    #expect(found.status == 0, "\(found.text)")
    // A loop of links ends.
    try manager.removeItem(atPath: root.path + "/linked")
    try manager.createSymbolicLink(atPath: root.path + "/linked", withDestinationPath: "/linked")
    #expect(try check(arguments).status == 1)
  }

  @Test func damagedCacheIsNoCache() throws {
    let directory = try TemporaryDirectory()
    let program = try directory.program("int main(void) { return 0; }", [])
    let etc = directory.url.appendingPathComponent("root/etc")
    try FileManager.default.createDirectory(at: etc, withIntermediateDirectories: true)
    for text in [
      "", "glibc-ld.so.cache1.1", "ld.so-1.7.0\0\u{7f}\u{7f}\u{7f}\u{7f}",
      "glibc-ld.so.cache1.1" + String(repeating: "\u{7f}", count: 64),
    ] {
      try text.write(
        to: etc.appendingPathComponent("ld.so.cache"), atomically: false, encoding: .utf8)
      let outcome = try check(["--program", program, "--sysroot", directory.path("root")])
      #expect(outcome.status == 1, "\(outcome.errors)")
    }
  }

  @Test func rpathOfTheLoaderCountsAndRunpathDoesNot() throws {
    let directory = try TemporaryDirectory()
    try FileManager.default.createDirectory(
      atPath: directory.path("deep"), withIntermediateDirectories: true)
    let low = try directory.library(
      "deep/liblow.so", "int low(void) { return 1; }", soname: "liblow.so")
    let high = try directory.library(
      "libhigh.so", "int low(void); int high(void) { return low(); }", [low])
    for (flag, status) in [("--disable-new-dtags", Int32(0)), ("--enable-new-dtags", 1)] {
      let program = try directory.program(
        "int high(void); int main(void) { return high() - 1; }", [high],
        ["-Wl,\(flag)", "-Wl,-rpath,$ORIGIN:${ORIGIN}/deep"])
      #expect(try check(["--program", program, "--sysroot", "/"]).status == status)
      // The dynamic linker of this machine is of the same opinion.
      #expect((try run(program).status == 0) == (status == 0))
    }
  }

  @Test func staticProgramNeedsNothing() throws {
    let directory = try TemporaryDirectory()
    let program = try directory.program("void _start(void) {}", [], ["-static", "-nostdlib"])
    #expect(try check(["--program", program, "--sysroot", "/"]).status == 0)
  }

  /// Debug information that was split off a program looks like one.
  @Test func separateDebugFilesAreNoPrograms() throws {
    let directory = try TemporaryDirectory()
    try FileManager.default.createDirectory(
      atPath: directory.path("bin"), withIntermediateDirectories: true)
    let program = try directory.program("int main(void) { return 0; }", as: "bin/tool", [], ["-g"])
    try succeed("objcopy", ["--only-keep-debug", program, directory.path("bin/tool.debug")])
    let all = try check(["--program", directory.path("bin"), "--sysroot", "/"])
    #expect(all.status == 0 && all.text.contains("there"), "\(all.text)\(all.errors)")
    let one = try check(["--program", directory.path("bin/tool.debug"), "--sysroot", "/"])
    #expect(one.status == 2 && one.errors.contains("separate debug file"))
  }

  @Test func wrongUseAndInputsAreTold() throws {
    let directory = try TemporaryDirectory()
    let text = try directory.write("text", "no ELF\n")
    #expect(try check(["--program", text]).status == 64)
    #expect(try check(["--library", text]).status == 64)
    #expect(try check(["--why", "x"]).status == 64)
    let outcome = try check(["--program", text, "--sysroot", "/"])
    #expect(outcome.status == 2 && outcome.errors.contains("text: not an ELF file"))
    #expect(try check(["--program", directory.path("none"), "--sysroot", "/"]).status == 2)
  }
}
