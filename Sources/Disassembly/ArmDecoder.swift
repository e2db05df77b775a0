/// A32 and T32: what of them changes the flow of control or enters a kernel, by their fixed
/// encodings (Arm Architecture Reference Manual for A-profile, F3 and F4).
///
/// Big-endian files of today (BE8) have little-endian code too.
final class ArmDecoder: Decoder {
  private let code: Code
  private let isThumb: Bool

  var unit: Int { isThumb ? 2 : 4 }
  static var losesStep: Bool { false }

  init(_ code: Code, isThumb: Bool) {
    self.code = code
    self.isThumb = isThumb
  }

  func step(at address: UInt64) -> Step {
    isThumb ? thumb(at: address) : arm(at: address)
  }

  // MARK: A32

  private func arm(at address: UInt64) -> Step {
    var step = Step(length: 4)
    guard code.holds(address, count: 4) else {
      step.isBad = true
      return step
    }
    let word = code.load(address, UInt32.self)
    let isAlways = word >> 28 == 0xe
    if word >> 28 == 0xf {
      if word & 0xfe00_0000 == 0xfa00_0000 { return step }  // BLX (immediate): to Thumb and back
      return step
    }
    if let (system, text) = Self.system(word) {
      (step.system, step.text) = (system, text)
      return step
    }
    let target = address &+ 8 &+ UInt64(bitPattern: Int64(Int32(bitPattern: word << 8) >> 6))
    switch word {
    case _ where word & 0x0f00_0000 == 0x0a00_0000:  // B
      step.flow = isAlways ? .jump(target) : .branch(target)
    case _ where word & 0x0f00_0000 == 0x0b00_0000:  // BL
      step.flow = .call(target)
    case _ where word & 0x0fff_fff0 == 0x012f_ff10:  // BX
      if isAlways { step.flow = .stop }
    case _ where word & 0x0e10_8000 == 0x0810_8000:  // LDM with PC
      if isAlways { step.flow = .stop }
    case _ where word & 0x0c10_f000 == 0x0410_f000,  // LDR to PC
      _ where word & 0x0c00_f000 == 0x0000_f000 && Self.writesRegister(word):
      if isAlways { step.flow = .indirectJump }
    case _ where word & 0xfff0_00f0 == 0xe7f0_00f0:  // UDF
      step.flow = .stop
    case _ where word & 0x0f7f_0000 == 0x051f_0000:  // LDR (literal)
      let offset = UInt64(word & 0xfff)
      let base = address &+ 8
      step.reference = .literal(
        word & 0x0080_0000 != 0 ? base &+ offset : base &- offset, size: 4)
    default: break
    }
    return step
  }

  /// Whether a data-processing instruction has a result: TST, TEQ, CMP and CMN have none, and
  /// multiplications and extra loads are other instructions.
  private static func writesRegister(_ word: UInt32) -> Bool {
    let isImmediate = word & 0x0200_0000 != 0
    if !isImmediate, word & 0x90 == 0x90 { return false }
    return word >> 23 & 3 != 2
  }

  /// SVC (F5.1.261), HVC and SMC (F5.1.65, F5.1.186).
  static func system(_ word: UInt32) -> (SystemInstruction, String)? {
    guard word >> 28 != 0xf else { return nil }
    if word & 0x0f00_0000 == 0x0f00_0000 { return (.svc, "svc #\(word & 0xff_ffff)") }
    if word & 0xfff0_00f0 == 0xe140_0070 {
      return (.hvc, "hvc #\(word >> 4 & 0xfff0 | word & 0xf)")
    }
    if word & 0x0fff_fff0 == 0x0160_0070 { return (.smc, "smc #\(word & 0xf)") }
    return nil
  }

  // MARK: T32

  private func thumb(at address: UInt64) -> Step {
    var step = Step(length: 2)
    guard code.holds(address, count: 2) else {
      step.isBad = true
      return step
    }
    let first = code.load(address, UInt16.self)
    if first >> 11 >= 0b11101 {
      guard code.holds(address, count: 4) else {
        step.isBad = true
        return step
      }
      step.length = 4
      wide(&step, UInt32(first) << 16 | UInt32(code.load(address + 2, UInt16.self)), address)
      return step
    }
    switch first {
    case _ where first & 0xff00 == 0xdf00:
      (step.system, step.text) = (.svc, "svc #\(first & 0xff)")
    case _ where first & 0xff00 == 0xde00: step.flow = .stop  // UDF
    case _ where first & 0xf000 == 0xd000:  // B<cond>
      step.flow = .branch(Self.relative(address, Int64(Int8(truncatingIfNeeded: first)) * 2))
    case _ where first & 0xf800 == 0xe000:  // B
      let offset = Int64(Int16(bitPattern: first << 5) >> 4)
      step.flow = .jump(Self.relative(address, offset))
    case _ where first & 0xf500 == 0xb100:  // CBZ, CBNZ
      step.flow = .branch(
        Self.relative(address, Int64(first >> 3 & 0x40 | first >> 2 & 0x3e)))
    case _ where first & 0xff87 == 0x4700: step.flow = .stop  // BX
    case _ where first & 0xff00 == 0xbd00: step.flow = .stop  // POP with PC
    case _ where first & 0xff87 == 0x4687: step.flow = .indirectJump  // MOV to PC
    case _ where first & 0xf800 == 0x4800:  // LDR (literal)
      step.reference = .literal((address &+ 4) & ~3 &+ UInt64(first & 0xff) * 4, size: 4)
    default: break
    }
    return step
  }

  private func wide(_ step: inout Step, _ word: UInt32, _ address: UInt64) {
    switch word {
    case _ where word & 0xfff0_f000 == 0xf7e0_8000:
      (step.system, step.text) = (.hvc, "hvc #\(word >> 4 & 0xf000 | word & 0xfff)")
    case _ where word & 0xfff0_f000 == 0xf7f0_8000:
      (step.system, step.text) = (.smc, "smc #\(word >> 16 & 0xf)")
    case _ where word & 0xfff0_f000 == 0xf7f0_a000: step.flow = .stop  // UDF
    case _ where word & 0xf800_d000 == 0xf000_9000:  // B.W
      step.flow = .jump(Self.relative(address, Self.wideOffset(word)))
    case _ where word & 0xf800_d000 == 0xf000_d000:  // BL
      step.flow = .call(Self.relative(address, Self.wideOffset(word)))
    case _ where word & 0xf800_d000 == 0xf000_8000 && word >> 23 & 7 != 7:  // B<cond>.W
      let sign = word & 0x0400_0000 != 0 ? -1 << 20 : Int64(0)
      let bits =
        word << 8 & 0x8_0000 | word << 5 & 0x4_0000 | word >> 4 & 0x3_f000 | word << 1 & 0xffe
      step.flow = .branch(Self.relative(address, sign | Int64(bits)))
    case _ where word & 0xfff0_fff0 == 0xe8d0_f000, _ where word & 0xfff0_fff0 == 0xe8d0_f010:
      // TBB, TBH: the table follows the instruction and is read by its base register.
      step.flow = .indirectJump
    case _ where word & 0xfe50_8000 == 0xe810_8000: step.flow = .stop  // LDM with PC
    case _ where word & 0xff70_f000 == 0xf850_f000: step.flow = .indirectJump  // LDR to PC
    case _ where word & 0xff7f_0000 == 0xf85f_0000:  // LDR (literal)
      let base = (address &+ 4) & ~3
      let offset = UInt64(word & 0xfff)
      step.reference = .literal(
        word & 0x0080_0000 != 0 ? base &+ offset : base &- offset, size: 4)
    default: break
    }
  }

  /// The offset of B.W and BL (F5.1.19, F5.1.26).
  private static func wideOffset(_ word: UInt32) -> Int64 {
    let sign = word >> 26 & 1
    let i1 = ~(word >> 13 ^ sign) & 1
    let i2 = ~(word >> 11 ^ sign) & 1
    let bits =
      sign << 24 | i1 << 23 | i2 << 22 | word >> 4 & 0x3f_f000 | word << 1 & 0xffe
    return Int64(Int32(bitPattern: bits << 7) >> 7)
  }

  private static func relative(_ address: UInt64, _ offset: Int64) -> UInt64 {
    address &+ 4 &+ UInt64(bitPattern: offset)
  }
}
