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
      let text = columns[1].split(separator: "<")[0].replacingOccurrences(of: "\t", with: " ")
      let words = text.split { " ,".contains($0) }.map(String.init)
      guard let mnemonic = words.first, !digits.isEmpty, !text.contains(" .") else { continue }
      var target: UInt64?
      let isBranch =
        branches.contains(mnemonic) || mnemonic.hasPrefix("j") || mnemonic.hasPrefix("b")
        || mnemonic.hasPrefix("cb")
      // llvm resolves the target of jalr after auipc in what follows "<"; that is no direct branch.
      if isBranch, !text.contains("*"), columns[1].contains("<"), let last = words.last,
        last.hasPrefix("0x"), mnemonic != "jalr"
      {
        target = UInt64(last.dropFirst(2), radix: 16)
      }
      lines.append(
        Line(address: address, length: digits.count / 2, text: text, target: target))
    }
    return lines
  }
}
