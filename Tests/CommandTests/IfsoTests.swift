import Foundation
import TestSupport
import Testing

/// `abitool ifso`: the interface library changes when the interface does, and only then.
struct IfsoTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  static let source = """
    int counter = 3;
    static int hidden(int x) { return x * counter; }
    int twice(int x) { return hidden(x) / 3 * 2; }
    int thrice(int x) { return hidden(x); }
    """

  private func library(_ source: String, as name: String = "libfoo.so") throws -> String {
    try Fixtures.compile(
      source, as: name, ["-shared", "-fPIC", "-O1", "-Wl,-soname,libfoo.so.1"], in: scratch)
  }

  private func ifso(_ library: String) throws -> Date {
    let outcome = try abitool(["ifso", library, scratch.path("libfoo.ifso")])
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.isEmpty)
    let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path("libfoo.ifso"))
    return try #require(attributes[.modificationDate] as? Date)
  }

  /// Sets the time stamp back, so that a change of it is seen.
  private func age() throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_000_000)],
      ofItemAtPath: scratch.path("libfoo.ifso"))
  }

  @Test func implementationChangeKeepsTheTimeStamp() throws {
    _ = try ifso(try library(Self.source))
    try age()
    let changed = Self.source
      .replacingOccurrences(of: "counter = 3", with: "counter = 4")
      .replacingOccurrences(of: "/ 3 * 2", with: "+ x - 17 * (x & 3)")
    #expect(try ifso(try library(changed)) == Date(timeIntervalSince1970: 1_000_000))
  }

  @Test(arguments: [
    ("int thrice", "int fourfold"),
    ("int counter = 3;", "int counter[2] = {3};\n#define counter counter[0]"),
    ("int twice", "__attribute__((weak)) int twice"), ("int counter", "const int counter"),
  ])
  func interfaceChangeWritesTheFile(change: (String, String)) throws {
    _ = try ifso(try library(Self.source))
    try age()
    let changed = Self.source.replacingOccurrences(of: change.0, with: change.1)
    #expect(try ifso(try library(changed)) > Date(timeIntervalSince1970: 1_000_000))
  }

  @Test(arguments: ["libc.so.6", "libm.so.6", "libstdc++.so.6", "libz.so.1"])
  func extractionGivesWhatTheLibraryGives(name: String) throws {
    let library = try systemLibrary(name)
    let output = scratch.path(name)
    try abitoolSucceeds(["ifso", library, output])
    for profile in ["canonical", "complete"] {
      let texts = try [library, output].map {
        try abitoolSucceeds(["extract", "--profile", profile, $0]).split(separator: "\n")
      }
      // An interface library has no virtual tables that would tell which of them are promises.
      let isComplete = profile == "complete"
      let expected = texts[1].filter {
        isComplete || $0.prefixMatch(of: /_ZT[VTIS]/) == nil || texts[0].contains($0)
      }
      let isSame = texts[0] == expected
      #expect(isSame, "\(profile)")
    }
    let lint = try run("eu-elflint", ["--gnu-ld", output])
    #expect(lint.text == "No errors\n")
    let reader = try run("llvm-readelf", ["-a", output])
    #expect(reader.errors.isEmpty)
  }

  @Test(arguments: Fixtures.archs)
  func headerAndAttributesAreThoseOfTheLibrary(arch: String) throws {
    let library = try Fixtures.ld(kernel: "nova", arch: arch)
    let output = scratch.path("ld.ifso")
    try abitoolSucceeds(["ifso", library, output])
    let facts = try [library, output].map { file in
      let lines = try succeed("readelf", ["-hA", file]).split(separator: "\n")
      let places = ["Entry point", "Start of", "Number of", "Size of", "string table index"]
      return lines.filter { line in !places.contains { line.contains($0) } }
    }
    #expect(facts[0] == facts[1])
  }

  // MARK: Programs

  /// Byte by byte; mold notes the sizes of functions, which are no part of the interface.
  @Test(arguments: Linker.allCases, ["pie", "nopie"])
  func programLinkedAgainstItIsTheSame(linker: Linker, mode: String) throws {
    let real = try Fixtures.make("libs")
    let stubs = scratch.path("stubs")
    try FileManager.default.createDirectory(atPath: stubs, withIntermediateDirectories: true)
    for name in ["demo", "demoxx", "big"] {
      let library = real.appendingPathComponent("lib\(name).so.1").path
      try abitoolSucceeds(["ifso", library, "\(stubs)/lib\(name).so"])
    }
    let source = packageRoot.appendingPathComponent("fixtures/libs")
    for (compiler, name, libraries) in [
      ("cc", "program.c", ["-ldemo"]), ("c++", "program.cpp", ["-ldemo", "-ldemoxx"]),
      ("cc", "bigprogram.c", ["-lbig"]),
    ] {
      let programs = try [real.path, stubs].enumerated().map { index, directory in
        let program = scratch.path("program\(index)")
        let language = compiler == "cc" ? [] : ["-std=c++17"]
        let modes = mode == "pie" ? ["-fPIE", "-pie"] : ["-fno-pie", "-no-pie"]
        try succeed(
          compiler,
          language + modes + ["-O1", "-fuse-ld=\(linker)", "-Wl,--build-id=none", name]
            + ["-o", program, "-L\(directory)"] + libraries, in: source)
        return program
      }
      if linker == .mold {
        let essences = try programs.map { try LinkedProgram(path: $0).essence(of: linker) }
        #expect(essences[0] == essences[1], "\(differences(essences[0], essences[1]))")
      } else {
        #expect(FileManager.default.contentsEqual(atPath: programs[0], andPath: programs[1]))
      }
      let outcomes = try programs.map {
        try run($0, [], environment: ["LD_LIBRARY_PATH": real.path])
      }
      #expect(outcomes[1].status == 0)
      #expect(outcomes[0].text == outcomes[1].text)
    }
  }

  // MARK: Files

  @Test func severalLibrariesGoIntoADirectoryUnderTheirNames() throws {
    let libraries = [try library(Self.source), try library("int bar;", as: "libbar.so.2")]
    let directory = scratch.path("out")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try abitoolSucceeds(["ifso", "-o", directory] + libraries)
    let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    #expect(names == ["libbar.so.2", "libfoo.so"])
    try abitoolSucceeds(["ifso", libraries[0], scratch.path("one")])
    #expect(
      FileManager.default.contentsEqual(
        atPath: scratch.path("one"), andPath: directory + "/libfoo.so"))
  }

  @Test func oneBadLibraryDoesNotKeepOthersFromBeingDone() throws {
    let good = try library(Self.source)
    let bad = try scratch.write("libbad.so", "not a library")
    let directory = scratch.path("out")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let outcome = try abitool(["ifso", "-o", directory, bad, good])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("libbad.so: not an ELF file"))
    let names = try FileManager.default.contentsOfDirectory(atPath: directory)
    #expect(names == ["libfoo.so"])
  }

  @Test func librariesOfOneNameAreRefused() throws {
    let outcome = try abitool(["ifso", "-o", "/tmp", "/a/libfoo.so", "/b/libfoo.so"])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("another library has the name libfoo.so too"))
  }

  @Test func libraryIsNotOverwrittenByItsInterface() throws {
    let library = try library(Self.source)
    let link = scratch.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: library)
    let before = try Data(contentsOf: URL(fileURLWithPath: library))
    for output in [library, link] {
      let outcome = try abitool(["ifso", library, output])
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("is the library itself"))
    }
    let batch = try abitool(["ifso", "-o", scratch.url.path, library])
    #expect(batch.status == 2)
    #expect(try Data(contentsOf: URL(fileURLWithPath: library)) == before)
  }

  @Test(arguments: ["-pie", "-no-pie"])
  func programsAreRefused(mode: String) throws {
    let program = try Fixtures.compile(
      "int main(void) { return 0; }", as: "program", [mode, "-fPIE"], in: scratch)
    let outcome = try abitool(["ifso", program, scratch.path("out")])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("a program, not a shared library"))
    #expect(!scratch.names.contains("out"))
  }

  @Test func inputThatCannotBeUsedLeavesTheOldFile() throws {
    let output = try scratch.write("out", "old")
    let text = try scratch.write("text", "not a library")
    for input in [text, scratch.path("missing"), scratch.url.path] {
      let outcome = try abitool(["ifso", input, output])
      #expect(outcome.status == 2)
      #expect(outcome.errors.hasPrefix("abitool: \(input): "))
    }
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "old")
    #expect(scratch.names == ["out", "text"])
  }

  @Test func outputThatCannotBeWrittenIsNamed() throws {
    let library = try library(Self.source)
    for output in ["/dev/full", "/nonexistent/out"] {
      let outcome = try abitool(["ifso", library, output])
      #expect(outcome.status == 2)
      #expect(outcome.errors.hasPrefix("abitool: \(output): cannot write: "))
    }
  }

  @Test(arguments: [
    [], ["one"], ["one", "two", "three"], ["-o", "/tmp"], ["--jobs", "0", "a", "b"],
  ])
  func wrongUsageIs64(arguments: [String]) throws {
    #expect(try abitool(["ifso"] + arguments).status == 64)
  }
}
