internal import CDw
internal import ElfKit

extension DebugInfo {
  /// A compilation unit. Good as long as the ``DebugInfo`` that handed it out.
  public struct Unit {
    /// `DW_AT_name`: its source file, as it was given to the compiler. Of a unit whose entries are in
    /// another file (`-gsplit-dwarf`), the first file of its line table.
    public let name: String
    let die: Dwarf_Die
    let sections: DebugSections
    /// How much may still be read of it.
    let budget: ReadBudget

    init(_ die: Dwarf_Die, _ sections: DebugSections, _ budget: ReadBudget) throws(NotKnown) {
      self.die = die
      self.sections = sections
      self.budget = budget
      var die = die
      // Not dwarf_diename, which opens the file that a skeleton unit names.
      name =
        Entry.string(Int(DW_AT_name), of: &die).map { String(decoding: $0, as: UTF8.self) }
        ?? Self.firstFile(of: die, sections, budget)
      try budget.spend(name.utf8.count)
    }

    private static func firstFile(
      of die: Dwarf_Die, _ sections: DebugSections, _ budget: ReadBudget
    ) -> String {
      do throws(NotKnown) {
        guard let table = try lineTable(of: die, sections, budget), table.fileCount > 0 else {
          return ""
        }
        var path: [UInt8] = []
        table.appendPath(ofFileAt: 0, to: &path)
        return String(decoding: path, as: UTF8.self)
      } catch {
        // Whoever needs the table says so.
        return ""
      }
    }

    /// Hands each file of the unit's line table to `body` (DWARF 5, 6.2.4 "The Line Number Program
    /// Header"): its path with its directory, as bytes that are valid in `body` only.
    ///
    /// - Throws: ``NotKnown`` when the table is malformed.
    public func forEachFile(_ body: (UnsafeRawBufferPointer) -> Void) throws(NotKnown) {
      guard let table = try lineTable() else { return }
      var path: [UInt8] = []
      for index in 0..<table.fileCount {
        path.removeAll(keepingCapacity: true)
        table.appendPath(ofFileAt: index, to: &path)
        try budget.spend(path.count)
        path.withUnsafeBytes(body)
      }
    }

    /// The line table of the unit; nil when it has none.
    ///
    /// - Throws: ``NotKnown`` when it is malformed.
    func lineTable() throws(NotKnown) -> LineTable? {
      try Self.lineTable(of: die, sections, budget)
    }

    private static func lineTable(
      of die: Dwarf_Die, _ sections: DebugSections, _ budget: ReadBudget
    ) throws(NotKnown) -> LineTable? {
      var die = die
      guard let offset = try Entry.offset(Int(DW_AT_stmt_list), of: &die) else { return nil }
      let directory =
        Entry.string(Int(DW_AT_comp_dir), of: &die)
        ?? UnsafeRawBufferPointer(start: nil, count: 0)
      let table = try LineTable(at: offset, in: sections, compilationDirectory: directory)
      try budget.spend(table.size)
      return table
    }

    /// The code of the unit, sorted.
    ///
    /// - Throws: ``NotKnown`` when the list of its ranges is malformed.
    func ranges() throws(NotKnown) -> [Range<UInt64>] {
      var die = die
      var ranges: [Range<UInt64>] = []
      try Entry.forEachRange(of: &die, budget) { ranges.append($0) }
      return AddressRanges.merged(ranges)
    }
  }

  /// Hands each compilation unit to `body`.
  ///
  /// - Throws: ``NotKnown`` when the units are malformed, or what `body` throws.
  public func forEachUnit(_ body: (Unit) throws(NotKnown) -> Void) throws(NotKnown) {
    let budget = ReadBudget(sections)
    var unit: OpaquePointer?
    while true {
      var next: OpaquePointer?
      var version: Dwarf_Half = 0
      var kind: UInt8 = 0
      var die = Dwarf_Die()
      // Not the split unit (DWARF 5, 3.1.3): libdw would open whatever file its skeleton names.
      let status = dwarf_get_units(handle, unit, &next, &version, &kind, &die, nil)
      if status > 0 { return }
      guard status == 0, let current = next else { throw .libdw() }
      unit = current
      guard Int32(kind) == Int32(DW_UT_compile) || Int32(kind) == Int32(DW_UT_skeleton) else {
        continue
      }
      // A unit without abbreviations is found, but nothing in it.
      guard dwarf_tag(&die) != 0 else { throw .libdw() }
      try body(try Unit(die, sections, budget))
    }
  }
}

/// How much is read for one question. What is well-formed has each entry once or a few times;
/// damaged references may lead to the same megabytes from everywhere, and take hours.
final class ReadBudget {
  private var left: Int

  /// Well-formed DWARF needs less than its own size of entries, and paths a few times their tables.
  init(_ sections: DebugSections) { left = 1 << 20 + 64 * sections.size }

  /// - Parameter count: in bytes or entries.
  func spend(_ count: Int) throws(DebugInfo.NotKnown) {
    left -= count
    guard left >= 0 else {
      throw .malformed("its parts refer to each other far more often than their size allows")
    }
  }
}
