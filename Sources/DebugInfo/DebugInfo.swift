internal import CDw
public import ElfKit

/// The DWARF of a file: which source files its compilation units are made of, and which line an
/// address belongs to. Read by libdw.
public struct DebugInfo: ~Copyable {
  /// `Dwarf *`. Uses the libelf handle of the file, which is not to end before.
  private let handle: OpaquePointer

  /// There is no DWARF, or it cannot be read.
  public struct NotKnown: Error, Hashable, Sendable {
    /// In words for the user.
    public var reason: String
  }

  /// A line of source.
  public struct Line: Hashable, Sendable {
    /// As the compiler recorded it.
    public var path: String
    /// Counted from 1.
    public var line: Int
  }

  /// Calls `body` with the DWARF of a file.
  ///
  /// - Throws: ``NotKnown`` when there is none, or what `body` throws.
  public static func with<Result>(
    _ file: borrowing ElfFile, _ body: (borrowing DebugInfo) throws(NotKnown) -> Result
  ) throws(NotKnown) -> Result {
    guard file.header.type != .relocatable else {
      throw NotKnown(reason: "the DWARF of an object file is complete only when it is linked")
    }
    let info = try DebugInfo(file)
    return try body(info)
  }

  private init(_ file: borrowing ElfFile) throws(NotKnown) {
    guard let handle = dwarf_begin_elf(file.handle, DWARF_C_READ, nil) else {
      let number = dwarf_errno()
      // DWARF_E_NO_DWARF has no name in the public header; the sections tell the same.
      let names = [".debug_info", ".zdebug_info", ".debug_line", ".zdebug_line"]
      throw names.contains(where: { file.section(named: $0) != nil })
        ? Self.failure(number) : NotKnown(reason: "no DWARF; stripped, or built without -g")
    }
    self.handle = handle
  }

  deinit { dwarf_end(handle) }

  private static func failure(_ number: Int32 = dwarf_errno()) -> NotKnown {
    let reason = dwarf_errmsg(number).map { String(cString: $0) } ?? "unknown error \(number)"
    return NotKnown(reason: "malformed DWARF: \(reason)")
  }

  /// A compilation unit.
  public struct Unit {
    /// `DW_AT_name`: its source file, as it was given to the compiler.
    public let name: String
    fileprivate var die: Dwarf_Die

    /// Hands each file of the unit's line table to `body` (DWARF 5, 6.2.4 "The Line Number Program
    /// Header"): its path with its directory, as bytes that are valid in `body` only.
    ///
    /// - Throws: ``NotKnown`` when the table is malformed.
    public func forEachFile(_ body: (UnsafeRawBufferPointer) -> Void) throws(NotKnown) {
      var die = die
      var files: OpaquePointer?
      var count = 0
      guard dwarf_hasattr(&die, UInt32(DW_AT_stmt_list)) != 0 else { return }
      guard dwarf_getsrcfiles(&die, &files, &count) == 0, let files else {
        throw DebugInfo.failure()
      }
      for index in 0..<count {
        guard let path = dwarf_filesrc(files, index, nil, nil) else { continue }
        body(UnsafeRawBufferPointer(start: path, count: DebugInfo.length(of: path)))
      }
    }

    /// The lines of addresses that belong to this unit. `addresses` is sorted.
    fileprivate func addLines(of addresses: [UInt64], to lines: inout [UInt64: Line])
      throws(NotKnown)
    {
      var die = die
      var table: OpaquePointer?
      var count = 0
      guard dwarf_hasattr(&die, UInt32(DW_AT_stmt_list)) != 0 else { return }
      guard dwarf_getsrclines(&die, &table, &count) == 0, let table else {
        throw DebugInfo.failure()
      }
      var previous: (row: OpaquePointer, address: UInt64)?
      for index in 0..<count {
        guard let row = dwarf_onesrcline(table, index) else { continue }
        var address: UInt64 = 0
        guard dwarf_lineaddr(row, &address) == 0 else { continue }
        if let previous, previous.address < address {
          DebugInfo.add(previous.row, previous.address..<address, addresses, &lines)
        }
        var isEnd = false
        _ = dwarf_lineendsequence(row, &isEnd)
        previous = isEnd ? nil : (row, address)
      }
    }
  }

  /// Hands each compilation unit to `body`.
  ///
  /// - Throws: ``NotKnown`` when the units are malformed, or what `body` throws.
  public func forEachUnit(_ body: (Unit) throws(NotKnown) -> Void) throws(NotKnown) {
    var unit: OpaquePointer?
    while true {
      var next: OpaquePointer?
      var version: Dwarf_Half = 0
      var kind: UInt8 = 0
      var die = Dwarf_Die()
      var split = Dwarf_Die()
      let status = dwarf_get_units(handle, unit, &next, &version, &kind, &die, &split)
      if status > 0 { return }
      guard status == 0, let current = next else { throw Self.failure() }
      unit = current
      guard Int32(kind) == Int32(DW_UT_compile) || Int32(kind) == Int32(DW_UT_skeleton) else {
        continue
      }
      // A unit without abbreviations is found, but nothing in it.
      guard dwarf_tag(&die) != 0 else { throw Self.failure() }
      let name = dwarf_diename(&die).map { String(cString: $0) } ?? ""
      try body(Unit(name: name, die: die))
    }
  }

  /// The source lines of addresses; those without one are left out.
  ///
  /// - Throws: ``NotKnown`` when a line table is malformed.
  public func lines(of addresses: [UInt64]) throws(NotKnown) -> [UInt64: Line] {
    guard !addresses.isEmpty else { return [:] }
    let sorted = addresses.sorted()
    var lines: [UInt64: Line] = [:]
    try forEachUnit { unit throws(NotKnown) in try unit.addLines(of: sorted, to: &lines) }
    return lines
  }

  private static func add(
    _ row: OpaquePointer, _ range: Range<UInt64>, _ addresses: [UInt64],
    _ lines: inout [UInt64: Line]
  ) {
    var low = 0
    var high = addresses.count
    while low < high {
      let middle = (low + high) / 2
      if addresses[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
    }
    guard low < addresses.count, addresses[low] < range.upperBound else { return }
    var number: Int32 = 0
    guard dwarf_lineno(row, &number) == 0, number > 0, let path = dwarf_linesrc(row, nil, nil)
    else { return }
    let line = Line(path: String(cString: path), line: Int(number))
    while low < addresses.count, addresses[low] < range.upperBound {
      lines[addresses[low]] = line
      low += 1
    }
  }

  private static func length(of text: UnsafePointer<CChar>) -> Int {
    var length = 0
    while text[length] != 0 { length += 1 }
    return length
  }
}
