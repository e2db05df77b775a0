import Foundation
import TestSupport
import Testing

/// Damaged files are read as far as they can be, or refused: no crash, no hang.
struct TaintHostileInputTests {
  let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// Writes copies with a few wrong bytes in `area` each, and looks at them.
  private func damage(_ path: String, in area: Range<Int>? = nil, rounds: Int) throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let area = area ?? 0..<whole.count
    var state: UInt64 = 42
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    for round in 0..<rounds {
      var bytes = whole
      for _ in 0..<(1 + round % 8) {
        bytes[area.lowerBound + Int(next()) % area.count] = UInt8(truncatingIfNeeded: next())
      }
      try bytes.write(to: scratch.url.appendingPathComponent("damaged"))
      let outcome = try abitool(
        ["taint", "-q", "--privileged", scratch.path("damaged")])
      #expect([0, 1, 2].contains(outcome.status), "round \(round): \(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count <= 1, "\(outcome.errors)")
    }
  }

  @Test(arguments: Fixtures.archs)
  func damagedHeadersAreReadOrRefused(arch: String) throws {
    let program = try Fixtures.taint(arch: arch, in: scratch)
    try damage(program, in: 16..<512, rounds: 15)
  }

  @Test(arguments: ["x86_64", "arm_v7a"])
  func damagedProgramsAreReadOrRefused(arch: String) throws {
    let program = try Fixtures.taint(arch: arch, link: ["--strip-all"], in: scratch)
    try damage(program, rounds: 25)
    try succeed("llvm-objcopy", ["--strip-sections", program, scratch.path("bare")])
    try damage(scratch.path("bare"), rounds: 15)
  }

  @Test func damagedDebugInformationIsReadOrNotKnown() throws {
    let program = try Fixtures.compile(
      """
      static inline long call(long n) { asm volatile("syscall" : "+a"(n)); return n; }
      struct point { int x, y; };
      int entry(struct point *p) { for (int i = 0; i < p->x; i++) call(p->y + i); return p->x; }
      """, as: "program", ["-g", "-O1", "-nostdlib", "-static", "-Wl,-e,entry"], in: scratch)
    for section in [".debug_info", ".debug_line", ".debug_abbrev", ".debug_line_str"] {
      let headers = try succeed("readelf", ["-SW", program]).split(separator: "\n")
      let words = try #require(headers.first { $0.contains(" \(section) ") }).split(separator: " ")
      let index = try #require(words.firstIndex { $0 == section[...] })
      let offset = try #require(Int(words[index + 3], radix: 16))
      let size = try #require(Int(words[index + 4], radix: 16))
      try damage(program, in: offset..<offset + size, rounds: 15)
    }
  }

  /// Sets a field of the section headers of executable sections, and looks at the file.
  private func taint(
    _ program: String, settingSectionField field: Int, to value: (UInt64) -> UInt64
  ) throws -> Outcome {
    var image = try Data(contentsOf: URL(fileURLWithPath: program))
    func word(_ offset: Int, _ size: Int) -> UInt64 {
      (0..<size).reduce(0) { $0 | UInt64(image[offset + $1]) << (8 * UInt64($1)) }
    }
    let table = Int(word(40, 8))
    for index in 0..<Int(word(60, 2)) {
      let header = table + index * 64
      guard word(header + 8, 8) & 4 != 0 else { continue }
      let changed = value(word(header + field, 8))
      for byte in 0..<8 {
        image[header + field + byte] = UInt8(truncatingIfNeeded: changed >> (8 * UInt64(byte)))
      }
    }
    let path = scratch.path("damaged")
    try image.write(to: URL(fileURLWithPath: path))
    return try abitool(["taint", path])
  }

  /// Two executable sections, so that the sum of their sizes overflows.
  private func programWithTwoSections() throws -> String {
    try Fixtures.compile(
      """
      __attribute__((section(".init"))) int start(void) { return 1; }
      int entry(void) { asm volatile("syscall"); return start(); }
      """, as: "two", ["-nostdlib", "-static", "-Wl,-e,entry"], in: scratch)
  }

  @Test func sectionSizesBeyondTheFileAreRefused() throws {
    let program = try programWithTwoSections()
    for size: UInt64 in [.max, 1 << 63, 1 << 63 - 1, 1 << 62] {
      let outcome = try taint(program, settingSectionField: 32) { _ in size }
      #expect(outcome.status == 2, "\(size): \(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }
  }

  @Test func codeAtTheEndOfTheAddressSpaceIsRefused() throws {
    let program = try programWithTwoSections()
    for address: UInt64 in [.max, .max - 3, .max - 40] {
      let outcome = try taint(program, settingSectionField: 16) { _ in address }
      #expect(outcome.status == 2, "\(outcome.errors)")
      #expect(outcome.errors.contains("beyond the address space"))
    }
  }

  /// Else a small file with a thousand sections over the same bytes took hours.
  @Test func codeThatOverlapsIsRefused() throws {
    let program = try programWithTwoSections()
    let size = UInt64(try Data(contentsOf: URL(fileURLWithPath: program)).count)
    // Offset 0 for all, then the size of the file.
    _ = try taint(program, settingSectionField: 24) { _ in 0 }
    let outcome = try taint(scratch.path("damaged"), settingSectionField: 32) { _ in size }
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("overlaps"), "\(outcome.errors)")
  }
}
