/// A cursor over bytes of a file. Reads give nil, and do not move, where the bytes end.
package struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  private let byteOrder: ElfHeader.ByteOrder
  /// In bytes from the start; at most their number.
  package private(set) var position = 0

  package init(_ bytes: UnsafeRawBufferPointer, byteOrder: ElfHeader.ByteOrder) {
    self.bytes = bytes
    self.byteOrder = byteOrder
  }

  package var isAtEnd: Bool { position == bytes.count }

  package mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) -> Value? {
    let size = MemoryLayout<Value>.size
    guard bytes.count - position >= size else { return nil }
    defer { position += size }
    let value = bytes.loadUnaligned(fromByteOffset: position, as: Value.self)
    return byteOrder == .little ? Value(littleEndian: value) : Value(bigEndian: value)
  }

  package mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count >= 0, bytes.count - position >= count else { return nil }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  /// Moves to the next multiple of `unit`. False when the bytes end before it.
  package mutating func align(to unit: Int) -> Bool {
    let next = (position + unit - 1) / unit * unit
    guard next <= bytes.count else { return false }
    position = next
    return true
  }

  package mutating func move(to position: Int) -> Bool {
    guard position >= 0, position <= bytes.count else { return false }
    self.position = position
    return true
  }

  /// A NUL-terminated string, without NUL.
  package mutating func string() -> UnsafeRawBufferPointer? {
    guard let length = bytes.lengthOfString(at: position) else { return nil }
    defer { position += length + 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
  }

  /// A signed LEB128 number (DWARF 5, 7.6); what exceeds 64 bits is cut.
  package mutating func sleb128() -> Int64? {
    let start = position
    guard let magnitude = uleb128() else { return nil }
    let bits = 7 * (position - start)
    // Bit 6 of the last byte is the sign.
    guard bits < 64, bytes[position - 1] & 0x40 != 0 else { return Int64(bitPattern: magnitude) }
    return Int64(bitPattern: magnitude | ~0 << UInt64(bits))
  }

  /// An unsigned LEB128 number (DWARF 5, 7.6); what exceeds 64 bits is cut.
  package mutating func uleb128() -> UInt64? {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    var next = position
    while next < bytes.count {
      let byte = bytes[next]
      next += 1
      if shift < 64 { result |= UInt64(byte & 0x7f) << shift }
      shift += 7
      if byte & 0x80 == 0 {
        position = next
        return result
      }
    }
    return nil
  }
}

/// Fields anywhere in bytes of a file, in its byte order.
struct FieldReader {
  let bytes: UnsafeRawBufferPointer
  private let isForeign: Bool

  init(_ bytes: UnsafeRawBufferPointer, _ byteOrder: ElfHeader.ByteOrder) {
    self.bytes = bytes
    isForeign = (byteOrder == .little) != (UInt16(littleEndian: 1) == 1)
  }

  /// The field at `offset`. Nil where the bytes end before it does.
  @inline(__always)
  func read<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type, at offset: Int) -> Value? {
    guard offset >= 0, offset <= bytes.count - MemoryLayout<Value>.size else { return nil }
    let value = bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
    return isForeign ? value.byteSwapped : value
  }

  /// `ElfNN_Addr`, `ElfNN_Off`, and what is a word in the one class and an xword in the other.
  @inline(__always)
  func word(_ elfClass: ElfHeader.Class, at offset: Int) -> UInt64? {
    elfClass == .elf64
      ? read(UInt64.self, at: offset) : read(UInt32.self, at: offset).map { UInt64($0) }
  }
}
