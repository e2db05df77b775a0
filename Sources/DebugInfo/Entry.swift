internal import CDw

/// Reads debugging information entries (DWARF 5, 2.1) with libdw.
enum Entry {
  /// The code of an entry: `DW_AT_low_pc` and `DW_AT_high_pc`, or `DW_AT_ranges` (2.17 "Code
  /// Addresses, Ranges and Base Addresses"). Without empty ranges, which are what a linker leaves
  /// of code that it dropped.
  ///
  /// - Throws: ``DebugInfo/NotKnown`` when the list of ranges is malformed, or what `body` throws.
  static func forEachRange(
    of die: inout Dwarf_Die, _ budget: ReadBudget,
    _ body: (Range<UInt64>) throws(DebugInfo.NotKnown) -> Void
  ) throws(DebugInfo.NotKnown) {
    var offset = 0
    var base: Dwarf_Addr = 0
    while true {
      var start: Dwarf_Addr = 0
      var end: Dwarf_Addr = 0
      offset = dwarf_ranges(&die, offset, &base, &start, &end)
      guard offset >= 0 else { throw .libdw() }
      if offset == 0 { return }
      try budget.spend(1)
      if start < end { try body(start..<end) }
    }
  }

  /// The value of an attribute that is a number. Nil when there is none.
  static func number(_ name: Int, of die: inout Dwarf_Die) -> UInt64? {
    var attribute = Dwarf_Attribute()
    var value: Dwarf_Word = 0
    guard dwarf_attr(&die, UInt32(name), &attribute) != nil,
      dwarf_formudata(&attribute, &value) == 0
    else { return nil }
    return value
  }

  /// The value of an attribute that is an offset into another section. Nil when there is none.
  ///
  /// - Throws: ``DebugInfo/NotKnown`` when the value has another form.
  static func offset(_ name: Int, of die: inout Dwarf_Die) throws(DebugInfo.NotKnown) -> UInt64? {
    var attribute = Dwarf_Attribute()
    var value: Dwarf_Word = 0
    guard dwarf_attr(&die, UInt32(name), &attribute) != nil else { return nil }
    guard dwarf_formudata(&attribute, &value) == 0 else { throw .libdw() }
    return value
  }

  /// The value of an attribute that is a string, in place. Nil when there is none.
  static func string(_ name: Int, of die: inout Dwarf_Die) -> UnsafeRawBufferPointer? {
    var attribute = Dwarf_Attribute()
    guard dwarf_attr(&die, UInt32(name), &attribute) != nil,
      let text = dwarf_formstring(&attribute)
    else { return nil }
    // libdw has made sure that it ends in its section.
    var length = 0
    while text[length] != 0 { length += 1 }
    return UnsafeRawBufferPointer(start: text, count: length)
  }
}
