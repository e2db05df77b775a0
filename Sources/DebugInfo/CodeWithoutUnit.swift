public import ElfKit

extension DebugInfo {
  /// A part of the code that no compilation unit describes: it was compiled without `-g`, or
  /// assembled without line information.
  public struct CodeWithoutUnit: Hashable, Sendable {
    /// Virtual addresses.
    public var addresses: Range<UInt64>
    /// The name of the section; nil when section headers were stripped.
    public var section: String?
    /// The functions that begin there and have a name in a symbol table, by address.
    public var functions: [[UInt8]]
  }

  /// The parts of the code of which the DWARF does not tell from which sources they are. Nothing is
  /// known of them: neither lines nor headers.
  ///
  /// What linkers put between the code of units is no such part: padding, and the procedure linkage
  /// table.
  ///
  /// - Parameter file: the file that the DWARF is of.
  /// - Throws: ``NotKnown`` when the units are malformed.
  public func codeWithoutUnits(of file: borrowing ElfFile) throws(NotKnown) -> [CodeWithoutUnit] {
    var described: [Range<UInt64>] = []
    try forEachUnit { unit throws(NotKnown) in
      // A unit without a line table does not tell of which files it is made.
      guard try unit.lineTable() != nil else { return }
      described += try unit.codeRanges(code)
    }
    described = AddressRanges.merged(described)
    var gaps: [(part: CodeWithoutUnit, alignment: UInt64)] = []
    for area in CodeArea.areas(of: file) {
      for gap in AddressRanges.gaps(in: area.addresses, between: described) {
        let part = CodeWithoutUnit(addresses: gap, section: area.name, functions: [])
        gaps.append((part, area.alignment))
      }
    }
    gaps.sort { $0.part.addresses.lowerBound < $1.part.addresses.lowerBound }
    let functions = FunctionStarts(file, in: gaps.map(\.part.addresses))
    return gaps.indices.compactMap { index in
      var (part, alignment) = gaps[index]
      let size = part.addresses.upperBound - part.addresses.lowerBound
      guard functions.isStart[index] || size >= alignment else { return nil }
      part.functions = functions.names[index].sorted { $0.key < $1.key }.map(\.value)
      return part
    }
  }
}

extension DebugInfo.Unit {
  /// The code of the unit by its ranges or, where a producer wrote none, by its line table.
  ///
  /// - Parameter code: where the file has code.
  /// - Throws: ``DebugInfo/NotKnown`` when either is malformed.
  fileprivate func codeRanges(_ code: [Range<UInt64>]) throws(DebugInfo.NotKnown)
    -> [Range<UInt64>]
  {
    let ranges = try ranges()
    guard ranges.isEmpty, let table = try lineTable() else { return ranges }
    var sequences: [Range<UInt64>] = []
    var start: UInt64?
    try table.forEachRow { row throws(DebugInfo.NotKnown) in
      if let begin = start, row.isEnd, begin < row.address,
        AddressRanges.range(of: begin, in: code) != nil
      {
        sequences.append(begin..<row.address)
      }
      start = row.isEnd ? nil : start ?? row.address
    }
    return AddressRanges.merged(sequences)
  }
}

/// A section of code or, without section headers, a segment.
private struct CodeArea {
  var addresses: Range<UInt64>
  var name: String?
  /// What a linker pads is shorter.
  var alignment: UInt64

  static func areas(of file: borrowing ElfFile) -> [CodeArea] {
    var areas: [CodeArea] = []
    func add(_ address: UInt64, _ size: UInt64, _ name: String?, _ alignment: UInt64) {
      let (end, wraps) = address.addingReportingOverflow(size)
      guard !wraps, address < end else { return }
      areas.append(
        CodeArea(addresses: address..<end, name: name, alignment: max(16, alignment)))
    }
    for section in file.sections where section.isAllocated && section.isExecutable {
      let name = file.name(of: section)
      // .plt, .plt.got, .plt.sec, .iplt: linkers make them.
      if let name, name.hasPrefix(".plt") || name.hasPrefix(".iplt") { continue }
      add(section.address, section.size, name, section.alignment)
    }
    if file.sections.isEmpty {
      for segment in file.segments where segment.kind == .load && segment.isExecutable {
        add(segment.address, segment.memorySize, nil, 16)
      }
    }
    return areas
  }
}

/// Which functions begin in parts of the code: by the symbol tables and, for those without a name,
/// by unwind information.
private struct FunctionStarts {
  /// The names of each part, by address.
  private(set) var names: [[UInt64: [UInt8]]]
  /// Whether a function begins in a part.
  private(set) var isStart: [Bool]
  /// Sorted.
  private let parts: [Range<UInt64>]
  /// How many bytes of names may still be copied: those of a damaged file may all be one string.
  private var left: Int

  init(_ file: borrowing ElfFile, in parts: [Range<UInt64>]) {
    self.parts = parts
    names = Array(repeating: [:], count: parts.count)
    isStart = Array(repeating: false, count: parts.count)
    left = 4 * file.size
    guard !parts.isEmpty else { return }
    let mask = file.header.machine.codeAddressMask
    // What of the tables cannot be read has no names here; whoever needs the table says so.
    do throws(ElfError) {
      _ = try file.withSymbols { table throws(ElfError) in try add(table, mask) }
    } catch {}
    do throws(ElfError) {
      try file.withDynamicSymbols { table throws(ElfError) in try add(table, mask) }
    } catch {}
    do throws(ElfError) {
      for frame in try file.frameRanges() {
        if let index = part(of: frame.address) { isStart[index] = true }
      }
    } catch {}
  }

  private func part(of address: UInt64) -> Int? {
    let index = AddressRanges.firstIndex(in: parts) { $0.upperBound > address }
    return index < parts.count && parts[index].contains(address) ? index : nil
  }

  private mutating func add(_ table: SymbolTable, _ mask: UInt64) throws(ElfError) {
    for number in 1..<max(1, table.count) {
      let symbol = try table.symbol(at: number)
      guard symbol.type == .function || symbol.type == .indirectFunction,
        symbol.placement == .text, let index = part(of: symbol.value & mask)
      else { continue }
      isStart[index] = true
      guard names[index][symbol.value & mask] == nil, symbol.nameLength <= left else { continue }
      left -= symbol.nameLength
      names[index][symbol.value & mask] = Array(table.name(of: symbol))
    }
  }
}
