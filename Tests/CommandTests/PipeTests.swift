import Foundation
import TestSupport
import Testing

/// Inputs and outputs that are no regular files, as shells make them.
@Suite struct PipeTests {
  private let scratch: TemporaryDirectory

  init() throws {
    scratch = try TemporaryDirectory()
    _ = try Fixtures.compile(
      "int greet(void) { return 1; }\nlong table[4] = {1};\n", as: "libgreet.so",
      ["-shared", "-fPIC", "-Wl,-soname,libgreet.so.1", "-g"], in: scratch)
    try scratch.write("main.c", "int greet(void); int main(void) { return greet() - 1; }\n")
    try succeed(abitoolPath, ["extract", "libgreet.so", "-o", "greet.abi"], in: scratch.url)
    try succeed(
      "cc", ["main.c", "libgreet.so", "-Wl,-rpath,$ORIGIN", "-o", "app"], in: scratch.url)
    try succeed("ln", ["-s", "libgreet.so", "libgreet.so.1"], in: scratch.url)
  }

  /// Runs a command line in which `abitool` is the one that was built.
  private func shell(_ line: String) throws -> Outcome {
    try run(
      "bash", ["-o", "pipefail", "-c", "abitool() { '\(abitoolPath)' \"$@\"; }\n" + line],
      in: scratch.url)
  }

  private func contents(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: scratch.path(name)))
  }

  // MARK: Inputs

  /// Each command with a pipe where it takes a file, and the same with the file.
  @Test(arguments: [
    ("extract <(cat libgreet.so)", "extract libgreet.so"),
    ("extract - < libgreet.so", "extract libgreet.so"),
    ("extract /dev/stdin < libgreet.so", "extract libgreet.so"),
    ("extract --needed-by <(cat app) -- libgreet.so", "extract --needed-by app -- libgreet.so"),
    ("extract --update <(cat greet.abi) libgreet.so -o -", "extract libgreet.so"),
    ("stub <(cat greet.abi)", "stub greet.abi"),
    ("ifso <(cat libgreet.so) -", "ifso libgreet.so -"),
    ("check --library <(cat libgreet.so) --abi <(cat greet.abi)", "stub greet.abi > /dev/null"),
    ("check --abi - < greet.abi", "check --abi greet.abi"),
    (
      "diff --one-line <(cat libgreet.so) <(cat libgreet.so) | cut -d';' -f2",
      "diff greet.abi libgreet.so | cut -d';' -f2"
    ),
    (
      "taint <(cat libgreet.so) | tail -1 | cut -d: -f2",
      "taint libgreet.so | tail -1 | cut -d: -f2"
    ),
    (
      "check --program <(cat app) --sysroot / --library libgreet.so",
      "check --program app --sysroot / --library libgreet.so"
    ),
    (
      "check --program app --library <(cat libgreet.so) --sysroot /",
      "check --program app --library libgreet.so --sysroot /"
    ),
    (
      "check --program - --sysroot / --why greet --library libgreet.so < app | tail -1",
      "check --program app --sysroot / --why greet --library libgreet.so | tail -1"
    ),
  ])
  func aPipeIsAnInput(piped: String, plain: String) throws {
    let (one, other) = (try shell("abitool " + piped), try shell("abitool " + plain))
    #expect(one.status == other.status && one.errors == other.errors, "\(one.errors)")
    // A pipe is named by its path in /dev.
    let name = one.text.prefix { $0 != ":" }
    let shown = name.hasPrefix("/dev/") ? String(name) : "/dev/stdin"
    #expect(one.text.replacingOccurrences(of: shown, with: "app") == other.text)
  }

  @Test func whatIsExtractedGoesStraightIntoAStub() throws {
    let outcome = try shell("abitool extract libgreet.so | abitool stub - -o libgreet.so.2")
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    try succeed("cc", ["main.c", "libgreet.so.2", "-o", "linked"], in: scratch.url)
    #expect(
      try run(scratch.path("linked"), environment: ["LD_LIBRARY_PATH": scratch.url.path]).status
        == 0)
    // Without an argument nothing waits for a terminal.
    #expect(try shell("abitool extract libgreet.so | abitool stub").status == 64)
  }

  /// A second look at a pipe would find nothing there.
  @Test func aPipeIsReadOnceForAllUses() throws {
    let outcome = try shell(
      "mkfifo both; cat libgreet.so > both & abitool diff both both; rm both")
    #expect(outcome.text.contains("identical"), "\(outcome.text)\(outcome.errors)")
  }

  @Test func aPipeGivesNoNameToAStub() throws {
    let library = try shell("abitool stub <(echo 'greet T') -o libgreet.so.2")
    #expect(
      library.status == 2 && library.errors.contains("no #%soname line; give one with --soname"))
    let named = try shell("abitool stub <(echo 'greet T') --soname libg.so -o libgreet.so.2")
    #expect(named.status == 0)
    #expect(try succeed("readelf", ["-d", scratch.path("libgreet.so.2")]).contains("[libg.so]"))
  }

  @Test func whatDoesNotEndIsRefused() throws {
    let outcome = try shell("abitool stub /dev/zero")
    #expect(outcome.status == 2 && outcome.errors.contains("/dev/zero: more than 1 GiB"))
  }

  @Test func nothingIsLeftOfAPipe() throws {
    let temporary = try TemporaryDirectory()
    try succeed(
      "sh", ["-c", "'\(abitoolPath)' extract - < libgreet.so > /dev/null"], in: scratch.url,
      environment: ["TMPDIR": temporary.url.path])
    #expect(temporary.names.isEmpty)
  }

  /// Files that were not named but found are no reason to wait.
  @Test func aFifoInADirectoryIsPassedOver() throws {
    let outcome = try shell(
      "mkdir bin; mkfifo bin/fifo; cp app bin; abitool check --program bin --library libgreet.so --sysroot /"
    )
    #expect(outcome.status == 0, "\(outcome.text)\(outcome.errors)")
  }

  // MARK: Outputs

  @Test func aDashIsStandardOutput() throws {
    for command in ["extract libgreet.so -o -", "extract libgreet.so -o /dev/stdout"] {
      #expect(try shell("abitool \(command)").output == contents("greet.abi"))
    }
    try succeed(abitoolPath, ["ifso", "libgreet.so", "greet.ifso"], in: scratch.url)
    #expect(try shell("abitool ifso libgreet.so - | cmp - greet.ifso").status == 0)
    // It is written where it stands.
    _ = try shell("echo '# first' > all; abitool extract libgreet.so -o /dev/stdout >> all")
    #expect(try contents("all") == Data("# first\n".utf8) + contents("greet.abi"))
  }

  @Test func aSymbolicLinkIsWrittenThrough() throws {
    let outcome = try shell(
      """
      mkdir deep; ln -s deep/real.abi link.abi; ln -s ../other.abi deep/up.abi
      abitool extract libgreet.so -o link.abi && abitool extract libgreet.so -o deep/up.abi &&
        abitool extract libgreet.so -o link.abi && test -L link.abi -a -L deep/up.abi
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try contents("deep/real.abi") == contents("greet.abi"))
    #expect(try contents("other.abi") == contents("greet.abi"))
  }

  @Test func aLoopOfLinksIsAnError() throws {
    let outcome = try shell("ln -s two one; ln -s one two; abitool extract libgreet.so -o one")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("one: cannot write: Too many levels of symbolic links"))
  }

  @Test(arguments: ["libz.so", "libz.so.1", "libz.so.1.2.13"])
  func theNameOfALibraryGivesALibrary(name: String) throws {
    try succeed(abitoolPath, ["stub", "greet.abi", "-o", name], in: scratch.url)
    #expect(try contents(name).prefix(4) == Data([0x7f, 0x45, 0x4c, 0x46]))
  }

  @Test func aDirectoryIsMadeWhenASlashSaysThatItIsOne() throws {
    for command in ["extract libgreet.so", "stub --emit library greet.abi", "ifso libgreet.so"] {
      let outcome = try shell("rm -rf new; abitool \(command) -o new/ && ls new")
      #expect(outcome.status == 0 && outcome.lines.count == 1, "\(command): \(outcome.errors)")
    }
    let several = try shell("abitool extract libgreet.so app -o more")
    #expect(several.status == 2)
    #expect(
      several.errors.contains("more: not a directory; several inputs need one, and more/ makes it"))
    // Nothing is left when nothing can be written.
    let nothing = try shell("abitool extract nosuch greet.abi -o none/; ls -d none")
    #expect(nothing.status == 2 && nothing.errors.contains("nosuch: No such file"))
    #expect(
      try shell("abitool extract libgreet.so -o no/such/").errors.contains(
        "no/such/: cannot make the directory"))
  }

  @Test func dependenciesAreThoseOfTheOutput() throws {
    try succeed(
      abitoolPath,
      ["extract", "libgreet.so", "--needed-by", "app", "-o", "x.abi", "--depfile", "x.d"],
      in: scratch.url)
    #expect(try contents("x.d") == Data("x.abi: libgreet.so app\n".utf8))
    _ = try shell("abitool stub <(cat greet.abi) -o x.s --depfile x.d")
    #expect(try contents("x.d") == Data("x.s: \n".utf8))
  }
}
