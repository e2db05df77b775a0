import DebugInfo
import ElfKit
import SystemPackage
import TestSupport
import Testing

/// Code of which no unit tells is named.
struct CodeWithoutUnitTests {
  let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  private func parts(of path: String) throws -> [DebugInfo.CodeWithoutUnit] {
    let file = try ElfFile(path: FilePath(path))
    return try DebugInfo.with(file, at: FilePath(path)) { info throws(DebugInfo.NotKnown) in
      try info.codeWithoutUnits(of: file)
    }
  }

  private func functions(of path: String) throws -> [String] {
    try parts(of: path).flatMap { $0.functions.map { String(decoding: $0, as: UTF8.self) } }
      .sorted()
  }

  /// Links objects of `fixtures/lines`, some of which were compiled without `-g`.
  private func link(without: Set<String>, _ options: [String] = []) throws -> String {
    var objects: [String] = []
    for name in ["main", "work", "other"] {
      let object = scratch.path("\(name).o")
      try succeed(
        "gcc",
        (without.contains(name) ? [] : ["-g"])
          + ["-O2", "-fno-stack-protector", "-c", "\(name).c", "-o", object] + options,
        in: lineFixtures)
      objects.append(object)
    }
    try succeed("ld", objects + ["-o", scratch.path("mixed")])
    return scratch.path("mixed")
  }

  @Test func aProgramWithDwarfThroughoutHasNone() throws {
    #expect(try parts(of: try link(without: [])).isEmpty)
    #expect(try parts(of: try link(without: [], ["-ffunction-sections"])).isEmpty)
    #expect(try parts(of: try link(without: [], ["-gdwarf-4"])).isEmpty)
  }

  @Test func functionsOfUnitsWithoutDwarfAreNamed() throws {
    #expect(try functions(of: try link(without: ["other"])) == ["other", "pair"])
    let rest = try functions(of: try link(without: ["main", "other"], ["-ffunction-sections"]))
    #expect(rest == ["_start", "other", "pair"])
  }

  @Test func codeWithoutNamesIsFoundByItsSizeOrUnwindInformation() throws {
    let path = try link(without: ["other"])
    try succeed("objcopy", ["--strip-symbol", "other", "--strip-symbol", "pair", path])
    let found = try parts(of: path)
    #expect(found.count == 1)
    #expect(found.first?.section == ".text")
    #expect(found.first?.functions == [])
  }

  @Test func startFilesOfTheHostAreFoundAndThePltIsNot() throws {
    let path = try Fixtures.compile(
      "#include <stdio.h>\nint main(void) { return puts(\"\"); }", as: "host", ["-g"], in: scratch)
    let names = try functions(of: path)
    #expect(names.contains("_start"))
    #expect(!names.contains("main"))
    #expect(try !parts(of: path).contains { $0.section?.hasPrefix(".plt") == true })
  }
}
