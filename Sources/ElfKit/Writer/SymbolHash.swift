/// The hash functions of the two symbol hash tables.
enum SymbolHash {
  /// The hash of `DT_GNU_HASH`: `h * 33 + c` from 5381, modulo 2^32.
  ///
  /// Eight bytes make one step, so that one multiplication and not eight is waited for.
  static func gnu(_ name: UnsafeRawBufferPointer) -> UInt32 {
    var hash: UInt32 = 5381
    var index = 0
    let count = name.count
    while index + 8 <= count {
      let word = UInt64(littleEndian: name.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      func byte(_ n: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word >> (8 * n)) & 0xff }
      // Powers of 33 modulo 2^32.
      let high =
        byte(0) &* 0xec41_d4e1 &+ byte(1) &* 0x4cfa_3cc1 &+ byte(2) &* 0x0255_28a1
        &+ byte(3) &* 0x0012_1881
      let low = byte(4) &* 0x8c61 &+ byte(5) &* 0x441 &+ byte(6) &* 0x21 &+ byte(7)
      hash = hash &* 0x747c_7101 &+ (high &+ low)
      index += 8
    }
    while index < count {
      hash = hash &* 33 &+ UInt32(name[index])
      index += 1
    }
    return hash
  }

  /// The hash of `DT_HASH` (gABI ch. 5 "Hash Table").
  static func sysv(_ name: UnsafeRawBufferPointer) -> UInt32 {
    var hash: UInt32 = 0
    for byte in name {
      hash = (hash << 4) &+ UInt32(byte)
      // The upper four bits are cleared once, at the end: shifting drops them.
      hash ^= (hash >> 24) & 0xf0
    }
    return hash & 0x0fff_ffff
  }
}
