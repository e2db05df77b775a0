internal import ElfKit
public import Support

/// Reads ABI text: the canonical form, and plain symbol files of `NAME KIND [SIZE]` lines.
///
/// Everything that does not follow the grammar of docs/abi-format.md is an error with its place.
public struct AbiParser: Sendable {
  /// A flaw of the text that does not keep it from being understood.
  public struct Flaw: Hashable, Sendable {
    /// What is wrong.
    public enum Kind: Hashable, Sendable {
      /// A directive that this version does not know.
      case unknownDirective
      /// A line that is there twice for one kernel and architecture.
      case duplicate
      /// A line that sorts before the one above it.
      case order
      case trailingBlanks
      /// The mark by which a generated file asks to be reviewed.
      case unreviewed
    }

    /// What is wrong.
    public var kind: Kind
    /// Counted from 1.
    public var line: Int
    /// Counted from 1.
    public var column: TextColumn
    /// What is wrong and what to do, without a full stop.
    public var message: String
  }

  /// What a text says, and what is wrong with its form.
  public struct Result: Sendable {
    /// Sorted.
    public var abi: Abi
    /// In the order of the lines.
    public var flaws: [Flaw]
  }

  /// Parses a text and refuses duplicates and unknown directives.
  ///
  /// - Parameter path: how messages name the text.
  /// - Throws: `InputError` with the place of the first mistake.
  public static func parse(_ text: UnsafeRawBufferPointer, path: String) throws(InputError) -> Abi {
    let result = try parseWithFlaws(text, path: path)
    for flaw in result.flaws where flaw.kind == .duplicate || flaw.kind == .unknownDirective {
      throw InputError(
        .syntax, path: path, line: flaw.line, column: flaw.column.bytes, flaw.message)
    }
    return result.abi
  }

  /// Parses a text that is held as an array. See ``parse(_:path:)``.
  public static func parse(_ text: [UInt8], path: String) throws(InputError) -> Abi {
    try text.span.bytes.withUnsafeBytes { raw throws(InputError) in try parse(raw, path: path) }
  }

  /// Parses a text and lists its flaws.
  ///
  /// - Throws: `InputError` for what cannot be understood.
  public static func parseWithFlaws(_ text: UnsafeRawBufferPointer, path: String)
    throws(InputError) -> Result
  {
    // What a failed `abitool extract > FILE` leaves.
    if text.isEmpty { throw InputError(.syntax, path: path, "the file is empty") }
    // The usual mistake: the library in place of its text.
    if text.starts(with: [0x7f, 0x45, 0x4c, 0x46]) {
      throw InputError(
        .syntax, path: path, "an ELF file, not an ABI text; `abitool extract` makes one from it")
    }
    var parser = AbiParser(path: path)
    try parser.readLines(of: text)
    try parser.resolveAliases()
    parser.abi.sort()
    parser.findDuplicates()
    parser.flaws.sort { ($0.line, $0.column) < ($1.line, $1.column) }
    return Result(abi: parser.abi, flaws: parser.flaws)
  }

  private let path: String
  private var abi = Abi()
  private var flaws: [Flaw] = []
  private var sawFormat = false
  /// `alias=` attributes, resolved when all names are known.
  private var aliases: [(symbol: Int, target: Head, line: Int, column: Int)] = []
  /// Alias groups that turned out to be another one.
  private var joined: [UInt32: UInt32] = [:]
  /// The line above, when it was a symbol's: what order is judged by.
  private var previous: Range<Int>?

  private init(path: String) {
    self.path = path
    abi.isPlain = true
  }

  private mutating func readLines(of text: UnsafeRawBufferPointer) throws(InputError) {
    // Memory that is never touched costs nothing.
    abi.reserveCapacity(text.count / 16, nameBytes: text.count)
    var start = 0
    var number = 1
    while start < text.count {
      let end = text.firstPlace(of: UInt8(ascii: "\n"), from: start) ?? text.count
      try readLine(
        LineReader(text: text, start: start, end: end, path: path, line: number), in: text)
      start = end + 1
      number += 1
    }
  }

  private mutating func readLine(_ line: LineReader, in text: UnsafeRawBufferPointer)
    throws(InputError)
  {
    var line = line
    if let column = line.trailingBlankColumn {
      note(.trailingBlanks, line.number, column, "blanks at the end of the line; remove them")
    }
    line.skipBlanks()
    switch line.peek {
    case nil:
      previous = nil
    case UInt8(ascii: "#"):
      previous = nil
      try readComment(&line)
    default:
      judgeOrder(of: line, in: text)
      try readSymbol(&line)
    }
  }

  private mutating func judgeOrder(of line: LineReader, in text: UnsafeRawBufferPointer) {
    let range = line.range
    if let previous,
      UnsafeRawBufferPointer(rebasing: text[range])
        .precedes(UnsafeRawBufferPointer(rebasing: text[previous]))
    {
      note(.order, line.number, 1, "out of order: sort the lines with LC_ALL=C sort")
    }
    previous = range
  }

  private mutating func note(
    _ kind: Flaw.Kind, _ line: Int, _ column: TextColumn, _ message: String
  ) {
    flaws.append(Flaw(kind: kind, line: line, column: column, message: message))
  }

  // MARK: Directives

  private mutating func readComment(_ line: inout LineReader) throws(InputError) {
    guard line.startsWithDirective else {
      if line.number == 1, line.isReviewMark {
        note(.unreviewed, 1, 1, "not reviewed yet: review the symbols, then remove this line")
      }
      return
    }
    let place = line.column
    let word = line.directiveWord()
    abi.isPlain = false
    switch word {
    case "#%abi":
      let version = try line.name("the format version, 1")
      guard version.bytes == [UInt8(ascii: "1")] else {
        throw line.error(
          "format version \(version.spelled) is unknown; this abitool reads version 1")
      }
      sawFormat = true
    case "#%soname":
      let name = try line.name("the SONAME")
      if let other = abi.soname, other != name {
        throw line.error(at: place, "a second SONAME; the first was \(other.spelled)")
      }
      abi.soname = name
    case "#%arch":
      let column = line.skipToNext()
      let name = try line.name("the name of an architecture")
      guard let architecture = Architecture(named: String(decoding: name.bytes, as: UTF8.self))
      else { throw line.error(at: column, Architecture.unknown(name.spelled)) }
      guard abi.architecture == nil || abi.architecture == architecture else {
        throw line.error(at: place, "a second architecture")
      }
      abi.architecture = architecture
    case "#%union":
      abi.isUnion = true
    case "#%needed":
      abi.needed.append(try line.name("the SONAME of a library"))
    case "#%version":
      let name = try line.name("the name of a version")
      var parents: [ByteName] = []
      while !line.atEnd { parents.append(try line.name("the name of a parent version")) }
      for parent in parents { abi.addVersion(parent) }
      abi.addVersion(name, parents: parents)
    case "#%version-order":
      guard abi.versionOrder.isEmpty else { throw line.error(at: place, "a second \(word)") }
      while !line.atEnd { abi.versionOrder.append(try line.name("the name of a version")) }
      guard Set(abi.versionOrder).count == abi.versionOrder.count else {
        throw line.error(at: place, "a version is listed twice")
      }
      for name in abi.versionOrder { abi.addVersion(name) }
    default:
      note(
        .unknownDirective, line.number, line.textColumn(place),
        "unknown directive \(word); expected #%abi, #%arch, #%needed, #%soname, #%union, #%version or #%version-order"
      )
      return
    }
    try line.expectEnd()
  }

  // MARK: Symbols

  private mutating func readSymbol(_ line: inout LineReader) throws(InputError) {
    let head = try line.head()
    let letterColumn = line.skipToNext()
    guard let letter = line.letter() else {
      throw line.error(at: letterColumn, "expected a kind: one of T W D B R V i u A U w")
    }
    var symbol = letter.symbol
    symbol.sourceLine = UInt32(clamping: line.number)
    try readSize(&line, letter, &symbol)
    var attributes = AttributeReader()
    while !line.atEnd { try attributes.read(&line, letter, &symbol) }
    var version: Int32?
    if let name = head.version { version = abi.addVersion(name) }
    head.withSpelled { name in
      abi.append(
        symbol, spelled: name, hasAlternatives: head.hasAlternatives, version: version,
        isHidden: head.isHidden)
    }
    let index = abi.symbols.count - 1
    abi.setCondition(
      Abi.Condition(kernels: attributes.kernels, archs: attributes.archs), ofSymbolAt: index)
    if let (target, column) = attributes.alias {
      aliases.append((index, target, line.number, column))
    }
  }

  private func readSize(_ line: inout LineReader, _ letter: KindLetter, _ symbol: inout Symbol)
    throws(InputError)
  {
    let column = line.skipToNext()
    if let size = try line.decimal() {
      guard letter.isData else {
        throw line.error(
          at: column, "\(letter.character) has no size; expected an attribute or the line's end"
        )
      }
      symbol.size = size
    } else if letter.isData, letter != .weakData {
      throw line.error(at: column, "expected the size of the data in bytes")
    }
  }

  // MARK: What needs all lines

  /// Gives each name and the name it is an alias of the number of one group.
  private mutating func resolveAliases() throws(InputError) {
    guard !aliases.isEmpty else { return }
    var byHead: [Head: [Int]] = [:]
    for (index, symbol) in abi.symbols.enumerated() where symbol.isData {
      byHead[abi.spelledHead(of: symbol), default: []].append(index)
    }
    for alias in aliases {
      let own = abi.symbols[alias.symbol]
      let condition = abi.condition(of: own)
      let candidates = (byHead[alias.target] ?? []).filter {
        $0 != alias.symbol && condition.overlaps(abi.condition(of: abi.symbols[$0]))
      }
      guard let target = candidates.first else {
        let name = String(decoding: alias.target.bytes, as: UTF8.self)
        throw InputError(
          .syntax, path: path, line: alias.line, column: alias.column,
          "alias of \(name), but no data of that name is listed; add its line or remove the attribute"
        )
      }
      let leader = abi.symbols[target]
      guard leader.size == own.size, leader.size32 == own.size32 else {
        throw InputError(
          .syntax, path: path, line: alias.line, column: alias.column,
          "an alias is the same object: \(own.size) bytes here, \(leader.size) bytes in line \(leader.sourceLine)"
        )
      }
      guard leader.isTls == own.isTls else {
        throw InputError(
          .syntax, path: path, line: alias.line, column: alias.column,
          "an alias is the same object: thread-local in one line only (see line \(leader.sourceLine))"
        )
      }
      join(alias.symbol, target)
    }
    guard !joined.isEmpty else { return }
    for index in abi.symbols.indices {
      abi.symbols[index].aliasGroup = remaining(abi.symbols[index].aliasGroup)
    }
  }

  private mutating func join(_ one: Int, _ other: Int) {
    let groups = (remaining(abi.symbols[one].aliasGroup), remaining(abi.symbols[other].aliasGroup))
    switch groups {
    case (0, 0):
      let group = abi.newAliasGroup()
      abi.symbols[one].aliasGroup = group
      abi.symbols[other].aliasGroup = group
    case (0, let group): abi.symbols[one].aliasGroup = group
    case (let group, 0): abi.symbols[other].aliasGroup = group
    case (let group, let merged): if group != merged { joined[merged] = group }
    }
  }

  /// The group that a group has become part of, or the group itself.
  private mutating func remaining(_ group: UInt32) -> UInt32 {
    var group = group
    while let next = joined[group] {
      // Each second step is taken out of the way of the next search.
      if let further = joined[next] { joined[group] = further }
      group = next
    }
    return group
  }

  private mutating func findDuplicates() {
    for index in abi.symbols.indices.dropFirst() {
      let symbol = abi.symbols[index]
      var other = index - 1
      while other >= 0, abi.equalHeads(index, other) {
        if abi.condition(of: symbol).overlaps(abi.condition(of: abi.symbols[other])) {
          let lines = [symbol.sourceLine, abi.symbols[other].sourceLine].sorted()
          note(
            .duplicate, Int(lines[1]), 1,
            "\(abi.head(of: symbol)) is listed twice, first in line \(lines[0]); remove one")
          break
        }
        other -= 1
      }
    }
  }
}
