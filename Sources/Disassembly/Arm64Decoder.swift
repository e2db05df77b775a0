/// AArch64: what of it changes the flow of control or enters a kernel, by its fixed encodings
/// (Arm Architecture Reference Manual for A-profile, C4.1 "A64 instruction set encoding").
final class Arm64Decoder: Decoder {
  private let code: Code

  var unit: Int { 4 }
  static var losesStep: Bool { false }

  init(_ code: Code) { self.code = code }

  func step(at address: UInt64) -> Step {
    var step = Step(length: 4)
    guard code.holds(address, count: 4) else {
      step.isBad = true
      return step
    }
    let word = code.load(address, UInt32.self)
    if let (system, text) = Self.system(word) {
      (step.system, step.text) = (system, text)
      return step
    }
    switch word {
    case _ where word & 0xfc00_0000 == 0x1400_0000:  // B
      step.flow = .jump(Self.target(address, word, low: 0, width: 26))
    case _ where word & 0xfc00_0000 == 0x9400_0000:  // BL
      step.flow = .call(Self.target(address, word, low: 0, width: 26))
    case _ where word & 0xff00_0000 == 0x5400_0000,  // B.cond, BC.cond
      _ where word & 0x7e00_0000 == 0x3400_0000:  // CBZ, CBNZ
      step.flow = .branch(Self.target(address, word, low: 5, width: 19))
    case _ where word & 0x7e00_0000 == 0x3600_0000:  // TBZ, TBNZ
      step.flow = .branch(Self.target(address, word, low: 5, width: 14))
    case _ where word & 0xfe1f_0000 == 0xd61f_0000:  // BR, BLR, RET, ERET and variants
      switch word >> 21 & 0b111 {
      case 0: step.flow = .indirectJump
      case 1: step.flow = .next
      default: step.flow = .stop
      }
    case _ where word & 0xffe0_001f == 0xd420_0000,  // BRK
      _ where word & 0xffe0_001f == 0xd440_0000:  // HLT
      step.flow = .stop
    case _ where word & 0xffff_0000 == 0:  // UDF
      step.isBad = true
    case _ where word & 0x3b00_0000 == 0x1800_0000:  // LDR (literal)
      let size = [4, 8, 4, 0][Int(word >> 30)]
      let isVector = word & 0x0400_0000 != 0
      step.reference = .literal(
        Self.target(address, word, low: 5, width: 19),
        size: isVector ? 4 << Int(word >> 30) : size)
    default: break
    }
    return step
  }

  /// SVC, HVC and SMC (C4.1 "Exception generation").
  static func system(_ word: UInt32) -> (SystemInstruction, String)? {
    guard word & 0xffe0_001c == 0xd400_0000 else { return nil }
    let number = word >> 5 & 0xffff
    switch word & 3 {
    case 1: return (.svc, "svc #\(number)")
    case 2: return (.hvc, "hvc #\(number)")
    case 3: return (.smc, "smc #\(number)")
    default: return nil
    }
  }

  /// A signed number of words, relative to the instruction.
  private static func target(_ address: UInt64, _ word: UInt32, low: UInt32, width: UInt32)
    -> UInt64
  {
    let field = Int32(bitPattern: word << (32 - low - width)) >> Int32(32 - width)
    return address &+ UInt64(bitPattern: Int64(field) * 4)
  }
}
