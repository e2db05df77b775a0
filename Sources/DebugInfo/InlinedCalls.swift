internal import CDw

/// Finds the calls by which code came to be where it is: those that a compiler replaced by the body
/// of the called function (DWARF 5, 3.3.8 "Inlined Subroutines").
struct InlinedCalls {
  /// Where a call was: `DW_AT_call_file`, `DW_AT_call_line`.
  struct Call {
    var file: UInt64
    var line: UInt64
  }

  /// A function that holds the entry which is being visited.
  private struct Scope {
    /// How deep it lies in the tree.
    var depth: Int
    /// Nil for a function that is no inlined one.
    var call: Call?
  }

  /// The smallest range that holds an address.
  private struct Match {
    var size = UInt64.max
    /// The calls that led to its entry, the innermost first.
    var calls: [Call] = []
  }

  /// Deeper trees than any compiler makes take libdw, which reads whatever an entry holds to find
  /// the one behind it, hours.
  private static let maximumDepth = 512

  private let unit: DebugInfo.Unit
  /// Sorted.
  private let addresses: [UInt64]
  /// One for each address.
  private var matches: [Match]
  /// From the outermost to the innermost.
  private var scopes: [Scope] = []

  /// - Parameter addresses: sorted; they belong to the unit.
  /// - Throws: ``DebugInfo/NotKnown`` when the entries of the unit are malformed.
  init(of addresses: [UInt64], in unit: DebugInfo.Unit) throws(DebugInfo.NotKnown) {
    self.unit = unit
    self.addresses = addresses
    matches = Array(repeating: Match(), count: addresses.count)
    try walk()
  }

  /// The calls that led to an address, the innermost first. Empty when nothing was inlined there.
  ///
  /// - Parameter index: of the address.
  func calls(ofAddressAt index: Int) -> [Call] { matches[index].calls }

  /// Visits all entries of the unit, each before those that it holds.
  private mutating func walk() throws(DebugInfo.NotKnown) {
    // The entry to go on from, behind those that hold it.
    var path = [unit.die]
    var descends = true
    while var die = path.last {
      var next = Dwarf_Die()
      let status: Int32
      if descends {
        status = dwarf_child(&die, &next)
      } else {
        path.removeLast()
        // The unit itself has no sibling.
        if path.isEmpty { return }
        status = dwarf_siblingof(&die, &next)
      }
      guard status >= 0 else { throw .libdw() }
      descends = status == 0
      guard descends else { continue }
      path.append(next)
      try unit.budget.spend(1)
      guard path.count <= Self.maximumDepth else {
        throw .malformed("its entries are nested more than \(Self.maximumDepth) deep")
      }
      try visit(&next, depth: path.count)
    }
  }

  private mutating func visit(_ die: inout Dwarf_Die, depth: Int) throws(DebugInfo.NotKnown) {
    // What is not less deep does not hold this entry.
    while let last = scopes.last, last.depth >= depth { scopes.removeLast() }
    let tag = dwarf_tag(&die)
    guard tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine else { return }
    var call: Call?
    if tag == DW_TAG_inlined_subroutine {
      call = Call(
        file: Entry.number(Int(DW_AT_call_file), of: &die) ?? 0,
        line: Entry.number(Int(DW_AT_call_line), of: &die) ?? 0)
    }
    scopes.append(Scope(depth: depth, call: call))
    try Entry.forEachRange(of: &die, unit.budget) { range throws(DebugInfo.NotKnown) in
      try add(range)
    }
  }

  /// Takes the innermost scope for that of the addresses in a range, unless a smaller range holds
  /// them. That its ranges lie in those of the scopes around it is not said: DWARF 2 has no ranges
  /// for code in several pieces.
  private mutating func add(_ range: Range<UInt64>) throws(DebugInfo.NotKnown) {
    let size = range.upperBound - range.lowerBound
    var index = AddressRanges.firstIndex(in: addresses) { $0 >= range.lowerBound }
    while index < addresses.count, addresses[index] < range.upperBound {
      if size <= matches[index].size {
        let calls = scopes.reversed().prefix { $0.call != nil }.compactMap(\.call)
        matches[index] = Match(size: size, calls: calls)
        try unit.budget.spend(calls.count)
      }
      try unit.budget.spend(1)
      index += 1
    }
  }
}
