import Foundation
import TestSupport
import Testing

/// A program that is linked against the stub is the program that linking against the library
/// gives.
struct StubLinkTests {
  static let libraries = ["libdemo", "libdemoxx", "libbig"]

  /// The real libraries, and the object files of the programs, made once for all tests.
  static let shared = Result { () -> URL in
    let real = try Fixtures.make("libs")
    let source = packageRoot.appendingPathComponent("fixtures/libs")
    for mode in ["pie", "nopie"] {
      let flags = ["-O1", "-c", mode == "pie" ? "-fPIE" : "-fno-pie"]
      for (compiler, name) in [("cc", "program.c"), ("c++", "program.cpp"), ("cc", "bigprogram.c")]
      {
        let object = real.appendingPathComponent("\(name)-\(mode).o").path
        let language = compiler == "cc" ? [] : ["-std=c++17"]
        try succeed(compiler, flags + language + [name, "-o", object], in: source)
      }
    }
    return real
  }

  struct Program: Sendable, CustomStringConvertible {
    var source: String
    var mode: String
    var libraries: [String]
    var description: String { "\(source), \(mode)" }
  }

  static let programs = ["pie", "nopie"].flatMap { mode in
    [
      Program(source: "program.c", mode: mode, libraries: ["libdemo"]),
      Program(source: "program.cpp", mode: mode, libraries: ["libdemo", "libdemoxx"]),
      Program(source: "bigprogram.c", mode: mode, libraries: ["libbig"]),
    ]
  }

  private let scratch: TemporaryDirectory
  private let real: URL

  init() throws {
    scratch = try TemporaryDirectory()
    real = try Self.shared.get()
  }

  private func object(of program: Program) -> String {
    real.appendingPathComponent("\(program.source)-\(program.mode).o").path
  }

  private func link(_ program: Program, with linker: Linker, in directory: String, as name: String)
    throws -> String
  {
    let output = scratch.path(name)
    let compiler = program.source.hasSuffix(".cpp") ? "c++" : "cc"
    try succeed(
      compiler,
      [program.mode == "pie" ? "-pie" : "-no-pie", "-fuse-ld=\(linker)", "-Wl,--build-id=none"]
        + [object(of: program), "-o", output, "-L\(directory)"]
        + program.libraries.map { "-l\($0.dropFirst(3))" })
    return output
  }

  private func runWithRealLibraries(_ program: String) throws -> Outcome {
    try run(program, [], environment: ["LD_LIBRARY_PATH": real.path])
  }

  private func makeStubs(_ extract: [String], _ stub: [String]) throws -> String {
    let directory = scratch.path("stubs")
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    for library in Self.libraries {
      let abi = scratch.path("\(library).abi")
      try abitoolSucceeds(
        ["extract", real.appendingPathComponent("\(library).so.1").path, "-o", abi] + extract)
      if library == "libdemo", !extract.contains("complete") {
        // What the library needs of the program is part of the promise when it says so.
        let text = try String(contentsOfFile: abi, encoding: .utf8)
        try scratch.write("libdemo.abi", text + "demo_callback U\n")
      }
      try abitoolSucceeds(["stub", abi, "-o", "\(directory)/\(library).so"] + stub)
    }
    return directory
  }

  @Test(arguments: Linker.allCases, StubTools.allCases)
  func programLinkedAgainstStubIsTheSameProgram(linker: Linker, tools: StubTools) throws {
    let stubs = try makeStubs(["--profile", "complete"], tools.options())
    for program in Self.programs {
      let paths = [
        try link(program, with: linker, in: real.path, as: "real"),
        try link(program, with: linker, in: stubs, as: "stub"),
      ]
      let outcomes = try paths.map(runWithRealLibraries)
      #expect(outcomes[1].status == 0, "\(program): \(outcomes[1].text)\(outcomes[1].errors)")
      #expect(outcomes[0].text == outcomes[1].text, "\(program)")
      let bytes = try paths.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
      if bytes[0] == bytes[1] { continue }
      let isIdenticalByRule =
        switch linker {
        case .lld: true
        // The order of names is that of the library where GNU ld made both.
        case .bfd: program.source.hasSuffix(".c") && tools != .llvm
        case .gold, .mold: false
        }
      #expect(!isIdenticalByRule, "\(program) differs")
      let essences = try paths.map { try LinkedProgram(path: $0).essence(of: linker) }
      let isSame = essences[0] == essences[1]
      #expect(isSame, "\(program): \(differences(essences[0], essences[1]))")
    }
  }

  /// The canonical profile, with what programs need of inline code.
  @Test(arguments: Linker.allCases)
  func programLinkedAgainstThePromiseBehavesTheSame(linker: Linker) throws {
    let objects = Self.programs.map(object)
    // A variable of an inline function has to be asked for: `extract` warns of it.
    let stubs = try makeStubs(
      ["--keep", "_ZZN4demo11next_numberEvE6number", "--needed-by"] + objects,
      StubTools.gnu.options())
    for program in Self.programs {
      let paths = [
        try link(program, with: linker, in: real.path, as: "real"),
        try link(program, with: linker, in: stubs, as: "stub"),
      ]
      let outcomes = try paths.map(runWithRealLibraries)
      #expect(outcomes[1].status == 0, "\(program): \(outcomes[1].text)\(outcomes[1].errors)")
      #expect(outcomes[0].text == outcomes[1].text, "\(program)")
    }
  }

  @Test func tableOfOneMegabyteTakesNoSpace() throws {
    let stubs = try makeStubs(["--profile", "complete"], StubTools.gnu.options())
    let size = try #require(
      try FileManager.default.attributesOfItem(atPath: "\(stubs)/libbig.so")[.size] as? Int)
    #expect(size < 20_000)
  }

  static let streams = """
    #include <algorithm>
    #include <cmath>
    #include <cstdio>
    #include <cstdlib>
    #include <iostream>
    #include <map>
    #include <sstream>
    #include <string>
    #include <vector>
    int main(int argc, char **argv) {
      std::map<std::string, double> roots;
      for (int i = 1; i < 5; ++i) roots[std::to_string(i)] = std::sqrt(i * argc);
      for (auto const &root : roots) std::cout << root.first << ' ' << root.second << '\\n';
      std::istringstream in("3 1 2");
      std::vector<int> numbers;
      for (int n; in >> n;) numbers.push_back(n);
      std::sort(numbers.begin(), numbers.end());
      for (int n : numbers) std::cout << n << std::endl;
      std::fprintf(stdout, "%s\\n", std::getenv("NAME") ? std::getenv("NAME") : "none");
      try { numbers.at(7); } catch (std::out_of_range const &e) { std::cerr << e.what() << '\\n'; }
      return signgam + 3;
    }
    """

  @Test(arguments: Linker.allCases, ["complete", "canonical"])
  func iostreamProgramRunsOnStubsOfTheSystemLibraries(linker: Linker, profile: String) throws {
    let object = try Fixtures.compile(
      Self.streams, as: "streams.o", language: "cpp", ["-c", "-O1", "-fPIE"], in: scratch)
    let names = ["libstdc++.so.6", "libm.so.6", "libc.so.6"]
    var directories: [String] = []
    for kind in ["real", "stub"] {
      let directory = scratch.path(kind)
      directories.append(directory)
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
      for name in names {
        let library = try systemLibrary(name)
        let linked = "\(directory)/\(name.dropLast(2))"
        if kind == "real" {
          try FileManager.default.createSymbolicLink(
            atPath: linked, withDestinationPath: library)
          continue
        }
        let abi = scratch.path("\(name).abi")
        try abitoolSucceeds(
          ["extract", library, "-o", abi, "--profile", profile]
            + (profile == "canonical" ? ["--needed-by", object] : []))
        try abitoolSucceeds(["stub", abi, "-o", linked])
      }
    }
    let paths = try directories.enumerated().map { index, directory in
      let output = scratch.path("streams-\(index)")
      try succeed(
        "c++",
        [
          "-pie", "-fuse-ld=\(linker)", "-Wl,--build-id=none", "-nodefaultlibs", object, "-o",
          output,
        ]
          + ["-L\(directory)", "-lstdc++", "-lm", "-lgcc_s", "-lgcc", "-lc"])
      return output
    }
    let outcomes = try paths.map { try run($0, [], environment: ["NAME": "abitool"]) }
    #expect(outcomes[0].status == 3)
    #expect(outcomes[1].status == 3)
    #expect(outcomes[0].text == outcomes[1].text)
    #expect(outcomes[0].errors == outcomes[1].errors)
    guard profile == "complete" else { return }
    let essences = try paths.map { try LinkedProgram(path: $0).essence(of: linker) }
    let isSame = essences[0] == essences[1]
    #expect(isSame, "\(differences(essences[0], essences[1]))")
  }
}
