import Foundation
import TestSupport
import Testing

/// A stub has what a text promises, so it would keep every promise: where an implementation is
/// asked for, it is refused.
struct StubInPlaceTests {
  private let scratch: TemporaryDirectory

  /// A library with its text, a broken one, and the stub and the interface library of the first.
  init() throws {
    scratch = try TemporaryDirectory()
    _ = try scratch.library("libx.so.1", "int x_f(void) { return 1; }")
    _ = try scratch.library("broken.so", "int y(void) { return 1; }", soname: "libx.so.1")
    _ = try scratch.program("int x_f(void); int main(void) { return x_f(); }", [path("libx.so.1")])
    try scratch.write("x.abi", "#%abi 1\n#%soname libx.so.1\nx_f T\n")
    for file in ["stub.so", "stub.o"] {
      try succeed(
        abitoolPath, ["stub", "x.abi", "--arch", "x86_64", "-o", file], in: scratch.url)
    }
    try succeed(abitoolPath, ["ifso", "libx.so.1", "ifso.so"], in: scratch.url)
    for kernel in ["a", "b"] {
      for (file, name) in [("libx.so.1", "x"), ("stub.so", "s")] {
        try FileManager.default.copyItem(
          atPath: path(file), toPath: path("\(name)-\(kernel).lib.so"))
      }
    }
  }

  private func path(_ name: String) -> String { scratch.path(name) }

  /// A command line in words, in which each `LIB` is the file that is to be refused.
  @Test(
    arguments: [
      "check --library LIB --abi x.abi", "check --library libx.so.1 LIB --abi x.abi",
      "check --program program --library LIB",
      "check --program program --library LIB --suggest --abi x.abi",
      "extract --update x.abi LIB", "extract libx.so.1 --needed-by LIB",
      "merge --union LIB x.abi -o m.abi",
      "diff libx.so.1 LIB", "diff broken.so LIB", "diff --baseline x.abi LIB",
      "diff --baseline x.abi --update LIB", "diff --baseline new.abi --update LIB",
      "ifso LIB out.so",
    ], ["stub.so", "ifso.so"])
  func isRefused(line: String, stub: String) throws {
    let text = try Data(contentsOf: URL(fileURLWithPath: path("x.abi")))
    let words = line.split(separator: " ").map { $0 == "LIB" ? stub : String($0) }
    let before = scratch.names
    let outcome = try abitool(words, in: scratch.url)
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty, "\(outcome.text)")
    #expect(
      outcome.errors
        == "abitool: \(stub): a stub for linking, and no implementation: it has no code; give the "
        + "library itself\n")
    #expect(scratch.names == before, "nothing is written")
    #expect(try Data(contentsOf: URL(fileURLWithPath: path("x.abi"))) == text)
    // The library itself is taken in its place, whatever the verdict is; merging a library with its
    // own text is not.
    guard !line.hasPrefix("merge") else { return }
    let taken = try abitool(
      line.split(separator: " ").map { $0 == "LIB" ? "libx.so.1" : String($0) }, in: scratch.url)
    #expect(taken.status < 2, "\(taken.errors)")
  }

  @Test func programsAreNone() throws {
    let outcome = try abitool(["check", "--program", "ifso.so", "--abi", "x.abi"], in: scratch.url)
    #expect(outcome.status == 2)
    #expect(outcome.text == "ifso.so: could not be checked\n")
    #expect(outcome.errors.contains("ifso.so: a stub for linking, and no implementation"))
  }

  @Test func buildsAreRefused() throws {
    let builds = ["check", "--kernels", "a,b", "--lib"]
    #expect(try abitool(builds + ["x"], in: scratch.url).status == 0)
    for more in [[], ["--abi", "x.abi"]] {
      let outcome = try abitool(builds + ["s"] + more, in: scratch.url)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("s-a.lib.so: a stub for linking, and no implementation"))
    }
  }

  @Test(arguments: ["stub.so", "ifso.so", "stub.o"])
  func codeOfAStubIsNotKnown(stub: String) throws {
    let outcome = try abitool(["taint", stub], in: scratch.url)
    #expect(outcome.status == 2)
    #expect(outcome.text.contains("not known: code: a stub for linking"))
  }

  /// A stub stands for its text where a promise is asked for.
  @Test func isAPromise() throws {
    func status(_ words: String) throws -> Int32 {
      try abitool(words.split(separator: " ").map(String.init), in: scratch.url).status
    }
    #expect(try abitoolSucceeds(["extract", path("stub.so")]).contains("\nx_f T\n"))
    #expect(try status("diff stub.so ifso.so") == 0)
    #expect(try status("diff x.abi stub.so") == 0)
    #expect(try status("diff stub.so libx.so.1") == 0)
    #expect(try status("diff stub.so broken.so") == 1)
  }

  /// What a text promises though extraction would drop it, its stub promises.
  @Test func weakNamesOfAStubAreKept() throws {
    let library = try Fixtures.compile(
      "template <class T> T twice(T x) { return x + x; } template int twice<int>(int);",
      as: "libweak.so", language: "cc",
      ["-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libweak.so"], in: scratch)
    try scratch.write("weak.abi", "#%abi 1\n#%soname libweak.so\n_Z5twiceIiET_S0_ W\n")
    try succeed(
      abitoolPath, ["stub", "weak.abi", "--arch", "x86_64", "-o", "weak.so"], in: scratch.url)
    for old in ["weak.abi", "weak.so"] {
      #expect(try abitool(["diff", old, library], in: scratch.url).status == 0)
      #expect(try abitool(["diff", old, path("broken.so")], in: scratch.url).status == 1)
    }
  }

  /// Programs of a directory lie beside what they were linked with.
  @Test func stubsInADirectoryArePassedOver() throws {
    let outcome = try abitool(
      ["check", "--program", scratch.url.path, "--sysroot", "/", "--library", path("libx.so.1")])
    #expect(outcome.status != 2, "\(outcome.errors)")
  }
}
