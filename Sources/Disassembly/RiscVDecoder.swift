/// RISC-V: what of it changes the flow of control or enters a kernel, by its fixed encodings
/// (Unprivileged ISA, ch. 2 "RV32I" and ch. 26 "C").
final class RiscVDecoder: Decoder {
  private let code: Code

  var unit: Int { 2 }
  static var losesStep: Bool { false }

  init(_ code: Code) { self.code = code }

  func step(at address: UInt64) -> Step {
    var step = Step(length: 2)
    guard code.holds(address, count: 2) else {
      step.isBad = true
      return step
    }
    let first = code.load(address, UInt16.self)
    if first & 3 != 3 {
      compressed(&step, first, address)
      return step
    }
    // 1.5 "Base Instruction-Length Encoding": longer ones are reserved.
    step.length = 4
    guard first & 0x1c != 0x1c, code.holds(address, count: 4) else {
      step.length = 2
      step.isBad = true
      return step
    }
    let word = code.load(address, UInt32.self)
    switch word & 0x7f {
    case 0x73:
      if word == 0x0000_0073 { (step.system, step.text) = (.ecall, "ecall") }
      if word == 0x0010_0073 { step.flow = .stop }  // EBREAK
    case 0x6f:  // JAL
      let sign = Int64(Int32(bitPattern: word) >> 31) << 20
      let bits = word & 0xf_f000 | word >> 9 & 0x800 | word >> 20 & 0x7fe
      let target = address &+ UInt64(bitPattern: sign | Int64(bits))
      step.flow = word >> 7 & 0x1f == 0 ? .jump(target) : .call(target)
    case 0x67:  // JALR; with x1 it is a return, without link and with another register a jump
      if word >> 7 & 0x1f == 0 {
        step.flow = word >> 15 & 0x1f == 1 ? .stop : .indirectJump
      }
    case 0x63:
      let sign = Int64(Int32(bitPattern: word) >> 31) << 12
      let bits = word << 4 & 0x800 | word >> 20 & 0x7e0 | word >> 7 & 0x1e
      step.flow = .branch(address &+ UInt64(bitPattern: sign | Int64(bits)))
    default: break
    }
    return step
  }

  private func compressed(_ step: inout Step, _ word: UInt16, _ address: UInt64) {
    let bits = UInt32(word)
    switch word {
    case 0: step.isBad = true
    case _ where word & 0xe003 == 0xa001:  // C.J
      let sign: Int64 = bits & 0x1000 != 0 ? -1 << 11 : 0
      let low = bits << 2 & 0x400 | bits >> 1 & 0x300 | bits << 1 & 0x80
      let rest = bits >> 1 & 0x40 | bits << 3 & 0x20 | bits >> 7 & 0x10 | bits >> 2 & 0xe
      step.flow = .jump(address &+ UInt64(bitPattern: sign | Int64(low | rest)))
    case _ where word & 0xc003 == 0xc001:  // C.BEQZ, C.BNEZ
      let sign: Int64 = bits & 0x1000 != 0 ? -1 << 8 : 0
      let low = bits << 1 & 0xc0 | bits << 3 & 0x20 | bits >> 7 & 0x18 | bits >> 2 & 0x6
      step.flow = .branch(address &+ UInt64(bitPattern: sign | Int64(low)))
    case 0x9002: step.flow = .stop  // C.EBREAK
    case _ where word & 0xf07f == 0x8002:  // C.JR
      step.flow = word >> 7 & 0x1f == 1 ? .stop : .indirectJump
    default: break
    }
  }
}
