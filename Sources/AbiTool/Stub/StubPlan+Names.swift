internal import ElfKit

// The second step: a name may be there in several versions, one of which is the default.
extension StubPlan {
  mutating func checkNames(of abi: Abi) throws(InputError) {
    var table = NameTable(capacity: entries.count)
    /// The entry of the same name before this one.
    var previous: [Int: Int] = [:]
    for index in entries.indices {
      let entry = entries[index]
      let found = names.withUnsafeBytes { names in
        table.insert(index, name: Self.name(entry, names)) { Self.name(entries[$0], names) }
      }
      guard let found else { continue }
      entries[found].sharesName = true
      entries[index].sharesName = true
      previous[index] = found
      var other: Int? = found
      while let place = other {
        try checkPair(entry, entries[place], abi)
        other = previous[place]
      }
    }
  }

  static func name(_ entry: Entry, _ names: UnsafeRawBufferPointer)
    -> UnsafeRawBufferPointer
  {
    let start = Int(entry.nameOffset)
    return UnsafeRawBufferPointer(rebasing: names[start..<start + Int(entry.nameLength)])
  }

  private func checkPair(_ one: Entry, _ other: Entry, _ abi: Abi) throws(InputError) {
    let (first, second) = one.line < other.line ? (one, other) : (other, one)
    let place = first.line == 0 ? "" : " (line \(first.line))"
    let head = abi.head(of: abi.symbols[second.source])
    let firstHead = abi.head(of: abi.symbols[first.source])
    if one.version == other.version {
      let isBoth = (one.place == .undefined) != (other.place == .undefined)
      throw error(
        second,
        isBoth
          ? "\(head) is listed as defined and as undefined\(place); remove one"
          : "\(head) names the same symbol as \(firstHead)\(place); remove one")
    }
    if one.isDefault, other.isDefault {
      throw error(
        second,
        "\(head) and \(firstHead)\(place) are both what a program is linked to by that name; write NAME@VERSION for all but one"
      )
    }
  }
}

/// A hash table of names that are kept elsewhere, numbered.
struct NameTable {
  private var slots: [Int32]
  private var hashes: [UInt32]
  private let mask: Int

  /// - Parameter capacity: how many names there will be at most.
  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    slots = [Int32](repeating: -1, count: size)
    hashes = [UInt32](repeating: 0, count: size)
    mask = size - 1
  }

  /// Enters a number under a name. Returns the number that was there before.
  mutating func insert(
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
  func find(_ name: UnsafeRawBufferPointer, nameOf: (Int) -> UnsafeRawBufferPointer) -> Int? {
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
