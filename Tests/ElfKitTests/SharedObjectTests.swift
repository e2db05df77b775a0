import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ElfKit

/// What the writer writes is what the reader reads, and what readers of others accept.
struct SharedObjectTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// A target of each class and byte order, and those with something of their own.
  static let headers: [ElfHeader] = [
    header(.elf64, .little, .x86_64), header(.elf32, .little, .i386),
    header(.elf64, .big, .ppc64, flags: 2), header(.elf32, .big, .ppc),
    header(.elf64, .big, .s390), header(.elf64, .little, .mips, flags: 0x8000_0007),
    header(.elf32, .big, .mips, flags: 0x7000_1007), header(.elf64, .little, .riscv, flags: 5),
    header(.elf32, .little, .arm, flags: 0x0500_0400),
  ]

  private static func header(
    _ elfClass: ElfHeader.Class, _ order: ElfHeader.ByteOrder, _ machine: Machine,
    flags: UInt32 = 0
  ) -> ElfHeader {
    ElfHeader(
      elfClass: elfClass, byteOrder: order, type: .shared, machine: machine, flags: flags)
  }

  /// Symbols of every kind under names of every length, in memory of their own.
  struct Sample {
    var names: [UInt8] = []
    var symbols: [DynamicSymbol] = []
    var object: SharedObject

    init(_ header: ElfHeader, count: Int = 200) {
      object = SharedObject(header: header, maxPageSize: 0x10000)
      object.soname = Array("libsample.so.1".utf8)
      object.needed = [Array("libother.so.2".utf8), Array("libthird.so".utf8)]
      object.versions = [
        SharedObject.Version(name: Array("V1".utf8)),
        SharedObject.Version(name: Array("V2".utf8), parents: [Array("V1".utf8)]),
      ]
      object.needs = [
        SharedObject.VersionNeed(
          file: Array("libother.so.2".utf8),
          versions: [SharedObject.Version(name: Array("O1".utf8), isWeak: true)])
      ]
      for section in SharedObject.SymbolSection.allCases {
        object[section] = SharedObject.Extent(size: UInt64(count * 64), alignment: 64)
      }
      for index in 0..<count { append(index) }
    }

    private mutating func append(_ index: Int) {
      let sections = SharedObject.SymbolSection.allCases
      let name = Array("name_\(index)_".utf8) + [UInt8](repeating: 0x61, count: index % 23)
      let section = sections[index % sections.count]
      let isUndefined = index % 11 == 10
      var symbol = name.withUnsafeBytes { bytes in
        DynamicSymbol(
          name: bytes, at: UInt32(names.count),
          place: isUndefined ? .undefined : index % 13 == 12 ? .absolute : .section(section),
          binding: index % 5 == 4 ? .weak : .global,
          type: section.isThreadLocal ? .tls : section == .text ? .function : .object)
      }
      symbol.version.rawValue = isUndefined ? 4 : [1, 0x8002, 3][index % 3]
      symbol.offset = UInt64(index * 64)
      symbol.size = UInt64(index % 65)
      names += name
      symbols.append(symbol)
    }

    func image() throws -> Data {
      let bytes = names.span.bytes
      let table = try DynamicSymbolTable(sorting: symbols, names: bytes)
      let image = try object.image(symbols: table, names: bytes)
      return image.withBytes { Data($0) }
    }
  }

  private func write(_ data: Data) throws -> FilePath {
    try data.write(to: scratch.url.appendingPathComponent("sample.so"))
    return FilePath(scratch.path("sample.so"))
  }

  private func name(_ symbol: ElfSymbol, _ table: SymbolTable) -> String {
    String(decoding: table.name(of: symbol), as: UTF8.self)
  }

  @Test(arguments: headers)
  func everyFactIsReadBack(header: ElfHeader) throws {
    let sample = Sample(header)
    let file = try ElfFile(path: try write(try sample.image()))
    #expect(file.header == header)
    let dynamic = try file.dynamicSection()
    #expect(dynamic.soname == sample.object.soname)
    #expect(dynamic.needed == sample.object.needed)
    let versions = try file.symbolVersions()
    #expect(
      versions.definitions.map(\.name) == [Array("libsample.so.1".utf8)]
        + sample.object.versions.map(\.name))
    #expect(versions.definitions.last?.parents == [Array("V1".utf8)])
    #expect(versions.needs.map(\.name) == [Array("O1".utf8)])
    #expect(versions.needs.first?.isWeak == true)
    var expected: [String: DynamicSymbol] = [:]
    for symbol in sample.symbols {
      let start = Int(symbol.nameOffset)
      let bytes = sample.names[start..<start + Int(symbol.nameLength)]
      expected[String(decoding: bytes, as: UTF8.self)] = symbol
    }
    try file.withDynamicSymbols { table throws(ElfError) in
      #expect(table.count == sample.symbols.count + 1)
      for index in 1..<table.count {
        let read = try table.symbol(at: index)
        guard let written = expected.removeValue(forKey: name(read, table)) else {
          Issue.record("\(name(read, table)) is there twice or was not to be")
          continue
        }
        #expect(read.binding == written.binding)
        #expect(read.type == written.type)
        #expect(read.versionIndex == written.version.number)
        #expect(read.isHiddenVersion == written.version.isHidden)
        #expect(read.size == written.size)
        expectPlace(read, written)
      }
    }
    #expect(expected.isEmpty)
  }

  private func expectPlace(_ read: ElfSymbol, _ written: DynamicSymbol) {
    switch written.place {
    case .undefined: #expect(read.placement == .undefined)
    case .absolute:
      #expect(read.placement == .absolute)
      #expect(read.value == written.offset)
    case .section(let section):
      #expect(read.placement == section.placement)
      #expect(read.value % 64 == 0)
    }
  }

  /// As linkers and the dynamic linker look names up.
  @Test(arguments: headers)
  func hashTablesFindEveryDefinedSymbolAndNoOther(header: ElfHeader) throws {
    let sample = Sample(header)
    let data = try sample.image()
    let file = try ElfFile(path: try write(data))
    let lookups = [HashLookup(gnu: file, data), HashLookup(sysv: file, data)].compactMap { $0 }
    // Entries of 8 bytes are avoided.
    #expect(lookups.count == (header.machine == .s390 ? 1 : 2))
    try file.withDynamicSymbols { table throws(ElfError) in
      for lookup in lookups {
        for index in 1..<table.count {
          let symbol = try table.symbol(at: index)
          let found = lookup.candidates(Array(table.name(of: symbol))).contains(index)
          #expect(found == (symbol.isDefined || lookup.isSysv))
        }
        #expect(lookup.candidates(Array("no such name".utf8)).count < 20)
      }
    }
  }

  /// The dynamic linker and stripped files have no section headers.
  @Test(arguments: headers)
  func symbolsAreFoundWithoutSectionHeaders(header: ElfHeader) throws {
    let sample = Sample(header)
    var data = try sample.image()
    let fields = header.elfClass == .elf64 ? [40..<48, 58..<64] : [32..<36, 46..<52]
    for range in fields {
      data.replaceSubrange(range, with: [UInt8](repeating: 0, count: range.count))
    }
    let file = try ElfFile(path: try write(data))
    #expect(file.sections.isEmpty)
    let count = try file.withDynamicSymbols { table throws(ElfError) in table.count }
    #expect(count == sample.symbols.count + 1)
    #expect(try file.symbolVersions().definitions.count == 3)
  }

  @Test(arguments: headers)
  func readersOfOthersHaveNothingToSay(header: ElfHeader) throws {
    let path = try write(try Sample(header).image()).string
    for reader in ["readelf", "llvm-readelf"] {
      let outcome = try run(reader, ["-aW", path])
      #expect(outcome.status == 0)
      #expect(outcome.errors.isEmpty)
    }
    // elfutils does not know the flags and dynamic entries of MIPS.
    guard header.machine != .mips else { return }
    let outcome = try run("eu-elflint", ["--gnu-ld", path])
    #expect(outcome.text == "No errors\n")
  }

  @Test func theSameDescriptionGivesTheSameBytes() throws {
    let sample = Sample(Self.headers[0])
    #expect(try sample.image() == sample.image())
  }

  @Test func zeroSymbolsAreALibraryToo() throws {
    var sample = Sample(Self.headers[0], count: 0)
    sample.object.versions = []
    sample.object.needs = []
    let path = try write(try sample.image())
    #expect(try run("eu-elflint", ["--gnu-ld", path.string]).text == "No errors\n")
    let file = try ElfFile(path: path)
    #expect(try file.withDynamicSymbols { table throws(ElfError) in table.count } == 1)
  }

  @Test func namesOfSeveralVersionsAreWrittenOnce() throws {
    var sample = Sample(Self.headers[0], count: 1)
    let single = try sample.image().count
    for version: UInt16 in 2...3 {
      var symbol = sample.symbols[0]
      symbol.version = VersionIndex(rawValue: version)
      sample.symbols.append(symbol)
    }
    // Two more entries in .dynsym, .hash, .gnu.hash and .gnu.version.
    #expect(try sample.image().count < single + 2 * (24 + 4 + 4 + 2) + 16)
  }

  // MARK: Limits

  @Test func dataBeyondTheAddressSpaceIsAnError() throws {
    var sample = Sample(Self.headers[1])
    sample.object[.bss].size = 1 << 32
    #expect(throws: ElfError.self) { try sample.image() }
    sample = Sample(Self.headers[0])
    sample.object[.bss].size = .max - 10
    sample.object[.data].size = 1 << 60
    #expect(throws: ElfError.self) { try sample.image() }
  }

  @Test func moreVersionsThanIndicesAreAnError() throws {
    var sample = Sample(Self.headers[0])
    sample.object.needs = []
    let version = { (number: Int) in SharedObject.Version(name: Array("V\(number)".utf8)) }
    sample.object.versions = (0..<0x7ffd).map(version)
    #expect(throws: Never.self) { try sample.image() }
    sample.object.versions = (0..<0x7ffe).map(version)
    #expect(throws: ElfError.self) { try sample.image() }
  }

  @Test func symbolOutsideOfItsSectionIsAnError() throws {
    var sample = Sample(Self.headers[0])
    sample.symbols[0].offset = 1 << 40
    #expect(throws: ElfError.self) { try sample.image() }
  }
}

/// The hash functions, by the text of their specifications.
struct SymbolHashTests {
  private static let names: [[UInt8]] = (0..<300).map { length in
    (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ length &* 37 | 1) }
  }

  @Test func gnuHashIsThatOfEveryByte() {
    for name in Self.names {
      let expected = name.reduce(UInt32(5381)) { $0 &* 33 &+ UInt32($1) }
      #expect(name.withUnsafeBytes { SymbolHash.gnu($0) } == expected)
    }
  }

  @Test func systemVHashIsThatOfTheGabi() {
    for name in Self.names {
      var expected: UInt32 = 0
      for byte in name {
        expected = expected << 4 &+ UInt32(byte)
        let high = expected & 0xf000_0000
        if high != 0 { expected ^= high >> 24 }
        expected &= ~high
      }
      #expect(name.withUnsafeBytes { SymbolHash.sysv($0) } == expected)
      let pair = name.withUnsafeBytes { left in
        Array(name.dropLast(3)).withUnsafeBytes { right in SymbolHash.sysv(left, right) }
      }
      #expect(pair.0 == expected)
    }
  }
}
