import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ElfKit

/// What virtual tables and other tables of pointers point to.
@Suite struct PointerMapTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// A key function, an inherited one, a pure virtual one, and two tables in one object.
  private static let source = """
    struct Base { virtual int first(); virtual int second() = 0; virtual int third(); };
    struct Other { virtual int other(); };
    struct Both : Base, Other { int second() override; int other() override; };
    int Base::first() { return 1; }
    int Base::third() { return 3; }
    int Other::other() { return 5; }
    int Both::second() { return 2; }
    int Both::other() { return 4; }
    """

  /// By the Itanium C++ ABI 2.5.2: offset to top, type information, functions.
  private static let tables: [String: [String]] = [
    "_ZTV4Base": ["0", "_ZTI4Base", "_ZN4Base5firstEv", "__cxa_pure_virtual", "_ZN4Base5thirdEv"],
    "_ZTV5Other": ["0", "_ZTI5Other", "_ZN5Other5otherEv"],
    "_ZTV4Both": [
      "0", "_ZTI4Both", "_ZN4Base5firstEv", "_ZN4Both6secondEv", "_ZN4Base5thirdEv",
      "_ZN4Both5otherEv", "-", "_ZTI4Both", "_ZThn_N4Both5otherEv",
    ],
  ]

  /// What each word of the virtual tables is, by the names of symbols.
  private func virtualTables(of path: String) throws -> [String: [String]] {
    let symbols = try dynamicSymbols(of: path)
    var names: [UInt64: String] = [:]
    for (name, symbol) in symbols where symbol.isDefined { names[symbol.value] = name }
    let tables = symbols.filter { $0.name.hasPrefix("_ZTV") && $0.symbol.isDefined }
    let ranges = tables.map { $0.symbol.value..<$0.symbol.value + $0.symbol.size }
    let file = try ElfFile(path: FilePath(path))
    return try file.withPointers(in: ranges) { map throws(ElfError) in
      var result: [String: [String]] = [:]
      for (table, range) in zip(tables, ranges) {
        map.forEachPointer(in: range) { address, pointer in
          #expect(map.pointer(at: address) == pointer)
          var word: String =
            switch pointer {
            case .unrelocated(0): "0"
            case .unrelocated(let value), .address(let value), .indirect(let value):
              names[value] ?? "-"
            case .symbol(let index, 0): symbols[index].name
            case .symbol(let index, let addend): "\(symbols[index].name)+\(addend)"
            case .other(let type): "type \(type)"
            }
          // The distance differs by target.
          if let thunk = word.firstRange(of: /_ZThn[0-9]+_/) {
            word.replaceSubrange(thunk, with: "_ZThn_")
          }
          result[table.name, default: []].append(word)
        }
      }
      return result
    }
  }

  private func compile(_ target: String, _ options: [String]) throws -> String {
    let source = try scratch.write("v.cc", Self.source)
    let object = scratch.path("v.o")
    try succeed(
      "clang",
      ["--target=\(target)", "-fPIC", "-ffreestanding", "-c", source, "-o", object] + options)
    return object
  }

  @Test(
    arguments: RelocationTests.targets,
    [["-Bsymbolic"], ["--pack-dyn-relocs=relr", "-Bsymbolic"], ["--pack-dyn-relocs=android"]])
  func virtualTablesHoldTheFunctionsOfTheirClasses(target: String, link: [String]) throws {
    // lld packs MIPS relocations before their symbols have indices.
    if target.hasPrefix("mips"), link.contains("--pack-dyn-relocs=android") { return }
    let relax = target.hasPrefix("riscv") ? ["-mno-relax"] : []
    let object = try compile(target, relax)
    let path = scratch.path("v.so")
    try succeed("ld.lld", ["-shared", object, "-o", path] + link)
    #expect(try virtualTables(of: path) == Self.tables)
  }

  /// Function descriptors: a slot points to `.opd`, where the symbol is too, and that to the code.
  @Test func descriptorsLeadToTheCode() throws {
    let object = try compile("powerpc64-linux-gnu", ["-mabi=elfv1"])
    let path = scratch.path("v.so")
    try succeed(
      "powerpc64le-linux-gnu-ld", ["-m", "elf64ppc", "-shared", object, "-o", path])
    #expect(try virtualTables(of: path) == Self.tables)
    let file = try ElfFile(path: FilePath(path))
    let header = file.header
    #expect(header.usesFunctionDescriptors)
    let first = try #require(try dynamicSymbols(of: path).first { $0.name == "_ZN4Base5firstEv" })
    let descriptor = first.symbol.value
    let code = try file.withPointers(in: [descriptor..<descriptor + 8]) { map throws(ElfError) in
      map.pointer(at: descriptor)
    }
    guard case .address(let address) = code else {
      Issue.record("\(String(describing: code))")
      return
    }
    let section = file.section(named: ".text")
    let text = try #require(section)
    #expect(address >= text.address && address < text.address + text.size)
  }

  /// A program at fixed addresses needs no relocation.
  @Test func pointersOfAProgramAtFixedAddressesAreItsContents() throws {
    let path = try Fixtures.compile(
      Self.source + "\nint main() { Both both; Base &base = both; return base.second(); }",
      as: "program", language: "cc", ["-no-pie", "-fno-pic", "-rdynamic"], in: scratch)
    let tables = try virtualTables(of: path)
    #expect(tables["_ZTV4Both"] == Self.tables["_ZTV4Both"])
  }

  /// readelf prints for each relocation its address, and its symbol or addend.
  @Test func pointersOfTheStandardLibraryAreThoseOfReadelf() throws {
    let path = try systemLibrary("libstdc++.so.6")
    var expected: [UInt64: String] = [:]
    for line in try succeed("readelf", ["-W", "-r", path]).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count >= 4, let address = UInt64(words[0], radix: 16) else { continue }
      let name = words.count > 4 ? words[4].prefix { $0 != "@" } : words[3]
      expected[address] = String(name)
    }
    let symbols = try dynamicSymbols(of: path)
    let ranges = symbols.filter { $0.name.hasPrefix("_ZTV") && $0.symbol.isDefined }
      .map { $0.symbol.value..<$0.symbol.value + $0.symbol.size }
    let file = try ElfFile(path: FilePath(path))
    var (compared, wrong) = (0, 0)
    try file.withPointers(in: ranges) { map throws(ElfError) in
      for range in ranges {
        map.forEachPointer(in: range) { address, pointer in
          let found: String? =
            switch pointer {
            case .unrelocated: nil
            case .address(let value), .indirect(let value): String(value, radix: 16)
            case .symbol(let index, _): symbols[index].name
            case .other(let type): "type \(type)"
            }
          compared += 1
          if found != expected[address] { wrong += 1 }
        }
      }
    }
    #expect(compared > 1000 && wrong == 0)
  }

  /// A size that no file has, at the end of the address space.
  @Test func rangesBeyondTheFileEndWithIt() throws {
    let path = try systemLibrary("libm.so.6")
    let file = try ElfFile(path: FilePath(path))
    var count = 0
    try file.withPointers(in: [0..<UInt64.max, 1..<2]) { map throws(ElfError) in
      map.forEachPointer(in: 0..<UInt64.max) { _, _ in count += 1 }
      map.forEachPointer(in: (UInt64.max - 20)..<UInt64.max) { _, _ in count += 1 }
    }
    #expect(count > 0 && count <= file.size / 8)
  }
}
