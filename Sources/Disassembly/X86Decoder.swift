internal import CBinutils

/// x86 and x86-64, by libopcodes.
final class X86Decoder: Decoder {
  private let disassembler: OpaquePointer
  private let code: Code
  private var instruction = cbinutils_instruction()

  var unit: Int { 1 }
  static var losesStep: Bool { true }

  /// Nil when this build has no x86 disassembler.
  init?(_ code: Code, is64Bit: Bool) {
    guard
      let disassembler = cbinutils_x86_begin(
        code.bytes.assumingMemoryBound(to: UInt8.self).baseAddress, code.bytes.count,
        code.address, is64Bit)
    else { return nil }
    self.disassembler = disassembler
    self.code = code
  }

  deinit { cbinutils_x86_end(disassembler) }

  static var isAvailable: Bool { cbinutils_x86_is_available() }

  func step(at address: UInt64) -> Step {
    cbinutils_x86_decode(disassembler, address, &instruction)
    var step = Step(length: Int(instruction.length))
    guard !instruction.is_bad, code.holds(address, count: step.length) else {
      step.length = 1
      step.isBad = true
      return step
    }
    let target = instruction.has_target ? instruction.target : nil
    withUnsafeBytes(of: instruction.text) { text in
      let words = AttText(text)
      words.classify(&step, target: target)
      if step.system != nil { step.text = words.whole }
    }
    return step
  }
}

/// An instruction in AT&T syntax, as libopcodes writes it.
private struct AttText {
  /// Without NUL.
  private let text: UnsafeRawBufferPointer
  /// Where the mnemonic begins: behind the prefixes.
  private var mnemonic = 0

  init(_ buffer: UnsafeRawBufferPointer) {
    text = UnsafeRawBufferPointer(rebasing: buffer[..<(buffer.firstIndex(of: 0) ?? buffer.count)])
    var start = 0
    while start < text.count, Self.mayBeginPrefix(text[start]) {
      var end = start
      while end < text.count, text[end] != UInt8(ascii: " ") { end += 1 }
      let word = UnsafeRawBufferPointer(rebasing: text[start..<end])
      guard end < text.count, Self.isPrefix(word) else { break }
      start = end
      while start < text.count, text[start] == UInt8(ascii: " ") { start += 1 }
    }
    mnemonic = start
  }

  var whole: String {
    // One blank where libopcodes pads.
    String(decoding: text, as: UTF8.self).split(separator: " ").joined(separator: " ")
  }

  private static let prefixes: [StaticString] = [
    "rep", "repz", "repnz", "lock", "data16", "addr32", "addr16", "data32", "notrack", "bnd", "cs",
    "ds", "es", "fs", "gs", "ss", "xacquire", "xrelease",
  ]

  /// Most instructions begin with another letter.
  private static func mayBeginPrefix(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "m"), UInt8(ascii: "j"), UInt8(ascii: "p"), UInt8(ascii: "t"): false
    default: true
    }
  }

  private static func isPrefix(_ word: UnsafeRawBufferPointer) -> Bool {
    // Prefixes that have no effect are written rex.W and so on.
    isEqual(word.prefix(3), "rex") || prefixes.contains { isEqual(word[...], $0) }
  }

  private static func isEqual(
    _ word: Slice<UnsafeRawBufferPointer>, _ other: StaticString
  ) -> Bool {
    guard word.count == other.utf8CodeUnitCount else { return false }
    for index in 0..<word.count where word.base[word.startIndex + index] != other.utf8Start[index] {
      return false
    }
    return true
  }

  private func begins(_ with: StaticString) -> Bool {
    let count = with.utf8CodeUnitCount
    guard text.count - mnemonic >= count else { return false }
    return Self.isEqual(text[mnemonic..<mnemonic + count], with)
  }

  private func isExactly(_ word: StaticString) -> Bool {
    guard begins(word) else { return false }
    let end = mnemonic + word.utf8CodeUnitCount
    return end == text.count || text[end] == UInt8(ascii: " ")
  }

  /// Prefixes without an instruction, leftovers of the 8086, and what zeros are.
  private var isUnlikely: Bool {
    let word = text[mnemonic...].prefix { $0 != UInt8(ascii: " ") }
    switch text[mnemonic] {
    case UInt8(ascii: "a"): return isExactly("add") && Self.isEqual(text[...], "add    %al,(%rax)")
    case UInt8(ascii: "l"):
      return begins("loop") || begins("lret") || begins("ljmp") || begins("lcall")
        || isExactly("lock")
    case UInt8(ascii: "j"): return isExactly("jrcxz") || isExactly("jecxz")
    case UInt8(ascii: "x"): return isExactly("xlat")
    case UInt8(ascii: "e"): return isExactly("enter") || isExactly("es")
    case UInt8(ascii: "i"): return begins("iret")
    case UInt8(ascii: "r"), UInt8(ascii: "d"), UInt8(ascii: "c"), UInt8(ascii: "f"),
      UInt8(ascii: "g"), UInt8(ascii: "s"):
      return Self.isPrefix(UnsafeRawBufferPointer(rebasing: word))
    default: return false
    }
  }

  /// Fills in flow, reference and system instruction.
  func classify(_ step: inout Step, target: UInt64?) {
    guard mnemonic < text.count else { return }
    step.isUnlikely = isUnlikely
    switch text[mnemonic] {
    case UInt8(ascii: "j"):
      if begins("jmp") {
        step.flow = target == nil || text.contains(UInt8(ascii: "*")) ? .indirectJump : .stop
        if step.flow == .stop, let target { step.flow = .jump(target) }
      } else if let target {
        step.flow = .branch(target)
      }
    case UInt8(ascii: "l"):
      if begins("ljmp") {
        step.flow = .stop
      } else if begins("lret") {
        step.flow = .stop
      } else if begins("loop"), let target {
        step.flow = .branch(target)
      }
    case UInt8(ascii: "c"):
      if begins("call"), let target, !text.contains(UInt8(ascii: "*")) {
        step.flow = .call(target)
      } else if isExactly("cli") {
        step.system = .cli
      }
    case UInt8(ascii: "r"): if begins("ret") { step.flow = .stop }
    case UInt8(ascii: "u"):
      if isExactly("ud2") || begins("ud1") || begins("ud0") { step.flow = .stop }
    case UInt8(ascii: "i"): classifyI(&step)
    case UInt8(ascii: "s"): classifyS(&step)
    case UInt8(ascii: "o"): if begins("out") { step.system = .out }
    case UInt8(ascii: "h"):
      if isExactly("hlt") { (step.system, step.flow) = (.hlt, .stop) }
    case UInt8(ascii: "w"): if isExactly("wrmsr") { step.system = .wrmsr }
    case UInt8(ascii: "v"):
      if isExactly("vmcall") { step.system = .vmcall }
      if isExactly("vmmcall") { step.system = .vmmcall }
    case UInt8(ascii: "x"):
      if begins("xbegin"), let target { step.flow = .branch(target) }
    default: break
    }
    step.reference = reference(step.flow, target)
  }

  private func classifyI(_ step: inout Step) {
    if isExactly("int3") || isExactly("int1") || begins("iret") {
      step.flow = .stop
    } else if isExactly("int") {
      step.system = hexNumber(after: UInt8(ascii: "$")) == 0x80 ? .int80 : .int
    } else if isExactly("in") || isExactly("insb") || isExactly("insw") || isExactly("insl") {
      step.system = .in
    }
  }

  private func classifyS(_ step: inout Step) {
    if isExactly("syscall") {
      step.system = .syscall
    } else if isExactly("sysenter") {
      step.system = .sysenter
    } else if isExactly("sti") {
      step.system = .sti
    } else if begins("sysret") || begins("sysexit") {
      step.flow = .stop
    }
  }

  private func reference(_ flow: Flow, _ target: UInt64?) -> Reference? {
    switch flow {
    case .branch, .jump, .call: return nil
    case .next, .indirectJump, .stop: break
    }
    // 0x402000(,%rax,8)
    if let open = text[mnemonic...].firstIndex(of: UInt8(ascii: "(")), open + 1 < text.count,
      text[open + 1] == UInt8(ascii: ","), let table = hexNumber(before: open)
    {
      return .table(table)
    }
    return target.map { .address($0) }
  }

  private func hexNumber(after mark: UInt8) -> UInt64? {
    guard let start = text[mnemonic...].firstIndex(of: mark), start + 3 <= text.count else {
      return nil
    }
    let digits = text[(start + 3)...].prefix { Self.isHexDigit($0) }
    return UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  private func hexNumber(before end: Int) -> UInt64? {
    var start = end
    while start > mnemonic, Self.isHexDigit(text[start - 1]) { start -= 1 }
    guard start >= mnemonic + 2, text[start - 1] == UInt8(ascii: "x"),
      start < mnemonic + 3 || text[start - 3] != UInt8(ascii: "-")
    else { return nil }
    return UInt64(String(decoding: text[start..<end], as: UTF8.self), radix: 16)
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    default: false
    }
  }
}
