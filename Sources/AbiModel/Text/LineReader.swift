internal import Support

/// A cursor over one line of ABI text.
struct LineReader {
  private let text: UnsafeRawBufferPointer
  private let start: Int
  private let end: Int
  private var position: Int
  let path: String
  /// Counted from 1.
  let number: Int

  init(text: UnsafeRawBufferPointer, start: Int, end: Int, path: String, line: Int) {
    self.text = text
    self.start = start
    var end = end
    // Lines may end in CR LF; the CR shows as a blank at the end.
    while end > start, Spelling.isBlank(text[end - 1]) { end -= 1 }
    self.end = end
    self.path = path
    number = line
    position = start
    lineEnd = text[end...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
  }

  /// Where the line ends, blanks included.
  private let lineEnd: Int

  /// The line without blanks at its end.
  var range: Range<Int> { start..<end }

  var trailingBlankColumn: TextColumn? { lineEnd > end ? textColumn(end - start + 1) : nil }
  /// In bytes.
  var column: Int { position - start + 1 }

  /// A column in bytes with what it is in code points.
  func textColumn(_ column: Int) -> TextColumn {
    TextColumn(behind: UnsafeRawBufferPointer(rebasing: text[start..<start + column - 1]))
  }

  var peek: UInt8? { position < end ? text[position] : nil }
  var atEnd: Bool {
    mutating get {
      skipBlanks()
      return position >= end
    }
  }

  mutating func skipBlanks() {
    while let byte = peek, Spelling.isBlank(byte) { position += 1 }
  }

  /// Goes to the next word and returns its column.
  mutating func skipToNext() -> Int {
    skipBlanks()
    return column
  }

  func error(at column: Int? = nil, _ message: String) -> InputError {
    InputError(.syntax, path: path, line: number, column: column ?? self.column, message)
  }

  mutating func expectEnd() throws(InputError) {
    guard atEnd else { throw error("unexpected text; expected the end of the line") }
  }

  // MARK: Comments and directives

  var startsWithDirective: Bool {
    position + 1 < end && text[position] == UInt8(ascii: "#")
      && text[position + 1] == UInt8(ascii: "%")
  }

  var isReviewMark: Bool {
    String(decoding: text[position..<end], as: UTF8.self) == ReviewMark.line
  }

  mutating func directiveWord() -> String {
    let first = position
    while let byte = peek, !Spelling.isBlank(byte) { position += 1 }
    return String(decoding: text[first..<position], as: UTF8.self)
  }

  // MARK: Words

  /// A plain or quoted name.
  mutating func name(_ expected: String) throws(InputError) -> ByteName {
    skipBlanks()
    guard let byte = peek else { throw error("expected \(expected)") }
    if byte == Spelling.quote { return ByteName(try quoted()) }
    let first = position
    while let byte = peek, !Spelling.isBlank(byte) {
      guard Spelling.isPlain(byte) else {
        throw error("unexpected \(Spelling.show(byte)); a name with it is to be written in quotes")
      }
      position += 1
    }
    return ByteName([UInt8](text[first..<position]))
  }

  /// The bytes of a quoted name, with the position behind its closing quote.
  private mutating func quoted() throws(InputError) -> [UInt8] {
    let opening = column
    var result: [UInt8] = []
    position += 1
    while let byte = peek {
      switch byte {
      case Spelling.quote:
        position += 1
        guard !result.isEmpty else { throw error(at: opening, "an empty name") }
        return result
      case Spelling.backslash:
        guard position + 3 < end, text[position + 1] == UInt8(ascii: "x"),
          let high = Spelling.hexValue(text[position + 2]),
          let low = Spelling.hexValue(text[position + 3])
        else { throw error("expected \\xNN with two hexadecimal digits") }
        guard high | low != 0 else { throw error("a name cannot hold the byte \\x00") }
        result.append(high << 4 | low)
        position += 4
      default:
        guard byte >= 0x20, byte < 0x7f else {
          throw error("unexpected \(Spelling.show(byte)) in a quoted name; write it as \\xNN")
        }
        result.append(byte)
        position += 1
      }
    }
    throw error(at: opening, "the quote is not closed")
  }

  /// `NAME[@[VERSION]|@@VERSION]`. The name's bytes live as long as the text.
  mutating func head() throws(InputError) -> SpelledHead {
    var head = SpelledHead()
    if peek == Spelling.quote {
      let bytes = try quoted()
      head.setName(bytes)
    } else {
      let first = position
      while let byte = peek, !Spelling.isBlank(byte), byte != UInt8(ascii: "@") {
        if byte == UInt8(ascii: "{") {
          try alternatives()
          head.hasAlternatives = true
          continue
        }
        guard Spelling.isPlain(byte) else {
          throw error(
            "unexpected \(Spelling.show(byte)); a name with it is to be written in quotes")
        }
        position += 1
      }
      guard position > first else { throw error("expected the name of a symbol") }
      head.setSpelled(UnsafeRawBufferPointer(rebasing: text[first..<position]))
    }
    if peek == UInt8(ascii: "@") {
      position += 1
      head.isHidden = peek != UInt8(ascii: "@")
      if !head.isHidden { position += 1 }
      if let byte = peek, !Spelling.isBlank(byte) {
        head.version = try name("the name of a version")
      } else if !head.isHidden {
        throw error("expected the name of a version")
      }
    }
    if let byte = peek, !Spelling.isBlank(byte) {
      throw error("unexpected \(Spelling.show(byte)); expected a blank and the kind")
    }
    return head
  }

  /// `{64-bit spelling|32-bit spelling}` inside a name.
  private mutating func alternatives() throws(InputError) {
    let opening = column
    position += 1
    let first = position
    var bar: Int?
    while let byte = peek, byte != UInt8(ascii: "}") {
      if byte == UInt8(ascii: "|") {
        guard bar == nil else {
          throw error("a second | ; expected {64-bit spelling|32-bit spelling}")
        }
        bar = position
      } else if !Spelling.isPlain(byte) {
        break
      }
      position += 1
    }
    guard peek == UInt8(ascii: "}"), let bar else {
      throw error(at: opening, "expected {64-bit spelling|32-bit spelling}")
    }
    guard !text[first..<bar].elementsEqual(text[bar + 1..<position]) else {
      throw error(at: opening, "both alternatives are the same; write the name without braces")
    }
    position += 1
  }

  /// The kind's letter, when a known one follows and is a word of its own.
  mutating func letter() -> KindLetter? {
    guard let byte = peek, let letter = KindLetter(rawValue: byte) else { return nil }
    if position + 1 < end, !Spelling.isBlank(text[position + 1]) { return nil }
    position += 1
    return letter
  }

  /// A decimal number, when the next word begins with a digit.
  mutating func decimal() throws(InputError) -> UInt64? {
    guard let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
      return nil
    }
    let first = position
    var value: UInt64 = 0
    while let byte = peek, !Spelling.isBlank(byte) {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
        throw error(
          "unexpected \(Spelling.show(byte)) in a size; expected a decimal number of bytes")
      }
      let (product, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      guard !over, !carry, sum < 1 << 63 else {
        throw error(at: first - start + 1, "a size of 2^63 bytes or more")
      }
      value = sum
      position += 1
    }
    return value
  }

  /// The next word, up to a blank outside quotes.
  mutating func word() -> UnsafeRawBufferPointer {
    let first = position
    var inQuotes = false
    while let byte = peek, inQuotes || !Spelling.isBlank(byte) {
      if byte == Spelling.quote { inQuotes.toggle() }
      position += 1
    }
    return UnsafeRawBufferPointer(rebasing: text[first..<position])
  }

  /// A reader of a part of this line: bytes `range` of the last word, which ended here.
  func reader(ofLast count: Int) -> LineReader {
    var copy = self
    copy.position = position - count
    return copy
  }
}

/// The name and version at the start of a symbol's line.
struct SpelledHead {
  private var quoted: [UInt8] = []
  private var plain = UnsafeRawBufferPointer(start: nil, count: 0)
  var hasAlternatives = false
  var version: ByteName?
  /// `VERSYM_HIDDEN`: one `@`.
  var isHidden = false

  /// A name in quotes, which the canonical spelling may not need.
  mutating func setName(_ bytes: [UInt8]) { quoted = Array(ByteName(bytes).spelled.utf8) }

  mutating func setSpelled(_ spelled: UnsafeRawBufferPointer) { plain = spelled }

  func withSpelled<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    quoted.isEmpty ? body(plain) : quoted.withUnsafeBytes(body)
  }

  /// The whole head as the canonical text spells it.
  var canonical: Head {
    var result = withSpelled { [UInt8]($0) }
    if version != nil || isHidden { result += Array((isHidden ? "@" : "@@").utf8) }
    if let version { result += Array(version.spelled.utf8) }
    return Head(result)
  }
}
