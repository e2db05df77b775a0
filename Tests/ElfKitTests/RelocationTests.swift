import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ElfKit

/// The relocations of the dynamic linker, in every form in which link editors write them.
@Suite struct RelocationTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  private static let source = """
    extern int good(void), other(void);
    extern int datum;
    static int own;
    int (*functions[])(void) = {good, other, good};
    int *pointers[] = {&datum, &own, &own, &own, &own, &datum, 0, &own};
    int call(void) { return functions[0]() + good() + *pointers[1] + datum; }
    """

  /// A library for a target of clang and lld.
  private func library(_ target: String, _ link: [String] = []) throws -> String {
    let source = try scratch.write("lib.c", Self.source)
    let object = scratch.path("lib.o")
    try succeed(
      "clang",
      ["--target=\(target)", "-fPIC", "-ffreestanding", "-mno-relax", "-c", source, "-o", object]
        .filter { $0 != "-mno-relax" || target.hasPrefix("riscv") })
    try succeed("ld.lld", ["-shared", object, "-o", scratch.path("lib.so")] + link)
    return scratch.path("lib.so")
  }

  private struct Line: Hashable, Comparable, CustomStringConvertible {
    var address: UInt64
    var symbol: String
    var description: String { "0x\(String(address, radix: 16)) \(symbol)" }
    static func < (left: Line, right: Line) -> Bool {
      (left.address, left.symbol) < (right.address, right.symbol)
    }
  }

  private func relocations(of path: String) throws -> [Line] {
    let names = try dynamicSymbols(of: path).map(\.name)
    let file = try ElfFile(path: FilePath(path))
    var result: [Line] = []
    try file.forEachRelocation { relocation throws(ElfError) in
      result.append(
        Line(address: relocation.address, symbol: names[Int(relocation.symbol)]))
    }
    return result.sorted()
  }

  /// Lines of llvm-readelf: offset, info, type, and for those with a symbol its value and name.
  private func expected(of path: String) throws -> [Line] {
    let lines = try succeed("llvm-readelf", ["-W", "-r", path]).split(separator: "\n")
    return lines.compactMap { line -> Line? in
      let words = line.split(separator: " ")
      guard words.count >= 3, line.contains("R_"), let address = UInt64(words[0], radix: 16) else {
        return nil
      }
      let hasSymbol = words.count > 4 && UInt64(words[3], radix: 16) != nil
      return Line(address: address, symbol: hasSymbol ? String(words[4]) : "")
    }.sorted()
  }

  static let targets = [
    "x86_64-linux-gnu", "i686-linux-gnu", "aarch64-linux-gnu", "armv7-linux-gnueabihf",
    "riscv64-linux-gnu", "riscv32-linux-gnu", "powerpc64le-linux-gnu", "powerpc-linux-gnu",
    "mips-linux-gnu", "mipsel-linux-gnu", "mips64-linux-gnuabi64", "mips64el-linux-gnuabi64",
  ]

  @Test(arguments: targets)
  func relocationsAreThoseOfLlvmReadelf(target: String) throws {
    let path = try library(target)
    let found = try relocations(of: path)
    #expect(found == (try expected(of: path)))
    #expect(found.contains { $0.symbol == "datum" })
  }

  @Test(
    arguments: [
      "x86_64-linux-gnu", "aarch64-linux-gnu", "i686-linux-gnu", "armv7-linux-gnueabihf",
    ],
    ["android", "relr", "android+relr"])
  func packedRelocationsAreThoseOfLlvmReadelf(target: String, form: String) throws {
    let path = try library(
      target,
      ["--pack-dyn-relocs=\(form)"] + (form == "android+relr" ? ["--use-android-relr-tags"] : []))
    let found = try relocations(of: path)
    #expect(found == (try expected(of: path)))
    #expect(Set(found.map(\.symbol)).isSuperset(of: ["", "good", "other", "datum"]))
    let file = try ElfFile(path: FilePath(path))
    let tags = Set(try file.dynamicSection().entries.map(\.tag))
    #expect(!tags.isDisjoint(with: [.androidRel, .androidRela]) == form.contains("android"))
    #expect(!tags.isDisjoint(with: [.relr, .androidRelr]) == form.contains("relr"))
    #expect(try file.unknownRelocationTables().isEmpty)
  }

  /// A table in a form of another system costs the answers that need it, and no other.
  @Test func unknownTableIsSaidAndCostsOnlyItsAnswers() throws {
    let path = try library("x86_64-linux-gnu")
    var changed = try ChangedFile(path)
    try changed.retag(.rela, to: 0x6100_0001)
    try changed.write()
    let file = try ElfFile(path: FilePath(path))
    #expect(try file.unknownRelocationTables().map(\.rawValue) == [0x6100_0001])
    #expect(try file.relocatedSymbols() == nil)
    let error = #expect(throws: ElfError.self) { _ = try file.copyRelocatedSymbols() }
    #expect(error?.code == .unknown && error?.description.contains("0x61000001") == true)
    #expect(try dynamicSymbols(of: path).contains { $0.name == "datum" })
    #expect(try file.dynamicSection().entries.count > 5)
  }

  /// Old forms of Android's packed relocations had another magic number.
  @Test func packedRelocationsOfAnotherFormAreNotKnown() throws {
    let path = try library("x86_64-linux-gnu", ["--pack-dyn-relocs=android"])
    let tables = try ElfFile(path: FilePath(path)).dynamicTables()
    let table = try #require(
      try ElfFile(path: FilePath(path)).relocationTables(of: tables).tables.last {
        if case .android = $0.form { true } else { false }
      })
    var changed = try ChangedFile(path)
    changed.put(Array("APR1".utf8), at: Int(table.range.offset))
    try changed.write()
    let file = try ElfFile(path: FilePath(path))
    let error = #expect(throws: ElfError.self) { _ = try file.copyRelocatedSymbols() }
    #expect(error?.code == .unknown)
  }

  /// A few bytes that stand for 2^60 relocations.
  @Test func hugeGroupsOfPackedRelocationsAreRefused() throws {
    let path = try library("x86_64-linux-gnu", ["--pack-dyn-relocs=android"])
    let tables = try ElfFile(path: FilePath(path)).dynamicTables()
    let table = try #require(
      try ElfFile(path: FilePath(path)).relocationTables(of: tables).tables.last {
        if case .android = $0.form { true } else { false }
      })
    let huge = [UInt8](repeating: 0x80, count: 8) + [0x10]
    var changed = try ChangedFile(path)
    // Count, first offset; size of the group, its flags (all grouped), offset delta, info.
    changed.put(huge + [0] + huge + [3, 8, 8], at: Int(table.range.offset) + 4)
    try changed.write()
    let error = #expect(throws: ElfError.self) {
      _ = try ElfFile(path: FilePath(path)).relocatedSymbols()
    }
    #expect(error?.code == .malformed)
  }

  /// On MIPS, symbols have entries in the global offset table and no relocation.
  @Test(arguments: ["mipsel-linux-gnu", "mips64-linux-gnuabi64"])
  func symbolsOfTheGlobalOffsetTableAreLookedUp(target: String) throws {
    let path = try library(target)
    let names = try dynamicSymbols(of: path).map(\.name)
    let indices = try #require(try ElfFile(path: FilePath(path)).relocatedSymbols())
    let symbols = Set(indices.map { names[$0] })
    #expect(symbols.isSuperset(of: ["good", "other", "datum", "functions"]))
    // The symbols with relocations do not have `functions`, which the library itself refers to.
    #expect(try !relocations(of: path).contains { $0.symbol == "functions" })
    let entries = try succeed("readelf", ["-A", "-W", path]).split(separator: "\n")
    #expect(entries.contains { $0.hasSuffix(" functions") })
  }

  // MARK: Without section headers

  private func names(_ path: String) throws -> [String] { try dynamicSymbols(of: path).map(\.name) }

  /// ld.bfd writes an empty GNU hash table for a program that defines no dynamic symbol, which
  /// does not count its undefined ones.
  @Test(arguments: ["bfd", "gold", "lld", "mold"], ["gnu", "sysv"])
  func symbolsOfAProgramWithoutSectionHeadersAreCounted(linker: String, hash: String) throws {
    let path = try Fixtures.compile(
      "#include <stdio.h>\nint main(void) { return puts(\"\") + getchar(); }", as: "program",
      ["-fuse-ld=\(linker)", "-Wl,--hash-style=\(hash)", "-no-pie"], in: scratch)
    let before = try names(path)
    var changed = try ChangedFile(path)
    changed.stripSectionHeaders()
    try changed.write()
    #expect(try names(path) == before)
    #expect(before.contains("puts") && before.contains("getchar"))
  }

  /// Where relocations do not tell either, the next table bounds the symbols.
  @Test func symbolsAreBoundedByTheNextTable() throws {
    let path = try Fixtures.compile(
      "#include <stdio.h>\nint main(void) { return puts(\"\"); }", as: "program",
      ["-fuse-ld=bfd", "-Wl,--hash-style=gnu", "-no-pie"], in: scratch)
    let before = try names(path)
    var changed = try ChangedFile(path)
    changed.stripSectionHeaders()
    try changed.retag(.jmprel, to: 0x6100_0001)
    try changed.write()
    #expect(try names(path) == before)
  }
}
