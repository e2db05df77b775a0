internal import CElf

/// What a word of a file's memory points to, once the dynamic linker has relocated it.
public enum Pointer: Hashable, Sendable {
  /// No relocation changes the word: its contents in the file. In a program at fixed addresses,
  /// and in a prelinked library, it may be a pointer all the same; 0 is none.
  case unrelocated(UInt64)
  /// An address of the file itself.
  case address(UInt64)
  /// A dynamic symbol, by its index in `.dynsym`, and what is added to its address.
  case symbol(Int, addend: Int64)
  /// What the resolver at this address returns (`R_*_IRELATIVE`).
  case indirect(UInt64)
  /// A relocation that makes no pointer, or none that is known.
  case other(type: UInt32)
}

/// The pointers in ranges of a file's memory, in place. Valid only inside the closure that
/// received it.
public struct PointerMap {
  /// A relocation in one of the ranges.
  fileprivate struct Entry {
    var address: UInt64
    /// The addend, or the address without a symbol.
    var value: Int64
    var symbol: UInt32
    var type: UInt32
  }

  /// By address.
  private let entries: [Entry]
  private let types: RelocationTypes
  private let contents: LoadedContents
  /// Size of a pointer in bytes.
  private let width: UInt64

  fileprivate init(_ entries: [Entry], _ contents: LoadedContents, _ header: ElfHeader) {
    self.entries = entries
    self.contents = contents
    types = RelocationTypes(header)
    width = UInt64(header.elfClass.addressSize)
  }

  /// Hands the words of a range, which is one of those that the map was made for or lies in one,
  /// to `body` with their addresses. Ends where the file has no contents.
  public func forEachPointer(
    in range: Range<UInt64>, _ body: (_ address: UInt64, _ pointer: Pointer) -> Void
  ) {
    var next = firstEntry(atOrAfter: range.lowerBound)
    var address = range.lowerBound
    while address < range.upperBound, range.upperBound - address >= width,
      let word = contents.word(at: address)
    {
      while next < entries.count, entries[next].address < address { next += 1 }
      if next < entries.count, entries[next].address == address {
        body(address, pointer(entries[next]))
      } else {
        body(address, .unrelocated(word))
      }
      address += width
    }
  }

  /// The word at an address. Nil where the file has no contents.
  public func pointer(at address: UInt64) -> Pointer? {
    let index = firstEntry(atOrAfter: address)
    if index < entries.count, entries[index].address == address { return pointer(entries[index]) }
    return contents.word(at: address).map { .unrelocated($0) }
  }

  private func pointer(_ entry: Entry) -> Pointer {
    let address =
      width == 8
      ? UInt64(bitPattern: entry.value)
      : UInt64(UInt32(truncatingIfNeeded: entry.value))
    if types.relative.contains(entry.type) { return .address(address) }
    if entry.type == types.indirect { return .indirect(address) }
    guard types.pointer.contains(entry.type) else { return .other(type: entry.type) }
    return entry.symbol == 0
      ? .address(address) : .symbol(Int(entry.symbol), addend: entry.value)
  }

  private func firstEntry(atOrAfter address: UInt64) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].address < address { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// The bytes that are loaded from the file, by address.
private struct LoadedContents {
  private var parts: [(start: UInt64, fields: FieldReader)] = []
  private let elfClass: ElfHeader.Class

  init(_ file: borrowing ElfFile) throws(ElfError) {
    elfClass = file.header.elfClass
    for segment in file.segments where segment.kind == .load && segment.fileSize > 0 {
      let range = FileRange(offset: segment.offset, size: segment.fileSize)
      let bytes = try file.bytes(of: range, "a segment")
      parts.append((segment.address, FieldReader(bytes, file.header.byteOrder)))
    }
  }

  /// A word as wide as an address.
  func word(at address: UInt64) -> UInt64? {
    for part in parts where address >= part.start {
      let offset = Int(clamping: address - part.start)
      if let word = part.fields.word(elfClass, at: offset) { return word }
    }
    return nil
  }
}

extension ElfFile {
  /// Hands out what the words in ranges of addresses point to, through relocations of all forms
  /// and contents. Takes one pass over the relocations, however many ranges there are, and memory
  /// for those that lie in them.
  ///
  /// - Throws: `ElfError` with code `.unknown` when there is a relocation table whose form is not
  ///   known, another when a table does not lie in the file, or what `body` throws.
  public func withPointers<Result: ~Copyable>(
    in ranges: [Range<UInt64>], _ body: (PointerMap) throws(ElfError) -> Result
  ) throws(ElfError) -> Result {
    let contents = try LoadedContents(self)
    var finder = RangeFinder(ranges)
    var entries: [PointerMap.Entry] = []
    let is64 = header.elfClass == .elf64
    try forEachRelocation { relocation in
      guard finder.contains(relocation.address) else { return }
      var value = relocation.addend ?? 0
      if relocation.addend == nil, let word = contents.word(at: relocation.address) {
        value = is64 ? Int64(bitPattern: word) : Int64(Int32(truncatingIfNeeded: word))
      }
      entries.append(
        PointerMap.Entry(
          address: relocation.address, value: value, symbol: relocation.symbol,
          type: relocation.type))
    }
    entries.sort { $0.address < $1.address }
    return try body(PointerMap(entries, contents, header))
  }
}

/// Tells whether addresses lie in any of a set of ranges.
private struct RangeFinder {
  /// Sorted, and joined where they overlap or touch.
  private var ranges: [Range<UInt64>] = []
  /// The range of the last address, and the gap of the last that was in none: relocations come
  /// mostly in order.
  private var last = 0
  private var gap: Range<UInt64> = 0..<0

  init(_ unordered: [Range<UInt64>]) {
    for range in unordered.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
      if let end = ranges.last?.upperBound, range.lowerBound <= end {
        ranges[ranges.count - 1] =
          ranges[ranges.count - 1].lowerBound..<max(end, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
  }

  mutating func contains(_ address: UInt64) -> Bool {
    guard !ranges.isEmpty, !gap.contains(address) else { return false }
    if ranges[last].contains(address) { return true }
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= address { low = middle + 1 } else { high = middle }
    }
    guard low < ranges.count, ranges[low].contains(address) else {
      let start = low > 0 ? ranges[low - 1].upperBound : 0
      gap = start..<(low < ranges.count ? ranges[low].lowerBound : .max)
      return false
    }
    last = low
    return true
  }
}

extension ElfHeader {
  /// Whether a pointer to a function points to a descriptor, whose first word is the address of
  /// the code: 64-bit PowerPC with ELFv1, IA-64, HPPA. On PowerPC, symbols of functions have the
  /// address of the descriptor as well.
  ///
  /// The word at the descriptor is to be had by ``ElfFile/withPointers(in:_:)`` again. Virtual
  /// tables on IA-64 hold descriptors and not pointers to them (Itanium C++ ABI 2.5.1).
  public var usesFunctionDescriptors: Bool {
    switch machine {
    case .ppc64:
      switch flags & UInt32(EF_PPC64_ABI) {
      case 0: byteOrder == .big
      case 1: true
      default: false
      }
    case .ia64, .parisc: true
    default: false
    }
  }
}
