internal import ElfKit

/// The forms of numbers that DWARF has beside those of ELF. As with all others, a number that is
/// cut is nil.
extension ByteReader {
  /// An initial length (DWARF 5, 7.4 "32-Bit and 64-Bit DWARF Formats"), in bytes.
  mutating func unitLength() -> (isWide: Bool, Int)? {
    guard let short = read(UInt32.self) else { return nil }
    if short < 0xffff_fff0 { return (false, Int(short)) }
    guard short == 0xffff_ffff, let long = read(UInt64.self) else { return nil }
    return Int(exactly: long).map { (true, $0) }
  }

  /// An offset into a section: of 8 bytes in the 64-bit format.
  mutating func offset(isWide: Bool) -> UInt64? {
    isWide ? read(UInt64.self) : read(UInt32.self).map { UInt64($0) }
  }

  /// A number of 1, 2, 4 or 8 bytes, as addresses have.
  mutating func address(size: Int) -> UInt64? {
    switch size {
    case 1: read(UInt8.self).map { UInt64($0) }
    case 2: read(UInt16.self).map { UInt64($0) }
    case 4: read(UInt32.self).map { UInt64($0) }
    case 8: read(UInt64.self)
    default: nil
    }
  }

  /// A signed LEB128 number (DWARF 5, 7.6); what exceeds 64 bits is cut.
  mutating func sleb128() -> Int64? {
    var result: Int64 = 0
    var shift: Int64 = 0
    while let byte = read(UInt8.self) {
      if shift < 64 { result |= Int64(byte & 0x7f) << shift }
      shift += 7
      guard byte & 0x80 == 0 else { continue }
      if shift < 64, byte & 0x40 != 0 { result |= -1 << shift }
      return result
    }
    return nil
  }
}
