import DebugInfo
import ElfKit
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Damaged DWARF is read as far as it can be, or refused: no crash, no hang, no memory beyond its
/// size.
struct HostileDwarfTests {
  let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// Asks all that can be asked. A file whose headers are damaged is none to ask.
  private func askAll(_ path: String, _ addresses: [UInt64]) {
    do throws(ElfError) { try askAll(try ElfFile(path: FilePath(path)), addresses) } catch {}
  }

  private func askAll(_ file: borrowing ElfFile, _ addresses: [UInt64]) throws(ElfError) {
    func ask(_ question: () throws(DebugInfo.NotKnown) -> Void) {
      do throws(DebugInfo.NotKnown) { try question() } catch {
        #expect(!error.reason.isEmpty && error.reason.utf8.count < 500)
      }
    }
    ask { () throws(DebugInfo.NotKnown) in
      try DebugInfo.with(file) { info throws(DebugInfo.NotKnown) in
        ask { () throws(DebugInfo.NotKnown) in _ = try info.frames(of: addresses) }
        ask { () throws(DebugInfo.NotKnown) in _ = try info.codeWithoutUnits(of: file) }
        ask { () throws(DebugInfo.NotKnown) in
          try info.forEachUnit { unit throws(DebugInfo.NotKnown) in try unit.forEachFile { _ in } }
        }
      }
    }
  }

  private struct Generator {
    var state: UInt64
    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }

  @Test(arguments: [
    ("gcc", ["-gdwarf-4"]), ("gcc", ["-ffunction-sections"]), ("gcc", ["-gz=zlib"]),
    ("clang", ["-fuse-ld=lld"]),
  ])
  func damagedSectionsAreReadOrRefused(compiler: String, options: [String]) throws {
    let path = try buildLines(compiler, ["-O2"] + options, in: scratch)
    let addresses = try instructions(of: path)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let file = try ElfFile(path: FilePath(path))
    let areas = file.sections.filter {
      file.name(of: $0)?.hasPrefix(".debug_") == true && $0.size > 0
    }
    .map { Int($0.offset)..<Int($0.offset + $0.size) }
    var random = Generator(state: 20_251)
    for _ in 0..<400 {
      var bytes = whole
      for _ in 0...random.next(6) {
        let area = areas[random.next(areas.count)]
        let place = area.lowerBound + random.next(area.count)
        switch random.next(4) {
        case 0: bytes[place] = UInt8(random.next(256))
        case 1: bytes[place] ^= 1 << UInt8(random.next(8))
        case 2: bytes[place] = [0, 0x7f, 0x80, 0xff][random.next(4)]
        default:
          // What stands elsewhere in the section.
          let count = min(8, area.upperBound - place)
          let source = area.lowerBound + random.next(area.count - count + 1)
          bytes.replaceSubrange(
            place..<place + count, with: whole[source..<source + count])
        }
      }
      try bytes.write(to: scratch.url.appendingPathComponent("damaged"))
      askAll(scratch.path("damaged"), addresses)
    }
  }

  @Test func cutSectionsAreReadOrRefused() throws {
    let path = try buildLines("gcc", ["-O2"], in: scratch)
    let addresses = try instructions(of: path)
    for name in [".debug_info", ".debug_line", ".debug_abbrev", ".debug_rnglists", ".debug_str"] {
      let place = try place(ofSection: name, in: path)
      let contents = try Data(contentsOf: URL(fileURLWithPath: path))[place]
      for part in 0..<20 {
        try contents.prefix(contents.count * part / 20)
          .write(to: scratch.url.appendingPathComponent("part"))
        try succeed(
          "objcopy",
          ["--update-section", "\(name)=\(scratch.path("part"))", path, scratch.path("cut")])
        askAll(scratch.path("cut"), addresses)
      }
    }
  }

  // MARK: What grows

  /// Assembles hand-made DWARF beside one instruction with a line.
  private func assemble(_ sections: String) throws -> String {
    let source = """
      .file 1 "hostile.c"
      .text
      .globl _start
      _start:
      .loc 1 7
      syscall
      .section .debug_abbrev,"",@progbits
      .uleb128 1, 0x11
      .byte 1
      .uleb128 0x10, 0x17, 0x11, 0x01, 0x12, 0x07, 0, 0
      .uleb128 2, 0x2e
      .byte 1, 0, 0
      .uleb128 3, 0x2e
      .byte 0
      .uleb128 0x55, 0x17, 0, 0
      .uleb128 4, 0x11
      .byte 0
      .uleb128 0x10, 0x17, 0, 0
      .byte 0
      .macro unit
      .4byte 9f - 8f
      8: .2byte 4
      .4byte 0
      .byte 8
      .endm
      \(sections)

      """
    let file = try scratch.write("hostile.s", source)
    try succeed("gcc", ["-nostdlib", "-static", file, "-o", scratch.path("hostile")])
    return scratch.path("hostile")
  }

  private func startAddress(_ path: String) throws -> UInt64 {
    try ElfFile(path: FilePath(path)).header.entry
  }

  private static let unitWithCode = """
    .section .debug_info,"",@progbits
    unit
    .uleb128 1
    .4byte 0
    .8byte _start
    .8byte 2

    """

  /// The line is known; what is inlined into what is not.
  @Test func entriesThatAreNestedDeeplyAreNotFollowed() throws {
    let path = try assemble(
      Self.unitWithCode + """
        .rept 200000
        .uleb128 2
        .endr
        9:
        """)
    let start = try startAddress(path)
    #expect(try frames(of: [start], in: path)[start]?.first?.hasSuffix("hostile.c:7") == true)
  }

  /// Many entries whose ranges are one long list.
  @Test func listsThatAreReferredToAgainAndAgainAreRefused() throws {
    let path = try assemble(
      Self.unitWithCode + """
        .rept 20000
        .uleb128 3
        .4byte 0
        .endr
        .byte 0
        9:
        .section .debug_ranges,"",@progbits
        .rept 20000
        .8byte 0, 2
        .endr
        .8byte 0, 0
        """)
    let start = try startAddress(path)
    #expect(try frames(of: [start], in: path)[start]?.count == 1)
  }

  /// Many units with one long line table.
  @Test func tablesThatAreReadAgainAndAgainAreRefused() throws {
    let path = try assemble(
      """
      .text
      .rept 5000
      .loc 1 8
      nop
      .loc 1 9
      nop
      .endr
      .section .debug_info,"",@progbits
      .rept 5000
      unit
      .uleb128 4
      .4byte 0
      9:
      .endr
      """)
    let file = try ElfFile(path: FilePath(path))
    let start = file.header.entry
    #expect(throws: DebugInfo.NotKnown.self) {
      _ = try DebugInfo.with(file) { info throws(DebugInfo.NotKnown) in
        try info.frames(of: [start])
      }
    }
  }
}
