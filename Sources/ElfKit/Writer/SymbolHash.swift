/// The hash functions of the two symbol hash tables.
enum SymbolHash {
  /// The hash of `DT_GNU_HASH`: `h * 33 + c` from 5381, modulo 2^32.
  ///
  /// Eight bytes make one step: neighbours are joined to pairs in lanes of 16 bits, pairs to
  /// fours in lanes of 32, which no sum overflows.
  static func gnu(_ name: UnsafeRawBufferPointer) -> UInt32 {
    var hash: UInt32 = 5381
    var index = 0
    let count = name.count
    while index + 8 <= count {
      let word = UInt64(littleEndian: name.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let bytes: UInt64 = 0x00ff_00ff_00ff_00ff
      let pairs = (word & bytes) &* 33 &+ (word >> 8 & bytes)
      let half: UInt64 = 0x0000_ffff_0000_ffff
      let fours = (pairs & half) &* 1089 &+ (pairs >> 16 & half)  // 33^2
      let low = UInt32(truncatingIfNeeded: fours)
      let high = UInt32(truncatingIfNeeded: fours >> 32)
      hash = hash &* 0x747c_7101 &+ (low &* 0x0012_1881 &+ high)  // 33^8, 33^4
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
    var hash = SysvState()
    for byte in name { hash.append(byte) }
    return hash.value
  }

  /// The hashes of two names. Each step of a hash waits for the one before, so two at a time take
  /// hardly longer than one.
  static func sysv(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> (
    UInt32, UInt32
  ) {
    var (left, right) = (SysvState(), SysvState())
    let common = min(first.count, second.count)
    for index in 0..<common {
      left.append(first[index])
      right.append(second[index])
    }
    for index in common..<first.count { left.append(first[index]) }
    for index in common..<second.count { right.append(second[index]) }
    return (left.value, right.value)
  }

  /// The gABI's steps `h = (h << 4) + c; g = h & 0xf0000000; h ^= g >> 24; h &= ~g` on `h << 4`,
  /// so that bits fall off at the upper end by themselves.
  private struct SysvState {
    private var shifted: UInt32 = 0

    @inline(__always)
    mutating func append(_ byte: UInt8) {
      let sum = shifted &+ UInt32(byte)
      shifted = (sum << 4) ^ ((sum >> 28) << 8)
    }

    var value: UInt32 { shifted >> 4 }
  }
}
