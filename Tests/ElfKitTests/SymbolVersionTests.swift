import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ElfKit

/// What the entries of `.gnu.version` stand for.
@Suite struct SymbolVersionTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// A library with a symbol `versioned` of V1 and a symbol `plain` without version.
  private func library() throws -> String {
    let map = try scratch.write("lib.map", "V1 { global: versioned; };\n")
    return try Fixtures.compile(
      "int plain(void) { return 1; }\nint versioned(void) { return 2; }", as: "libv.so",
      ["-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libv.so", "-Wl,--version-script=\(map)"],
      in: scratch)
  }

  private func setVersion(of name: String, in path: String, to version: UInt16) throws {
    var changed = try ChangedFile(path)
    let file = try ElfFile(path: FilePath(path))
    let table = try #require(try file.dynamicTables().versym.get())
    let index = try #require(
      try dynamicSymbols(of: path).firstIndex { $0.name == name && $0.symbol.isDefined })
    changed[Int(table.offset) + 2 * index, 2] = UInt64(version)
    try changed.write()
  }

  private func meaning(of name: String, in path: String) throws -> (
    SymbolVersionTable.Meaning, isHidden: Bool
  ) {
    let table = try ElfFile(path: FilePath(path)).symbolVersionTable()
    let entry = try #require(
      try dynamicSymbols(of: path).first { $0.name == name && $0.symbol.isDefined })
    return (table[entry.symbol.version], entry.symbol.version.isHidden)
  }

  /// readelf prints `name@@VERSION` for a default version, `name@VERSION` for others,
  /// `name@VERSION (index)` for undefined symbols, and the name alone for symbols that are named
  /// after their version.
  @Test(arguments: ["libc.so.6", "libstdc++.so.6", "libm.so.6"])
  func versionsAreThoseOfReadelf(library: String) throws {
    let path = try systemLibrary(library)
    let table = try ElfFile(path: FilePath(path)).symbolVersionTable()
    let names = try dynamicSymbols(of: path).map { name, symbol in
      guard let version = text(table.name(of: table[symbol.version])), version != name else {
        return name
      }
      return name + (symbol.isDefined && !symbol.version.isHidden ? "@@" : "@") + version
    }
    let lines = try succeed("readelf", ["-W", "--dyn-syms", path]).split(separator: "\n")
    let words: [[Substring]] = lines.map { $0.split(separator: " ") }
    let expected: [String] = words.filter { $0[0].last == ":" && $0[0] != "Num:" }
      .map { $0.count > 7 ? String($0[7]) : "" }
    #expect(names.count == expected.count)
    #expect(zip(names, expected).first { $0 != $1 } == nil)
  }

  @Test func baseDefinitionIsNoVersionOfSymbols() throws {
    let path = try library()
    let table = try ElfFile(path: FilePath(path)).symbolVersionTable()
    #expect(text(table.base?.name) == "libv.so")
    #expect(table[.global] == .global && table[.global].isUnversioned)
    #expect(try meaning(of: "plain", in: path) == (.global, false))
    let versioned = try meaning(of: "versioned", in: path).0
    #expect(text(table.name(of: versioned)) == "V1" && !versioned.isUnversioned)
  }

  /// As lksctp-tools and libfuse 2 make them with `.symver conn_old, conn@`.
  @Test func unversionedSymbolMayBeHidden() throws {
    let map = try scratch.write("l.map", "VERS_3 { global: conn; local: *; };\n")
    let path = try Fixtures.compile(
      """
      int conn_old(void) { return 1; }
      int conn_new(void) { return 3; }
      __asm__(".symver conn_old,conn@");
      __asm__(".symver conn_new,conn@@VERS_3");
      """, as: "libconn.so", ["-shared", "-fPIC", "-Wl,--version-script=\(map)"], in: scratch)
    let table = try ElfFile(path: FilePath(path)).symbolVersionTable()
    let found = try dynamicSymbols(of: path).filter { $0.name == "conn" }.map { entry in
      "\(table[entry.symbol.version]) \(entry.symbol.version.isHidden)"
    }
    #expect(found.sorted() == ["definition(1) false", "global true"])
  }

  /// ld.bfd and the dynamic linker bind a definition with index 0; the program shows it.
  @Test func indexZeroIsLocalByTheSpecificationAndBoundByTheDynamicLinker() throws {
    let path = try library()
    try setVersion(of: "plain", in: path, to: 0)
    #expect(try meaning(of: "plain", in: path) == (.local, false))
    #expect(SymbolVersionTable.Meaning.local.isUnversioned)
    let program = try Fixtures.compile(
      "int plain(void);\nint main(void) { return plain(); }", as: "program",
      ["-fuse-ld=bfd", path, "-Wl,-rpath,\(scratch.url.path)"], in: scratch)
    #expect(try run(program).status == 1)
  }

  @Test func numberWithoutRecordIsUndefined() throws {
    let path = try library()
    try setVersion(of: "plain", in: path, to: 0x8005)
    #expect(try meaning(of: "plain", in: path) == (.undefined, true))
    // A link editor refuses such a file.
    let outcome = try run(
      "ld.bfd", ["-shared", path, "--no-as-needed", "-o", scratch.path("out.so")])
    #expect(outcome.status != 0 && outcome.errors.contains("invalid version 5"))
  }

  /// Neither link editors nor the dynamic linker read `.gnu.version` without version records.
  @Test func versionsAreNotReadWithoutRecords() throws {
    let path = try library()
    let program = try Fixtures.compile(
      "int plain(void);\nint main(void) { return plain(); }", as: "program",
      ["-fuse-ld=bfd", path, "-Wl,-rpath,\(scratch.url.path)"], in: scratch)
    try setVersion(of: "plain", in: path, to: 0x8005)
    #expect(try meaning(of: "plain", in: path) == (.undefined, true))
    var changed = try ChangedFile(path)
    // DT_DEBUG, of which libraries make no use.
    for tag: DynamicTag in [.verdef, .verneed] { try changed.retag(tag, to: 21) }
    try changed.write()
    #expect(try meaning(of: "plain", in: path) == (.global, false))
    #expect(try run(program).status == 1)
    let file = try ElfFile(path: FilePath(path))
    #expect(try !file.withDynamicSymbols { table throws(ElfError) in table.hasVersions })
  }
}
