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
        ["taint", "-q", "--privileged", scratch.path("damaged")], timeout: 30)
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
}
