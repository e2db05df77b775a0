internal import ElfKit

/// Reads jump tables, wherever in the file they are.
struct JumpTables {
  struct Table {
    var range: Range<UInt64>
    var targets: [UInt64]
  }

  /// In bytes.
  let addressSize: Int
  let isLittleEndian: Bool
  /// Outlives this value: it is made inside the closure that lends the bytes.
  let image: [LoadedBytes]

  /// No compiler makes longer ones.
  private static let maximumCount = 65_536

  /// The table that a reference leads to. Its entries are offsets of 4 bytes from its start, or
  /// addresses; it ends before the first that does not lead into the region.
  ///
  /// - Returns: nil when already the first entry does not.
  func table(
    _ reference: Reference, region: Range<UInt64>, isFree: (UInt64, Int) -> Bool
  ) -> Table? {
    let start: UInt64
    let size: Int
    let base: UInt64
    switch reference {
    case .address(let address): (start, size, base) = (address, 4, address)
    case .table(let address): (start, size, base) = (address, addressSize, 0)
    case .literal: return nil
    }
    var targets: [UInt64] = []
    var end = start
    for _ in 0..<Self.maximumCount {
      // A table in the code ends where code begins, also at code that it leads to.
      if region.contains(end), !isFree(end, size) || targets.contains(where: {
        $0 >= start && $0 < end &+ UInt64(size)
      }) {
        break
      }
      guard let entry = load(end, size) else { break }
      let target = base &+ UInt64(bitPattern: entry)
      guard region.contains(target), target < start || target > end else { break }
      targets.append(target)
      end &+= UInt64(size)
    }
    guard !targets.isEmpty, end > start else { return nil }
    return Table(range: start..<end, targets: targets)
  }

  /// The number of that many bytes at an address, extended by its sign; nil where the file has none.
  private func load(_ address: UInt64, _ size: Int) -> Int64? {
    for part in image where address >= part.address {
      let offset = address - part.address
      guard offset <= UInt64(part.bytes.count), part.bytes.count - Int(offset) >= size else {
        continue
      }
      if size == 4 {
        let value = part.bytes.loadUnaligned(fromByteOffset: Int(offset), as: Int32.self)
        return Int64(isLittleEndian ? Int32(littleEndian: value) : Int32(bigEndian: value))
      }
      let value = part.bytes.loadUnaligned(fromByteOffset: Int(offset), as: Int64.self)
      return isLittleEndian ? Int64(littleEndian: value) : Int64(bigEndian: value)
    }
    return nil
  }
}
