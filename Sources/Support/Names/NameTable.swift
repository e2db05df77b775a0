/// A hash table of names that are kept elsewhere, numbered.
package struct NameTable {
  private var slots: [Int32]
  private var hashes: [UInt32]
  private let mask: Int

  /// - Parameter capacity: how many names there will be at most.
  package init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    slots = [Int32](repeating: -1, count: size)
    hashes = [UInt32](repeating: 0, count: size)
    mask = size - 1
  }

  /// Enters a number under a name. Returns the number that was there before.
  package mutating func insert(
    _ number: Int, name: UnsafeRawBufferPointer, nameOf: (Int) -> UnsafeRawBufferPointer
  ) -> Int? {
    let hash = Self.hash(name)
    var slot = Int(hash) & mask
    while slots[slot] >= 0 {
      let other = Int(slots[slot])
      if hashes[slot] == hash, nameOf(other).elementsEqual(name) {
        slots[slot] = Int32(number)
        return other
      }
      slot = (slot + 1) & mask
    }
    slots[slot] = Int32(number)
    hashes[slot] = hash
    return nil
  }

  /// The number that was entered last under a name.
  package func find(_ name: UnsafeRawBufferPointer, nameOf: (Int) -> UnsafeRawBufferPointer) -> Int?
  {
    let hash = Self.hash(name)
    var slot = Int(hash) & mask
    while slots[slot] >= 0 {
      let number = Int(slots[slot])
      if hashes[slot] == hash, nameOf(number).elementsEqual(name) { return number }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// FNV-1a on eight bytes at a time, with the halves folded.
  private static func hash(_ name: UnsafeRawBufferPointer) -> UInt32 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var index = 0
    while index + 8 <= name.count {
      hash = (hash ^ name.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* 0x100_0000_01b3
      hash ^= hash >> 29
      index += 8
    }
    while index < name.count {
      hash = (hash ^ UInt64(name[index])) &* 0x100_0000_01b3
      index += 1
    }
    hash ^= hash >> 32
    hash = hash &* 0x9e37_79b9_7f4a_7c15
    return UInt32(truncatingIfNeeded: hash >> 32)
  }
}
