import ElfKit
import SystemPackage
import TestSupport
import Testing

/// What the dynamic linker reads beside the symbols.
@Suite struct LinkFactsTests {
  private func program(_ directory: TemporaryDirectory, _ options: [String] = []) throws -> String {
    try Fixtures.compile(
      "#include <stdio.h>\nint main(void) { return fputs(\"\", stdout) + puts(\"\"); }",
      as: "program", options, in: directory)
  }

  @Test func interpreterIsThatOfTheLinkerCommand() throws {
    let directory = try TemporaryDirectory()
    let path = try program(directory, ["-Wl,--dynamic-linker=/lib/own.so"])
    let interpreter = try ElfFile(path: FilePath(path)).interpreter()
    #expect(interpreter.map { String(decoding: $0, as: UTF8.self) } == "/lib/own.so")
    let library = try systemLibrary("libm.so.6")
    #expect(try ElfFile(path: FilePath(library)).interpreter() == nil)
  }

  @Test func notesAreFoundByOwnerAndType() throws {
    let directory = try TemporaryDirectory()
    let file = try ElfFile(path: FilePath(try program(directory, ["-Wl,--build-id"])))
    // NT_GNU_ABI_TAG and NT_GNU_BUILD_ID.
    let notes = file.readNotes()
    #expect(notes.contains(owner: "GNU", type: 1))
    #expect(notes.contains(owner: "GNU", type: 3))
    #expect(!notes.contains(owner: "GNU", type: 77))
    #expect(!notes.contains(owner: "abitool", type: 1))
  }

  /// readelf lists the same symbols in its relocations.
  @Test func relocatedSymbolsAreThoseOfReadelf() throws {
    let directory = try TemporaryDirectory()
    for options in [["-no-pie", "-fno-pic"], ["-pie", "-fPIE"]] {
      let path = try program(directory, options)
      let file = try ElfFile(path: FilePath(path))
      let indices = try #require(try file.relocatedSymbols())
      var names: Set<String> = []
      try file.withDynamicSymbols { table throws(ElfError) in
        for index in indices where index > 0 {
          names.insert(String(decoding: table.name(of: try table.symbol(at: index)), as: UTF8.self))
        }
      }
      let lines = try succeed("readelf", ["-W", "-r", "--use-dynamic", path])
      var expected: Set<String> = []
      for line in lines.split(separator: "\n") where line.contains("R_") {
        let words = line.split(separator: " ")
        guard let plus = words.firstIndex(of: "+"), plus > 3 else { continue }
        expected.insert(String(words[plus - 1].prefix { $0 != "@" }))
      }
      #expect(names == expected, "\(lines)")
      #expect(names.contains("puts"))
    }
  }
}
