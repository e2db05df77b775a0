internal import CDw
internal import ElfKit

extension LineTable {
  /// A row of the table: the line of the code from its address to that of the next row.
  struct Row {
    var address: UInt64 = 0
    /// By the numbers of ``path(ofFile:)``.
    var file: UInt64 = 1
    /// 0 when the code belongs to no line.
    var line: UInt64 = 1
    /// It is the end of a sequence, and has no code.
    var isEnd = false
  }

  /// Runs the line number program (DWARF 5, 6.2.5) and hands its rows to `body`, in its order.
  ///
  /// - Throws: ``DebugInfo/NotKnown`` when it is cut, or what `body` throws.
  func forEachRow(_ body: (Row) throws(DebugInfo.NotKnown) -> Void) throws(DebugInfo.NotKnown) {
    var machine = LineMachine(self)
    var reader = ByteReader(program, byteOrder: byteOrder)
    while !reader.isAtEnd {
      guard try machine.step(&reader) else { continue }
      try body(machine.row)
      if machine.row.isEnd { machine.reset() }
    }
  }
}

/// The state machine of line number programs (DWARF 5, 6.2.2 "State Machine Registers").
private struct LineMachine {
  private let header: LineTable.Header
  private(set) var row = LineTable.Row()
  /// `op_index`, of VLIW machines.
  private var operation: UInt64 = 0

  private let byteOrder: ElfHeader.ByteOrder

  init(_ table: LineTable) {
    header = table.header
    byteOrder = table.byteOrder
  }

  mutating func reset() {
    row = LineTable.Row()
    operation = 0
  }

  /// Executes one instruction. True when it makes a row.
  mutating func step(_ reader: inout ByteReader) throws(DebugInfo.NotKnown) -> Bool {
    let opcode = try present(reader.read(UInt8.self))
    guard opcode < header.opcodeBase else {
      // 6.2.5.1 "Special Opcodes"
      let adjusted = opcode - header.opcodeBase
      advance(UInt64(adjusted / header.lineRange))
      advanceLine(Int64(header.lineBase) + Int64(adjusted % header.lineRange))
      return true
    }
    return opcode == 0 ? try extended(&reader) : try standard(opcode, &reader)
  }

  private func present<Value>(_ value: Value?) throws(DebugInfo.NotKnown) -> Value {
    guard let value else { throw .malformed("a line number program is cut") }
    return value
  }

  /// 6.2.5.2 "Standard Opcodes"
  private mutating func standard(_ opcode: UInt8, _ reader: inout ByteReader)
    throws(DebugInfo.NotKnown) -> Bool
  {
    switch Int(opcode) {
    case Int(DW_LNS_copy): return true
    case Int(DW_LNS_advance_pc): advance(try present(reader.uleb128()))
    case Int(DW_LNS_advance_line): advanceLine(try present(reader.sleb128()))
    case Int(DW_LNS_set_file): row.file = try present(reader.uleb128())
    case Int(DW_LNS_const_add_pc): advance(UInt64((255 - header.opcodeBase) / header.lineRange))
    case Int(DW_LNS_fixed_advance_pc):
      row.address &+= UInt64(try present(reader.read(UInt16.self)))
      operation = 0
    default:
      // Columns, marks, and what later versions may add.
      for _ in 0..<header.opcodeLengths[Int(opcode) - 1] { _ = try present(reader.uleb128()) }
    }
    return false
  }

  /// 6.2.5.3 "Extended Opcodes"
  private mutating func extended(_ reader: inout ByteReader) throws(DebugInfo.NotKnown) -> Bool {
    let length = try present(reader.uleb128().flatMap { Int(exactly: $0) })
    var arguments = ByteReader(try present(reader.bytes(length)), byteOrder: byteOrder)
    // An empty one has no opcode.
    guard let opcode = arguments.read(UInt8.self) else { return false }
    switch Int(opcode) {
    case Int(DW_LNE_end_sequence):
      row.isEnd = true
      return true
    case Int(DW_LNE_set_address):
      row.address = try present(arguments.address(size: length - 1))
      operation = 0
    case Int(DW_LNE_define_file):
      // No compiler of today makes it.
      throw .init(.unsupported, "a line number program defines a file by DW_LNE_define_file")
    default: break
    }
    return false
  }

  /// Advances by operations, of which an instruction has one but on VLIW machines.
  private mutating func advance(_ count: UInt64) {
    let maximum = UInt64(header.maximumOperations)
    let total = operation &+ count
    row.address &+= UInt64(header.minimumInstructionLength) &* (total / maximum)
    operation = total % maximum
  }

  private mutating func advanceLine(_ count: Int64) {
    row.line = row.line &+ UInt64(bitPattern: count)
  }
}
