import ElfKit
import Foundation
import SystemPackage
import TestSupport
import Testing

/// What a linker reads of a library beyond its promise, it reads of the interface library: the
/// program and the messages are the same.
struct IfsoLinkFactsTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// What linking a program gave.
  private struct Link {
    var status: Int32
    /// Without the names of temporary files.
    var errors: String
    /// Empty when there is none.
    var program: Data
  }

  /// Makes the interface library of a library, under the same name in another directory.
  private func interface(of library: String) throws -> String {
    let directory = scratch.path("interface")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try abitoolSucceeds(["ifso", "-o", directory, library])
    return "\(directory)/\(URL(fileURLWithPath: library).lastPathComponent)"
  }

  private func object(_ source: String, _ options: [String] = ["-fno-pie"]) throws -> String {
    try Fixtures.compile(source, as: "program.o", options + ["-c", "-O1"], in: scratch)
  }

  private func link(
    _ object: String, with library: String, _ linker: Linker, _ options: [String] = ["-no-pie"]
  ) throws -> Link {
    let program = scratch.path("program")
    try? FileManager.default.removeItem(atPath: program)
    let outcome = try run(
      "cc",
      options + ["-fuse-ld=\(linker)", "-Wl,--build-id=none", "-Wl,--strip-all", object]
        + ["-o", program, library])
    return Link(
      status: outcome.status, errors: outcome.errors.replacingOccurrences(of: library, with: "LIB"),
      program: FileManager.default.contents(atPath: program) ?? Data())
  }

  /// Links with both, expects the same, and gives what the program was.
  @discardableResult
  private func expectSame(
    _ object: String, _ library: String, _ linker: Linker, _ options: [String] = ["-no-pie"]
  ) throws -> Link {
    let interface = try interface(of: library)
    let real = try link(object, with: library, linker, options)
    let made = try link(object, with: interface, linker, options)
    #expect(made.status == real.status)
    #expect(made.errors == real.errors)
    // mold notes the sizes of functions, which are no part of the interface.
    if linker != .mold { #expect(made.program == real.program, "\(linker)") }
    return made
  }

  private func runProgram() throws -> Outcome {
    try run(scratch.path("program"), [], environment: ["LD_LIBRARY_PATH": scratch.url.path])
  }

  // MARK: Versions

  /// An old name that is hidden and has no version is there for old programs only.
  @Test(arguments: Linker.allCases)
  func hiddenUnversionedNameIsNotWhatProgramsAreLinkedTo(linker: Linker) throws {
    let source = """
      int conn_old(void) { return 1; }
      int conn_new(void) { return 3; }
      __asm__(".symver conn_old,conn@");
      __asm__(".symver conn_new,conn@@VERS_3");
      """
    let script = try scratch.write("l.map", "VERS_3 { global: conn; local: *; };")
    let library = try Fixtures.compile(
      source, as: "libconn.so.1",
      ["-shared", "-fPIC", "-Wl,-soname,libconn.so.1", "-Wl,--version-script=\(script)"],
      in: scratch)
    let versions = try succeed("readelf", ["-VW", library])
    try #require(versions.contains("1h"), "a library with VER_NDX_GLOBAL | VERSYM_HIDDEN")
    let program = try object("int conn(void); int main(void) { return conn(); }")
    try expectSame(program, library, linker)
    #expect(
      try succeed("readelf", ["--dyn-syms", "-W", scratch.path("program")]).contains("conn@VERS_3"))
    #expect(try runProgram().status == 3)
  }

  /// Some linkers bind to symbols of version 0, some ignore them, and lld refuses the file.
  @Test(arguments: Linker.allCases)
  func localVersionIndexStays(linker: Linker) throws {
    let script = try scratch.write("l.map", "V1 { beta; };")
    let library = try Fixtures.compile(
      "int alpha(void) { return 1; } int beta(void) { return 2; }", as: "libzero.so",
      ["-shared", "-fPIC", "-Wl,-soname,libzero.so", "-Wl,--version-script=\(script)"],
      in: scratch)
    try patchVersion(of: "alpha", in: library)
    let program = try object("int alpha(void), beta(void); int main(void) { return alpha() + beta(); }")
    let result = try expectSame(program, library, linker)
    #expect(result.status == (linker == .bfd ? 0 : 1), "what linkers do with it")
  }

  /// Sets the entry of a symbol in `.gnu.version` to `VER_NDX_LOCAL`.
  private func patchVersion(of name: String, in library: String) throws {
    var image = try Data(contentsOf: URL(fileURLWithPath: library))
    let file = try ElfFile(path: FilePath(library))
    let index = try file.withDynamicSymbols { table throws(ElfError) -> Int? in
      for number in 1..<table.count
      where table.name(of: try table.symbol(at: number)).elementsEqual(name.utf8) {
        return number
      }
      return nil
    }
    let number = try #require(index)
    let section = file.section(named: ".gnu.version")
    let place = Int(try #require(section).offset) + 2 * number
    image.replaceSubrange(place..<place + 2, with: [0, 0])
    try image.write(to: URL(fileURLWithPath: library))
  }

  // MARK: Sections

  @Test(arguments: Linker.allCases)
  func warningsOfSymbolsAreGiven(linker: Linker) throws {
    let source = """
      static const char warning[] __attribute__((used, section(".gnu.warning.old_api"))) =
        "old_api is deprecated, use new_api";
      int old_api(void) { return 1; }
      int new_api(void) { return 2; }
      """
    let library = try Fixtures.compile(
      source, as: "libwarn.so", ["-shared", "-fPIC", "-Wl,-soname,libwarn.so"], in: scratch)
    let old = try object("int old_api(void); int main(void) { return old_api(); }")
    let result = try expectSame(old, library, linker)
    #expect(result.status == 0)
    let warns = linker == .bfd || linker == .gold
    #expect(result.errors.contains("old_api is deprecated, use new_api") == warns)
    let new = try object("int new_api(void); int main(void) { return new_api(); }")
    #expect(try expectSame(new, library, linker).errors.isEmpty)
  }

  /// Properties of the code are kept; which instructions it uses is not the interface.
  @Test func propertiesAreKeptButThoseThatChangeWithTheCode() throws {
    let library = try Fixtures.compile(
      "double half(double x) { return x / 2; }", as: "libcet.so",
      ["-shared", "-fPIC", "-fcf-protection", "-Wa,-mx86-used-note=yes", "-nostdlib"], in: scratch)
    let notes = try [library, try interface(of: library)].map { try succeed("readelf", ["-nW", $0]) }
    try #require(notes[0].contains("x86 feature used"))
    #expect(notes[0].contains("x86 feature: IBT, SHSTK"))
    #expect(notes[1].contains("x86 feature: IBT, SHSTK"))
    #expect(!notes[1].contains("used"))
  }

  // MARK: Dynamic section

  /// GNU ld makes a `DT_DEPAUDIT` of it.
  @Test(arguments: Linker.allCases)
  func auditLibrariesAreKept(linker: Linker) throws {
    let library = try Fixtures.compile(
      "int f(void) { return 0; }", as: "libaudited.so",
      ["-shared", "-fPIC", "-Wl,-soname,libaudited.so", "-Wl,--audit=libaudit.so.1"], in: scratch)
    let program = try object("int f(void); int main(void) { return f(); }")
    #expect(try expectSame(program, library, linker).status == 0)
    let dynamic = try succeed("readelf", ["-dW", scratch.path("program")])
    #expect(dynamic.contains("libaudit.so.1") == (linker == .bfd))
  }

  /// gold, lld and mold go by an empty SONAME, GNU ld by the name of the file.
  @Test(arguments: Linker.allCases)
  func emptySonameStays(linker: Linker) throws {
    let library = try Fixtures.compile(
      "int f(void) { return 0; }", as: "libnameless.so",
      ["-shared", "-fPIC", "-Wl,-soname,libnameless.so"], in: scratch)
    var image = try Data(contentsOf: URL(fileURLWithPath: library))
    let section = try ElfFile(path: FilePath(library)).section(named: ".dynamic")
    let dynamic = try #require(section)
    let start = Int(dynamic.offset)
    let entry = try #require(
      stride(from: start, to: start + Int(dynamic.size), by: 16).first { image[$0] == 14 })
    // String 0 is the empty one.
    image.replaceSubrange(entry + 8..<entry + 16, with: [UInt8](repeating: 0, count: 8))
    try image.write(to: URL(fileURLWithPath: library))
    let program = try object("int f(void); int main(void) { return f(); }")
    let interface = try interface(of: library)
    let needed = try [library, interface].map { file in
      #expect(try link(program, with: file, linker).status == 0)
      return try succeed("readelf", ["-dW", scratch.path("program")]).split(separator: "\n")
        .filter { $0.contains("NEEDED") }
        .map { $0.replacingOccurrences(of: file, with: "LIB") }
    }
    #expect(needed[0] == needed[1])
    #expect(needed[0].contains { $0.contains("[]") } == (linker != .bfd))
  }

  // MARK: Symbols

  /// GNU ld takes the alignment of a copy from the value of an absolute symbol, mold the address.
  @Test(arguments: Linker.allCases)
  func absoluteSymbolsHaveTheirValues(linker: Linker) throws {
    let assembly = try scratch.write(
      "absolute.s",
      """
       .globl table, function
      table = 0x123450
       .type table, %object
       .size table, 8
       .text
       .type function, %function
      function: ret
       .section .note.GNU-stack, "", %progbits

      """)
    let library = scratch.path("libabsolute.so")
    try succeed("cc", ["-shared", "-nostdlib", "-Wl,-soname,libabsolute.so", assembly, "-o", library])
    let program = try object(
      """
      #include <stdio.h>
      extern char table[];
      void function(void);
      int main(void) { function(); printf("%lx\\n", (unsigned long)table); return 0; }
      """)
    let result = try expectSame(program, library, linker)
    #expect(result.status == 0)
    if linker == .mold { #expect(try runProgram().text == "123450\n") }
  }
}
