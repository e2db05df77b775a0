internal import CDw

extension DebugInfo {
  /// The source lines of addresses. The first line of each is that of the code; where it was
  /// inlined, the lines of the calls follow, from the innermost outwards. So `addr2line -i` prints
  /// them.
  ///
  /// Of units whose entries are in another file (`-gsplit-dwarf`) only the first line is known.
  ///
  /// An address without a known line is left out, and so are those of units whose line tables cannot
  /// be read: ``Unit/forEachFile(_:)`` says why.
  ///
  /// - Throws: ``NotKnown`` when the units are malformed.
  public func frames(of addresses: [UInt64]) throws(NotKnown) -> [UInt64: [Line]] {
    guard !addresses.isEmpty else { return [:] }
    let search = LineSearch(of: addresses, code: code)
    var units: [Unit] = []
    var found: [UInt64: Place] = [:]
    try forEachUnit { unit throws(NotKnown) in
      let places = Self.orNone { () throws(NotKnown) in try search.places(in: unit) }
      guard !places.isEmpty else { return }
      for (address, row, isClaimed) in places {
        // Code belongs to the unit that says so. Several do when a linker made equal functions one.
        if let place = found[address], place.isClaimed || !isClaimed { continue }
        found[address] = Place(unit: units.count, row: row, isClaimed: isClaimed)
      }
      units.append(unit)
    }
    var frames: [UInt64: [Line]] = [:]
    let byUnit = Dictionary(grouping: found) { $0.value.unit }
    for (unit, places) in byUnit {
      let rows = places.map { ($0.key, $0.value.row) }.sorted { $0.0 < $1.0 }
      for (address, lines) in Self.frames(of: rows, in: units[unit]) { frames[address] = lines }
    }
    return frames
  }

  /// Where the line of an address was found.
  private struct Place {
    var unit: Int
    var row: LineTable.Row
    /// The ranges of the unit hold the address.
    var isClaimed: Bool
  }

  /// What a unit tells. What of it is damaged costs its own lines only.
  private static func orNone<Element>(_ body: () throws(NotKnown) -> [Element]) -> [Element] {
    do throws(NotKnown) { return try body() } catch { return [] }
  }

  /// - Parameter rows: sorted by address.
  private static func frames(of rows: [(UInt64, LineTable.Row)], in unit: Unit)
    -> [(UInt64, [Line])]
  {
    orNone { () throws(NotKnown) in
      guard let table = try unit.lineTable() else { return [] }
      func line(_ file: UInt64, _ number: UInt64) throws(NotKnown) -> Line? {
        guard number > 0, let number = Int(exactly: number), let path = table.path(ofFile: file)
        else { return nil }
        try unit.budget.spend(path.count)
        return Line(path: String(decoding: path, as: UTF8.self), line: number)
      }
      var known: [(address: UInt64, line: Line)] = []
      for (address, row) in rows {
        if let line = try line(row.file, row.line) { known.append((address, line)) }
      }
      let calls = Self.orNone { () throws(NotKnown) in
        [try InlinedCalls(of: known.map(\.address), in: unit)]
      }.first
      guard let calls else { return known.map { ($0.address, [$0.line]) } }
      var result: [(UInt64, [Line])] = []
      for (index, place) in known.enumerated() {
        var lines = [place.line]
        for call in calls.calls(ofAddressAt: index) {
          // Compilers do not know the line of every call.
          if let line = try line(call.file, call.line) { lines.append(line) }
        }
        result.append((place.address, lines))
      }
      return result
    }
  }
}

/// Finds the rows of line tables that hold addresses.
private struct LineSearch {
  /// Sorted.
  private let addresses: [UInt64]
  private let code: [Range<UInt64>]

  init(of addresses: [UInt64], code: [Range<UInt64>]) {
    self.addresses = Set(addresses).sorted()
    self.code = code
  }

  /// The rows of a unit's table that hold addresses, and whether the unit's ranges hold them, too.
  func places(in unit: DebugInfo.Unit) throws(DebugInfo.NotKnown)
    -> [(UInt64, LineTable.Row, isClaimed: Bool)]
  {
    guard let table = try unit.lineTable() else { return [] }
    var found: [(UInt64, LineTable.Row)] = []
    var previous: LineTable.Row?
    var isCode = false
    try table.forEachRow { row throws(DebugInfo.NotKnown) in
      if let previous, isCode, previous.address < row.address {
        var index = AddressRanges.firstIndex(in: addresses) { $0 >= previous.address }
        while index < addresses.count, addresses[index] < row.address {
          try unit.budget.spend(1)
          found.append((addresses[index], previous))
          index += 1
        }
      }
      // What a linker dropped keeps its sequence, which then begins at 0 or another place where
      // no code is.
      if previous == nil { isCode = AddressRanges.range(of: row.address, in: code) != nil }
      previous = row.isEnd ? nil : row
    }
    guard !found.isEmpty else { return [] }
    let ranges = try unit.ranges()
    return found.map { address, row in
      (address, row, AddressRanges.range(of: address, in: ranges) != nil)
    }
  }
}
