internal import ElfKit

/// Where the functions of a file begin and end, and what in its code is data.
struct FunctionTable {
  struct Entry {
    /// The section of a relocatable object, whose addresses are offsets in it; else 0.
    var section: UInt32
    var address: UInt64
    /// In bytes; 0 when it is not known.
    var size: UInt64
    /// The symbol table has the function without a size: its code reaches up to the next function,
    /// whatever part of it unwind information describes.
    var isOpen = false
    /// Of ARM only: the code is T32. Nil when nothing tells.
    var isThumb: Bool?

    var end: UInt64 { address &+ size }
    func contains(_ other: UInt64) -> Bool { other >= address && (other < end || size == 0) }
  }

  /// Sorted by section and address, one for each address.
  private(set) var functions: [Entry] = []
  /// Objects that lie in code, sorted.
  private(set) var objects: [Entry] = []
  /// Code and data by mapping symbols, sorted by section and address.
  private(set) var mapping: [MappingSymbol] = []

  init(_ file: borrowing ElfFile) throws(ElfError) {
    let collector = Collector(file.header)
    var found = Found()
    _ = try file.withSymbols { table throws(ElfError) in
      try collector.collect(table, into: &found)
    }
    if file.header.type != .relocatable { try Self.addDynamicSymbols(of: file, collector, &found) }
    if file.header.type != .relocatable, file.header.entry != 0 {
      // The program begins there, whether or not a symbol says so. It ends where the next begins.
      found.labels.append(collector.entry(section: 0, value: file.header.entry, size: 0))
    }
    functions = Self.merged(found, frames: try file.frameRanges())
    objects = found.objects.sorted(by: Self.precedes)
    mapping = found.mapping.sorted { ($0.section, $0.address) < ($1.section, $1.address) }
  }

  private static func addDynamicSymbols(
    of file: borrowing ElfFile, _ collector: Collector, _ found: inout Found
  ) throws(ElfError) {
    do throws(ElfError) {
      try file.withDynamicSymbols { table throws(ElfError) in
        try collector.collect(table, into: &found)
      }
    } catch  where error.code == .absent {
      return
    }
  }

  /// Symbols with a size first. What unwind information and labels add are places that lie in none
  /// of these.
  private static func merged(_ found: Found, frames: [FrameRange]) -> [Entry] {
    var sized = found.sized.sorted(by: precedes)
    var result: [Entry] = []
    result.reserveCapacity(sized.count)
    // Names of one address: the longest counts.
    for entry in sized {
      if let last = result.last, last.section == entry.section, last.address == entry.address {
        result[result.count - 1].size = max(last.size, entry.size)
      } else {
        result.append(entry)
      }
    }
    sized = result
    var others = frames.map { Entry(section: 0, address: $0.address, size: $0.size) }
    others += found.labels
    for entry in others where index(containing: entry, in: sized) == nil { result.append(entry) }
    result.sort(by: precedes)
    var unique: [Entry] = []
    unique.reserveCapacity(result.count)
    for entry in result {
      guard let last = unique.last, last.section == entry.section, last.address == entry.address
      else {
        unique.append(entry)
        continue
      }
      unique[unique.count - 1].size = max(last.size, entry.size)
      unique[unique.count - 1].isOpen = last.isOpen || entry.isOpen
      unique[unique.count - 1].isThumb = last.isThumb ?? entry.isThumb
    }
    return unique
  }

  private static func precedes(_ left: Entry, _ right: Entry) -> Bool {
    (left.section, left.address, left.size) < (right.section, right.address, right.size)
  }

  /// The innermost entry of known size that contains the start of another.
  private static func index(containing entry: Entry, in entries: [Entry]) -> Int? {
    var index = index(behind: entry.address, entry.section, in: entries)
    // Functions seldom nest, and then not deeply.
    for _ in 0..<16 {
      index -= 1
      guard index >= 0, entries[index].section == entry.section else { return nil }
      if entries[index].size > 0, entries[index].contains(entry.address) { return index }
    }
    return nil
  }

  /// The index of the first entry behind `address`.
  private static func index(behind address: UInt64, _ section: UInt32, in entries: [Entry]) -> Int {
    entries.partitionIndex { ($0.section, $0.address) > (section, address) }
  }

  /// The functions that begin in a range.
  func functions(in range: Range<UInt64>, section: UInt32) -> ArraySlice<Entry> {
    let start = functions.partitionIndex {
      ($0.section, $0.address) >= (section, range.lowerBound)
    }
    let end = functions.partitionIndex { ($0.section, $0.address) >= (section, range.upperBound) }
    return functions[start..<end]
  }

  /// The innermost function that contains an address. One without a size reaches up to the next.
  func function(at address: UInt64, section: UInt32) -> Entry? {
    var index = Self.index(behind: address, section, in: functions)
    var isNearest = true
    for _ in 0..<16 {
      index -= 1
      guard index >= 0, functions[index].section == section else { return nil }
      let entry = functions[index]
      let reachesNext = entry.isOpen || entry.size == 0
      if reachesNext && isNearest || entry.size > 0 && entry.contains(address) { return entry }
      isNearest = false
    }
    return nil
  }
}

extension Array {
  /// The first index whose element satisfies a condition that holds for all behind it.
  func partitionIndex(_ holds: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// What the symbol tables tell.
private struct Found {
  var sized: [FunctionTable.Entry] = []
  var labels: [FunctionTable.Entry] = []
  var objects: [FunctionTable.Entry] = []
  var mapping: [MappingSymbol] = []
}

/// Sorts symbols into what they tell of code.
private struct Collector {
  private let isRelocatable: Bool
  private let isArm: Bool
  private let hasMapping: Bool

  init(_ header: ElfHeader) {
    isRelocatable = header.type == .relocatable
    isArm = header.machine == .arm
    hasMapping = isArm || header.machine == .aarch64 || header.machine == .riscv
  }

  func entry(section: UInt32, value: UInt64, size: UInt64) -> FunctionTable.Entry {
    // Bit 0 of the address of a function tells T32 (ELF for the Arm Architecture, 5.5.3).
    isArm
      ? .init(section: section, address: value & ~1, size: size, isThumb: value & 1 != 0)
      : .init(section: section, address: value, size: size)
  }

  func collect(_ table: SymbolTable, into found: inout Found) throws(ElfError) {
    for index in 1..<max(1, table.count) {
      let symbol = try table.symbol(at: index)
      guard symbol.placement == .text else { continue }
      let section = isRelocatable ? UInt32(symbol.sectionIndex) : 0
      switch symbol.type {
      case .function, .indirectFunction:
        let entry = entry(section: section, value: symbol.value, size: symbol.size)
        if entry.size > 0, !entry.address.addingReportingOverflow(entry.size).overflow {
          found.sized.append(entry)
        } else {
          // A size that leads out of the address space says nothing.
          var label = entry
          (label.size, label.isOpen) = (0, true)
          found.labels.append(label)
        }
      case .object:
        if symbol.size > 0, !symbol.value.addingReportingOverflow(symbol.size).overflow {
          found.objects.append(
            .init(section: section, address: symbol.value, size: symbol.size))
        }
      case .none:
        let name = table.name(of: symbol)
        if hasMapping, name.first == UInt8(ascii: "$") {
          if let kind = MappingSymbol.Kind(name) {
            found.mapping.append(.init(section: section, address: symbol.value, kind: kind))
          }
        } else if !name.isEmpty, name.first != UInt8(ascii: ".") {
          // Bit 0 of the address of a label is no mark.
          found.labels.append(
            .init(section: section, address: symbol.value, size: 0, isOpen: true))
        }
      default: break
      }
    }
  }
}
