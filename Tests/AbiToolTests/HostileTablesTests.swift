import AbiModel
import AbiTool
import Findings
import Support
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Tables that stand for far more than their bytes end in an error, and take no more time or memory
/// than the file deserves.
@Suite(.serialized)
struct HostileTablesTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  private func library(_ source: String, _ change: (inout Data) throws -> Void) throws -> FilePath {
    let path = try Fixtures.compile(
      source, as: "lib.so", ["-shared", "-nostdlib", "-Wl,--hash-style=gnu"], in: scratch)
    var image = try Data(contentsOf: URL(fileURLWithPath: path))
    try change(&image)
    try image.write(to: URL(fileURLWithPath: path))
    return FilePath(path)
  }

  private func sections(_ type: Int, _ image: Data) throws -> (offset: Int, size: Int) {
    let section = try #require(ElfImage.sections(image).first { $0.type == type })
    return (section.offset, section.size)
  }

  private func message(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return "taken"
  }

  /// Offsets of the entries of `.dynsym` but the first.
  private func symbols(_ image: Data) throws -> [Int] {
    let table = try sections(11, image)
    return Array(stride(from: table.offset + 24, to: table.offset + table.size, by: 24))
  }

  @Test func neededNamesThatShareOneLongStringAreRefused() throws {
    let source = """
      char table[4096] = "the table", *p = table;
      int \(String(repeating: "x", count: 200_000));
      """
    let path = try library(source) { image in
      let long = try #require(image.range(of: Data(repeating: UInt8(ascii: "x"), count: 200_000)))
      let table = try #require(image.range(of: Data("the table".utf8))).lowerBound
      let name = long.lowerBound - (try sections(3, image).offset)
      for entry in stride(from: table, to: table + 4080, by: 16) {
        ElfImage.set(&image, entry, 8, 1)
        ElfImage.set(&image, entry + 8, 8, name)
      }
      // p_offset, p_vaddr and p_filesz of PT_DYNAMIC.
      let headers = ElfImage.word(image, 32, 8)
      for header in stride(from: headers, to: headers + 56 * ElfImage.word(image, 56, 2), by: 56)
      where ElfImage.word(image, header, 4) == 2 {
        let entries = ElfImage.word(image, header + 8, 8)
        let size = ElfImage.word(image, header + 32, 8)
        // Behind the entries that name the table, those of the dynamic section itself.
        image.replaceSubrange(
          table + 4080 - size..<table + 4080, with: image[entries..<entries + size])
        ElfImage.set(&image, header + 8, 8, table)
        ElfImage.set(&image, header + 32, 8, 4080)
      }
    }
    #expect(message { _ = try Extraction.extract(from: path) }.contains("again and again"))
  }

  @Test func bucketsThatTheFileDoesNotHoldAreRefused() throws {
    let path = try library("int f(void) { return 0; }") { image in
      let hash = try sections(0x6fff_fff6, image)
      ElfImage.set(&image, hash.offset, 4, 0x3fff_fff0)
    }
    #expect(
      message { _ = try InterfaceLibrary(of: path) }.contains(
        "the GNU hash table has 1073741808 buckets"))
  }

  @Test func dataLargerThanAnAddressSpaceIsRefused() throws {
    let path = try library("int a, b, c, d;") { image in
      for symbol in try symbols(image) { ElfImage.set(&image, symbol + 16, 8, .max) }
    }
    #expect(message { _ = try InterfaceLibrary(of: path) }.contains("does not fit the address space"))
  }

  /// Some 10^8 comparisons if each name were compared with each.
  @Test func manyObjectsAtOneAddressTakeNoTime() throws {
    let source = (0..<20000).map { "int f\($0);" }.joined(separator: "\n")
    let path = try library(source) { image in
      for (index, symbol) in try symbols(image).enumerated() {
        ElfImage.set(&image, symbol + 8, 8, 0x10000)
        ElfImage.set(&image, symbol + 16, 8, index + 1)
      }
    }
    let time = try cpuTime {
      let abi = try Extraction.extract(from: path).abi
      #expect(abi.symbols.count == 20000)
      #expect(abi.symbols.allSatisfy { $0.aliasGroup == 0 })
    }
    #expect(time < hang)
  }

  /// Each line joins two groups that have grown before.
  @Test func longChainsOfAliasesTakeNoTime() throws {
    let count = 20000
    var lines = (0..<count).map { "a\($0) D 4 alias=b\($0)\nb\($0) D 4" }
    lines += (1..<count).map { "c\($0) D 4 alias=a\($0)" }
    lines += (1..<count).map { "a\($0)@V D 4 alias=b\($0 - 1)\nx\($0) D 4 alias=a\($0)@V" }
    let text = Array((lines.joined(separator: "\n") + "\n").utf8)
    let time = try cpuTime {
      let abi = try AbiParser.parse(text, path: "text")
      #expect(abi.symbols.allSatisfy { $0.aliasGroup != 0 })
    }
    #expect(time < hang)
  }

  @Test func groupsJoinedByAliasesAreOneObject() throws {
    let text = "a D 4 alias=b\nb D 4\nc D 4 alias=d\nd D 4 alias=a\ne D 4 alias=f\nf D 4\n"
    let abi = try AbiParser.parse(Array(text.utf8), path: "text")
    let groups = abi.symbols.map(\.aliasGroup)
    #expect(Set(groups[..<4]).count == 1 && groups[4] == groups[5] && groups[4] != groups[0])
  }

  @Test func thousandsOfFindingsAreReportedInTime() {
    let findings = (0..<20000).map { number in
      Finding(.missing, symbol: ByteName(Array("f\(number)".utf8)), message: "is gone")
    }
    let report = Report(
      command: "diff", subject: "a", findings: findings, approval: "", rejection: "")
    let time = cpuTime { _ = TextReport().text(of: report) }
    #expect(time < hang)
  }
}
