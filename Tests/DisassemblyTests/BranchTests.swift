import Foundation
import TestSupport
import Testing

@testable import Disassembly

/// The decoders see the branches of real code as llvm-objdump does.
struct BranchTests {
  let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// Loops, calls, conditions and a switch, long enough for far branches.
  private static let source = """
    extern int step(int); extern volatile int sink;
    static int far(int n) {
      for (int i = 0; i < n; i++) { \(String(repeating: "sink = step(sink) + i; ", count: 300)) }
      return n;
    }
    int entry(int n, int *p) {
      while (n--) { if (p[n] > 3 && p[n] != 7) sink += step(n); else if (!p[n]) return far(n); }
      switch (p[0]) {
      case 0: return step(1); case 1: sink = 4; break; case 2: return far(3);
      case 3: sink = 9; return far(9); case 5: return 7; default: break;
      }
      return far(sink);
    }
    int step(int n) { return n ? n * 3 : entry(n, 0); }
    volatile int sink;
    """

  @Test(arguments: [
    ("aarch64-linux-gnu", []), ("armv7a-linux-gnueabihf", ["-marm"]),
    ("armv7a-linux-gnueabihf", ["-mthumb"]), ("riscv64-linux-gnu", ["-march=rv64gc"]),
    ("riscv64-linux-gnu", ["-march=rv64g", "-mno-relax"]),
    ("x86_64-linux-gnu", []), ("i686-linux-gnu", []),
  ])
  func targetsAreThoseOfLlvm(target: String, options: [String]) throws {
    let file = try scratch.write("program.c", Self.source)
    try succeed(
      "clang",
      ["--target=\(target)", "-O1", "-ffreestanding", "-c", file, "-o", scratch.path("program.o")]
        + options)
    try succeed(
      "ld.lld", ["-e", "entry", scratch.path("program.o"), "-o", scratch.path("program")])
    try succeed(
      "llvm-objcopy",
      ["-O", "binary", "--only-section=.text", scratch.path("program"), scratch.path("code")])
    try checkProgram(target, options)
  }

  /// Each bit of a distance is where the encoding has it.
  @Test(arguments: [
    ("aarch64-linux-gnu", [], ["b #%", "bl #%"], 4, 27),
    ("aarch64-linux-gnu", [], ["b.ne #%", "cbz x1, #%", "cbnz w1, #%"], 4, 20),
    ("aarch64-linux-gnu", [], ["tbz x1, #40, #%", "tbnz w1, #4, #%"], 4, 15),
    ("armv7a-linux-gnueabihf", ["-marm"], ["b #%", "bl #%", "bne #%"], 4, 25),
    ("armv7a-linux-gnueabihf", ["-mthumb"], ["b.w #%", "bl #%"], 2, 24),
    ("armv7a-linux-gnueabihf", ["-mthumb"], ["bne.w #%"], 2, 20),
    ("armv7a-linux-gnueabihf", ["-mthumb"], ["b.n #%"], 2, 11),
    ("armv7a-linux-gnueabihf", ["-mthumb"], ["bne.n #%"], 2, 8),
    ("riscv64-linux-gnu", ["-march=rv64gc"], ["jal %", "jal zero, %"], 2, 20),
    ("riscv64-linux-gnu", ["-march=rv64gc"], ["beq a0, a1, %"], 2, 12),
    ("riscv64-linux-gnu", ["-march=rv64gc"], ["c.j %"], 2, 11),
    ("riscv64-linux-gnu", ["-march=rv64gc"], ["c.beqz a0, %", "c.bnez a0, %"], 2, 8),
    ("x86_64-linux-gnu", [], ["jmp .+%", "jne .+%", "call .+%"], 1, 30),
  ])
  func everyBitOfADistanceIsRead(
    target: String, options: [String], instructions: [String], unit: Int, width: Int
  ) throws {
    let isThumb = options.contains("-mthumb")
    var text = ".text\n.globl entry\nentry:\n\(isThumb ? ".thumb\n.syntax unified\n" : "")"
    for instruction in instructions {
      for bit in 0..<width where 1 << bit >= unit {
        for distance in [1 << bit, -(1 << bit)] where distance < 1 << (width - 1) {
          text += "  \(instruction.replacingOccurrences(of: "%", with: String(distance)))\n"
        }
      }
    }
    let file = try scratch.write("program.s", text)
    try succeed(
      "clang", ["--target=\(target)", "-c", file, "-o", scratch.path("program.o")] + options)
    // High enough for branches to lower addresses.
    try succeed(
      "ld.lld",
      [
        "-e", "entry", "--no-relax", "-Ttext=0x40000000", scratch.path("program.o"), "-o",
        scratch.path("program"),
      ])
    try succeed(
      "llvm-objcopy",
      ["-O", "binary", "--only-section=.text", scratch.path("program"), scratch.path("code")])
    try checkProgram(target, options)
  }

  private func checkProgram(_ target: String, _ options: [String]) throws {
    let bytes = [UInt8](try Data(contentsOf: scratch.url.appendingPathComponent("code")))
    let listing = try Self.listing(of: scratch.path("program"))
    #expect(listing.contains { $0.target != nil })
    try bytes.withUnsafeBytes { raw in
      let code = Code(bytes: raw, address: try #require(listing.first).address)
      try check(listing, decoder(target, options, code))
    }
  }

  private func decoder(_ target: String, _ options: [String], _ code: Code) throws -> any Decoder {
    switch target.split(separator: "-")[0] {
    case "aarch64": Arm64Decoder(code)
    case "armv7a": ArmDecoder(code, isThumb: options.contains("-mthumb"))
    case "riscv64": RiscVDecoder(code)
    case "x86_64": try #require(X86Decoder(code, is64Bit: true))
    default: try #require(X86Decoder(code, is64Bit: false))
    }
  }

  private func check(_ listing: [Line], _ decoder: any Decoder) throws {
    for line in listing {
      let step = decoder.step(at: line.address)
      #expect(step.length == line.length, "\(line)")
      switch step.flow {
      case .branch(let target), .jump(let target), .call(let target):
        #expect(target == line.target, "\(line): \(step.flow)")
      case .next, .indirectJump, .stop:
        #expect(line.target == nil, "\(line): \(step.flow)")
      }
    }
  }

  private struct Line {
    var address: UInt64
    var length: Int
    var text: String
    /// Where it branches to.
    var target: UInt64?
  }

  private static let branches: Set = ["jmp", "call", "calll", "callq", "bl", "blx", "tbz", "tbnz"]

  /// The instructions of `.text`, without the words that are data.
  private static func listing(of path: String) throws -> [Line] {
    var lines: [Line] = []
    for line in try succeed("llvm-objdump", ["-d", "--section=.text", path]).split(separator: "\n")
    {
      let columns = line.split(separator: "\t", maxSplits: 1)
      guard columns.count == 2, let colon = columns[0].firstIndex(of: ":"),
        let address = UInt64(columns[0][..<colon].drop { $0 == " " }, radix: 16)
      else { continue }
      let digits = columns[0][columns[0].index(after: colon)...].filter { $0.isHexDigit }
      // What follows is the symbol, or a comment.
      let text = columns[1].split { "<@".contains($0) }[0].replacingOccurrences(
        of: "\t", with: " ")
      let words = text.split { " ,".contains($0) }.map(String.init)
      guard let mnemonic = words.first, !digits.isEmpty, !text.contains(" .") else { continue }
      var target: UInt64?
      let isBranch =
        branches.contains(mnemonic) || mnemonic.hasPrefix("j") || mnemonic.hasPrefix("b")
        || mnemonic.hasPrefix("cb")
      // What llvm writes behind jalr is the sum with the auipc before; that is no direct branch.
      if isBranch, mnemonic != "jalr", !text.contains("*"), let last = words.last,
        last.hasPrefix("0x")
      {
        target = UInt64(last.dropFirst(2), radix: 16)
      }
      lines.append(
        Line(address: address, length: digits.count / 2, text: text, target: target))
    }
    return lines
  }
}
