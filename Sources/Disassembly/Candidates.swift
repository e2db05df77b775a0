internal import ElfKit

/// Bytes that may be the instructions looked for: most code has none, and need not be read
/// instruction by instruction.
enum Candidates {
  /// The offset of the next candidate at or behind `start`, in bytes.
  static func next(
    in code: Code, from start: Int, _ machine: ElfKit.Machine, _ includesPrivileged: Bool
  ) -> Int? {
    switch machine {
    case .x86_64, .i386: x86(code.bytes, start, includesPrivileged)
    case .aarch64: words(code, start, unit: 4) { Arm64Decoder.system($0) != nil }
    case .riscv: words(code, start, unit: 2) { $0 == 0x0000_0073 }
    case .arm: words(code, start, unit: 2, isArm)
    default: nil
    }
  }

  /// The opcodes, by their first byte; those of two bytes by their second.
  private static func x86(
    _ bytes: UnsafeRawBufferPointer, _ start: Int, _ includesPrivileged: Bool
  ) -> Int? {
    var index = start
    let last = bytes.count - 1
    while index <= last {
      switch bytes[index] {
      case 0x0f where index < last:
        switch bytes[index + 1] {
        case 0x05, 0x34: return index
        case 0x30, 0x01: if includesPrivileged { return index }
        default: break
        }
      case 0xcd where index < last: return index
      case 0x6c...0x6f, 0xe4...0xe7, 0xec...0xef, 0xf4, 0xfa, 0xfb:
        if includesPrivileged { return index }
      default: break
      }
      index += 1
    }
    return nil
  }

  /// Either set of instructions; which it is shows later.
  private static func isArm(_ word: UInt32) -> Bool {
    ArmDecoder.system(word) != nil || word & 0xff00 == 0xdf00
      || word & 0xf000_ffe0 == 0x8000_f7e0
  }

  private static func words(
    _ code: Code, _ start: Int, unit: Int, _ matches: (UInt32) -> Bool
  ) -> Int? {
    let bytes = code.bytes
    var index = (start + unit - 1) / unit * unit
    while index + 4 <= bytes.count {
      if matches(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self)))
      {
        return index
      }
      index += unit
    }
    // A T32 instruction of two bytes may be the last.
    if unit == 2, index + 2 <= bytes.count {
      let half = bytes.loadUnaligned(fromByteOffset: index, as: UInt16.self)
      if matches(UInt32(UInt16(littleEndian: half))) { return index }
    }
    return nil
  }
}
