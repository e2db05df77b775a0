internal import CDw
internal import ElfKit

/// The line number table of a unit (DWARF 5, 6.2 "Line Number Information"; versions 2 to 5).
///
/// It is read here and not by libdw, which sorts the rows of all sequences into one list and moves
/// the end of a sequence before other rows of its address. Such a row then seems to reach up to the
/// next sequence, over the code of other units.
struct LineTable {
  /// `DW_AT_comp_dir`: relative paths begin there. Empty when the unit has none.
  private let compilationDirectory: UnsafeRawBufferPointer
  private let sections: DebugSections
  private(set) var header = Header()
  /// The whole table, in bytes.
  private(set) var size = 0
  /// What follows the header.
  private(set) var program: UnsafeRawBufferPointer
  private var directories: [UnsafeRawBufferPointer] = []
  private var files: [File] = []

  /// The fields of the header that the program needs.
  struct Header {
    var version: UInt16 = 0
    var minimumInstructionLength: UInt8 = 1
    var maximumOperations: UInt8 = 1
    var lineBase: Int8 = 0
    var lineRange: UInt8 = 1
    var opcodeBase: UInt8 = 1
    /// How many arguments each standard opcode has, from opcode 1 on.
    var opcodeLengths: UnsafeRawBufferPointer = .init(start: nil, count: 0)
  }

  private struct File {
    var name: UnsafeRawBufferPointer
    var directory: UInt64
  }

  /// Longer than any path that a system opens, in bytes (`PATH_MAX` of Linux).
  private static let maximumNameLength = 4096

  /// - Parameter offset: `DW_AT_stmt_list`.
  /// - Throws: ``DebugInfo/NotKnown`` when the header is malformed, or of another version.
  init(
    at offset: UInt64, in sections: DebugSections, compilationDirectory: UnsafeRawBufferPointer
  ) throws(DebugInfo.NotKnown) {
    self.sections = sections
    self.compilationDirectory = compilationDirectory
    program = UnsafeRawBufferPointer(start: nil, count: 0)
    guard offset < UInt64(sections.line.count) else {
      throw .malformed("there is no line table at \(offset) of .debug_line")
    }
    let rest = UnsafeRawBufferPointer(rebasing: sections.line[Int(offset)...])
    do throws(Damage) {
      _ = try Self.checked(compilationDirectory)
      try read(ByteReader(rest, byteOrder: sections.byteOrder))
    } catch {
      throw error.notKnown("the line table at \(offset) of .debug_line")
    }
  }

  /// The byte order of ``program``.
  var byteOrder: ElfHeader.ByteOrder { sections.byteOrder }

  /// How many files the table has.
  var fileCount: Int { files.count }

  /// The number of the first file: 1 before DWARF 5.
  private var firstFile: Int { header.version < 5 ? 1 : 0 }

  /// The path of a file by the number that the program and `DW_AT_call_file` use for it. Nil when
  /// there is none.
  func path(ofFile number: UInt64) -> [UInt8]? {
    guard number >= firstFile, number - UInt64(firstFile) < UInt64(files.count) else { return nil }
    var path: [UInt8] = []
    appendPath(ofFileAt: Int(number) - firstFile, to: &path)
    return path
  }

  /// Appends the path of a file with its directory.
  ///
  /// - Parameter index: counted from 0.
  func appendPath(ofFileAt index: Int, to path: inout [UInt8]) {
    let file = files[index]
    let slash = UInt8(ascii: "/")
    if file.name.first != slash {
      // Before DWARF 5 number 0 is the directory of the compilation.
      let number = file.directory &- UInt64(firstFile)
      let directory =
        number < UInt64(directories.count)
        ? directories[Int(number)] : UnsafeRawBufferPointer(start: nil, count: 0)
      if directory.first != slash, !compilationDirectory.isEmpty {
        path += compilationDirectory
        path.append(slash)
      }
      if !directory.isEmpty {
        path += directory
        path.append(slash)
      }
    }
    path += file.name
  }

  // MARK: The header (6.2.4 "The Line Number Program Header")

  /// What keeps a table from being read.
  private enum Damage: Error {
    case cut
    case version(UInt16)
    case form(UInt64)
    case opcodeBase
    case emptyEntries
    case name

    func notKnown(_ table: String) -> DebugInfo.NotKnown {
      switch self {
      case .cut: .malformed("\(table) is cut")
      case .version(let version):
        .init(.unsupported, "\(table) has version \(version); 2 to 5 are read")
      case .form(let form):
        .init(
          .unsupported, "\(table) has names in form 0x\(String(form, radix: 16)), which is not read"
        )
      case .opcodeBase: .malformed("\(table) has no opcode_base or line_range")
      case .emptyEntries: .malformed("\(table) has files without a name")
      case .name: .malformed("\(table) has a name that is not in its section, or too long")
      }
    }
  }

  private mutating func read(_ reader: consuming ByteReader) throws(Damage) {
    var reader = reader
    guard let (isWide, length) = reader.unitLength(), let unit = reader.bytes(length) else {
      throw .cut
    }
    size = unit.count
    reader = ByteReader(unit, byteOrder: sections.byteOrder)
    guard let version = reader.read(UInt16.self) else { throw .cut }
    guard 2...5 ~= version else { throw .version(version) }
    header.version = version
    // address_size and segment_selector_size; DW_LNE_set_address has a length of its own.
    if version >= 5, reader.bytes(2) == nil { throw .cut }
    guard let headerLength = reader.offset(isWide: isWide),
      let tables = Int(exactly: headerLength).flatMap({ reader.bytes($0) }),
      let program = reader.bytes(unit.count - reader.position)
    else { throw .cut }
    self.program = program
    reader = ByteReader(tables, byteOrder: sections.byteOrder)
    try readFields(&reader)
    if version >= 5 {
      for name in try entries(&reader, isWide) { directories.append(name.name) }
      files = try entries(&reader, isWide)
    } else {
      try readOldTables(&reader)
    }
  }

  private mutating func readFields(_ reader: inout ByteReader) throws(Damage) {
    guard let minimumLength = reader.read(UInt8.self),
      let maximumOperations = header.version >= 4 ? reader.read(UInt8.self) : 1,
      // default_is_stmt
      reader.read(UInt8.self) != nil,
      let lineBase = reader.read(Int8.self), let lineRange = reader.read(UInt8.self),
      let opcodeBase = reader.read(UInt8.self)
    else { throw .cut }
    guard opcodeBase > 0, lineRange > 0 else { throw .opcodeBase }
    guard let lengths = reader.bytes(Int(opcodeBase) - 1) else { throw .cut }
    header.minimumInstructionLength = minimumLength
    // 0 stands in tables of assemblers that do not know of it.
    header.maximumOperations = max(1, maximumOperations)
    header.lineBase = lineBase
    header.lineRange = lineRange
    header.opcodeBase = opcodeBase
    header.opcodeLengths = lengths
  }

  /// `include_directories` and `file_names` before DWARF 5: strings, the last one empty.
  private mutating func readOldTables(_ reader: inout ByteReader) throws(Damage) {
    while true {
      guard let name = reader.string() else { throw .cut }
      if name.isEmpty { break }
      directories.append(try Self.checked(name))
    }
    while true {
      guard let name = reader.string() else { throw .cut }
      if name.isEmpty { break }
      // The directory, the time, the length.
      guard let directory = reader.uleb128(), reader.uleb128() != nil, reader.uleb128() != nil
      else { throw .cut }
      files.append(File(name: try Self.checked(name), directory: directory))
    }
  }

  /// `directories` or `file_names` of DWARF 5, which say of what their entries are made.
  private func entries(_ reader: inout ByteReader, _ isWide: Bool) throws(Damage) -> [File] {
    guard let formatCount = reader.read(UInt8.self) else { throw .cut }
    var formats: [(content: UInt64, form: UInt64)] = []
    for _ in 0..<formatCount {
      guard let content = reader.uleb128(), let form = reader.uleb128() else { throw .cut }
      formats.append((content, form))
    }
    guard let count = reader.uleb128() else { throw .cut }
    guard count == 0 || formats.contains(where: { $0.content == UInt64(DW_LNCT_path) }) else {
      throw .emptyEntries
    }
    var entries: [File] = []
    // Each takes at least a byte, so the end of the table ends this.
    for _ in 0..<count {
      var entry = File(name: UnsafeRawBufferPointer(start: nil, count: 0), directory: 0)
      for (content, form) in formats {
        let value = try value(&reader, form, isWide)
        switch (Int32(truncatingIfNeeded: content), value) {
        case (Int32(DW_LNCT_path), .name(let name)): entry.name = name
        case (Int32(DW_LNCT_directory_index), .number(let number)): entry.directory = number
        default: break
        }
      }
      entries.append(entry)
    }
    return entries
  }

  private enum Value {
    case name(UnsafeRawBufferPointer)
    case number(UInt64)
    /// A checksum, or what a producer adds.
    case other
  }

  /// A value of one of the forms that 6.2.4.1 "Standard Content Descriptions" allows, and those that
  /// producers use for contents of their own.
  private func value(_ reader: inout ByteReader, _ form: UInt64, _ isWide: Bool) throws(Damage)
    -> Value
  {
    let value: Value?
    switch Int32(truncatingIfNeeded: form) {
    case Int32(DW_FORM_string): value = try name(reader.string())
    case Int32(DW_FORM_line_strp):
      value = try name(at: reader.offset(isWide: isWide), in: sections.lineStrings)
    case Int32(DW_FORM_strp):
      value = try name(at: reader.offset(isWide: isWide), in: sections.strings)
    case Int32(DW_FORM_udata): value = reader.uleb128().map { .number($0) }
    case Int32(DW_FORM_data1): value = reader.read(UInt8.self).map { .number(UInt64($0)) }
    case Int32(DW_FORM_data2): value = reader.read(UInt16.self).map { .number(UInt64($0)) }
    case Int32(DW_FORM_data4): value = reader.read(UInt32.self).map { .number(UInt64($0)) }
    case Int32(DW_FORM_data8): value = reader.read(UInt64.self).map { .number($0) }
    case Int32(DW_FORM_data16): value = reader.bytes(16).map { _ in .other }
    case Int32(DW_FORM_block):
      value = reader.uleb128().flatMap { Int(exactly: $0) }.flatMap { reader.bytes($0) }
        .map { _ in .other }
    default: throw .form(form)
    }
    guard let value else { throw .cut }
    return value
  }

  /// A string of another section.
  private func name(at offset: UInt64?, in section: UnsafeRawBufferPointer) throws(Damage)
    -> Value?
  {
    guard let offset else { return nil }
    var reader = ByteReader(section, byteOrder: sections.byteOrder)
    guard let start = Int(exactly: offset), reader.move(to: start), let name = reader.string()
    else { throw .name }
    return .name(try Self.checked(name))
  }

  private func name(_ name: UnsafeRawBufferPointer?) throws(Damage) -> Value? {
    guard let name else { return nil }
    return .name(try Self.checked(name))
  }

  /// Many entries may name one string, so a long one would cost far more than its size.
  private static func checked(_ name: UnsafeRawBufferPointer) throws(Damage)
    -> UnsafeRawBufferPointer
  {
    guard name.count <= maximumNameLength else { throw .name }
    return name
  }
}
