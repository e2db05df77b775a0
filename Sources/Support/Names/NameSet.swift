/// A set of names that is asked about bytes in place: no value is made to look one up.
///
/// Open addressing over one arena of names; names are at most 4 GiB in all.
public struct NameSet: Sendable {
  private struct Entry {
    var hash: UInt64
    var offset: UInt32
    var length: UInt32
  }

  private var names: [UInt8] = []
  private var entries: [Entry] = []
  /// Indices into `entries` plus one; 0 is a free slot. Its size is a power of two.
  private var slots: [UInt32] = Array(repeating: 0, count: 64)

  /// An empty set.
  public init() {}

  /// How many names there are.
  public var count: Int { entries.count }
  /// Whether there is no name.
  public var isEmpty: Bool { entries.isEmpty }

  /// The number of a name, counted from 0 in the order of insertion. Nil when it is not in.
  public func index(of name: UnsafeRawBufferPointer) -> Int? {
    let slot = find(name, hash: Self.hash(name))
    return slots[slot] == 0 ? nil : Int(slots[slot]) - 1
  }

  /// Whether a name is in the set.
  public func contains(_ name: UnsafeRawBufferPointer) -> Bool { index(of: name) != nil }

  /// Adds a name and returns its number.
  @discardableResult
  public mutating func insert(_ name: UnsafeRawBufferPointer) -> Int {
    let hash = Self.hash(name)
    let slot = find(name, hash: hash)
    if slots[slot] != 0 { return Int(slots[slot]) - 1 }
    entries.append(
      Entry(hash: hash, offset: UInt32(names.count), length: UInt32(name.count)))
    names.append(contentsOf: name)
    slots[slot] = UInt32(entries.count)
    if entries.count * 2 > slots.count { grow() }
    return entries.count - 1
  }

  private func find(_ name: UnsafeRawBufferPointer, hash: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let entry = entries[Int(slots[slot]) - 1]
      if entry.hash == hash, Int(entry.length) == name.count, holds(name, at: Int(entry.offset)) {
        return slot
      }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private func holds(_ name: UnsafeRawBufferPointer, at offset: Int) -> Bool {
    names.withUnsafeBytes { names in
      UnsafeRawBufferPointer(rebasing: names[offset..<offset + name.count]).elementsEqual(name)
    }
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for (index, entry) in entries.enumerated() {
      var slot = Int(truncatingIfNeeded: entry.hash) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(index + 1)
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
