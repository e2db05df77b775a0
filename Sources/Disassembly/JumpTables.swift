/// Recognises jump tables that lie in the code, as hand-written assembly and some compilers have them.
struct JumpTables {
  let code: Code
  /// In bytes.
  let addressSize: Int

  /// No compiler makes longer ones.
  private static let maximumCount = 65_536

  /// The extent of the table that a reference leads to, when it is one and begins in the region. Its
  /// entries are offsets of 4 bytes from its start, or addresses; it ends before the first that does
  /// not lead into the region, and where code begins.
  func extent(
    of reference: Reference, in region: Range<UInt64>, isFree: (UInt64, Int) -> Bool
  ) -> Range<UInt64>? {
    let start: UInt64
    let size: Int
    let base: UInt64
    switch reference {
    case .address(let address): (start, size, base) = (address, 4, address)
    case .table(let address): (start, size, base) = (address, addressSize, 0)
    case .literal: return nil
    }
    guard region.contains(start) else { return nil }
    var end = start
    /// The first place behind the table's start that it leads to.
    var limit = region.upperBound
    for _ in 0..<Self.maximumCount {
      guard limit >= end, limit - end >= UInt64(size), isFree(end, size) else { break }
      let target = base &+ UInt64(bitPattern: load(end, size))
      // No entry leads into the table itself.
      guard region.contains(target), target < start || target >= end + UInt64(size) else { break }
      if target > start { limit = min(limit, target) }
      end += UInt64(size)
    }
    return end > start ? start..<end : nil
  }

  /// A number of the code, extended by its sign.
  private func load(_ address: UInt64, _ size: Int) -> Int64 {
    size == 4 ? Int64(code.load(address, Int32.self)) : code.load(address, Int64.self)
  }
}
