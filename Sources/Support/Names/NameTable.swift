/// A hash table of names that are kept elsewhere, numbered.
///
/// Open addressing; there are less than 2^32 names.
package struct NameTable: Sendable {
  /// The low half of the hash in the upper half, the number plus one in the lower; 0 is free. The
  /// size is a power of two, at most three quarters of it are taken.
  private var slots: [UInt64]
  private var count = 0

  /// - Parameter capacity: how many names there will be, as far as that is known.
  package init(capacity: Int = 0) {
    var size = 16
    while size * 3 < capacity * 4 { size *= 2 }
    slots = [UInt64](repeating: 0, count: size)
  }

  /// Enters a number under a name. Returns the number that was there before.
  ///
  /// - Parameter isNamed: whether a number that was entered has this name.
  package mutating func insert(
    _ number: Int, name: UnsafeRawBufferPointer, isNamed: (Int) -> Bool
  ) -> Int? {
    let hash = Self.hash(name)
    let slot = self.slot(hash, isNamed)
    let other = slots[slot]
    guard other != 0 else {
      take(slot, hash, number)
      return nil
    }
    slots[slot] = hash << 32 | UInt64(number + 1)
    return Self.number(other)
  }

  /// The number of a name. Enters `number` under it when there is none, and gives nil.
  package mutating func find(
    _ name: UnsafeRawBufferPointer, orEnter number: Int, isNamed: (Int) -> Bool
  ) -> Int? {
    let hash = Self.hash(name)
    let slot = self.slot(hash, isNamed)
    guard slots[slot] == 0 else { return Self.number(slots[slot]) }
    take(slot, hash, number)
    return nil
  }

  private mutating func take(_ slot: Int, _ hash: UInt64, _ number: Int) {
    slots[slot] = hash << 32 | UInt64(number + 1)
    count += 1
    if count * 4 > slots.count * 3 { grow() }
  }

  /// The number that was entered last under a name.
  package func find(_ name: UnsafeRawBufferPointer, isNamed: (Int) -> Bool) -> Int? {
    let entry = slots[slot(Self.hash(name), isNamed)]
    return entry == 0 ? nil : Self.number(entry)
  }

  private static func number(_ entry: UInt64) -> Int { Int(entry & 0xffff_ffff) - 1 }

  /// The slot of a name, or the free one that it would have.
  @inline(__always)
  private func slot(_ hash: UInt64, _ isNamed: (Int) -> Bool) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash & 0xffff_ffff) & mask
    while slots[slot] != 0 {
      if slots[slot] >> 32 == hash & 0xffff_ffff, isNamed(Self.number(slots[slot])) { return slot }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: old.count * 2)
    let mask = slots.count - 1
    for entry in old where entry != 0 {
      var slot = Int(entry >> 32) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = entry
    }
  }

  /// FNV-1a over eight bytes at a time, with a final mix.
  package static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(name.count)
    var offset = 0
    while offset + 8 <= name.count {
      hash =
        (hash ^ name.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        &* 0x9e37_79b9_7f4a_7c15
      hash ^= hash >> 29
      offset += 8
    }
    while offset < name.count {
      hash = (hash ^ UInt64(name[offset])) &* 0x0000_0100_0000_01b3
      offset += 1
    }
    hash ^= hash >> 32
    return hash &* 0x9e37_79b9_7f4a_7c15 ^ (hash >> 15)
  }
}
