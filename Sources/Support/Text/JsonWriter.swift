/// Writes JSON (RFC 8259) in the order of the calls, two blanks a level.
///
/// Keys and strings are ASCII or valid UTF-8; what JSON does not allow plain is escaped.
public struct JsonWriter {
  /// What has been written so far.
  public private(set) var bytes: [UInt8] = []
  private var depth = 0
  private var isFirst = true
  private var afterKey = false

  /// A writer that has written nothing.
  public init() {}

  /// Writes an object; `body` writes its members.
  public mutating func object(_ body: (inout JsonWriter) -> Void) {
    nest("{", "}", body)
  }

  /// Writes an array; `body` writes its elements.
  public mutating func array(_ body: (inout JsonWriter) -> Void) {
    nest("[", "]", body)
  }

  /// The key of the value that is written next.
  public mutating func key(_ key: String) {
    startValue()
    quote(key)
    append(": ")
    afterKey = true
  }

  /// Writes a string (RFC 8259, 7).
  public mutating func string(_ text: String) {
    startValue()
    quote(text)
  }

  /// Writes a whole number.
  public mutating func number(_ number: some BinaryInteger) {
    startValue()
    append(String(number))
  }

  /// Writes `true` or `false`.
  public mutating func bool(_ value: Bool) {
    startValue()
    append(value ? "true" : "false")
  }

  /// Writes `null`.
  public mutating func null() {
    startValue()
    append("null")
  }

  /// The whole text with a newline at its end.
  public func finished() -> [UInt8] { bytes + [UInt8(ascii: "\n")] }

  private mutating func nest(
    _ opening: String, _ closing: String, _ body: (inout JsonWriter) -> Void
  ) {
    startValue()
    append(opening)
    depth += 1
    isFirst = true
    body(&self)
    depth -= 1
    if !isFirst { newLine() }
    append(closing)
    isFirst = false
  }

  private mutating func startValue() {
    if afterKey {
      afterKey = false
      return
    }
    if depth > 0 {
      if !isFirst { append(",") }
      newLine()
    }
    isFirst = false
  }

  private mutating func newLine() {
    append("\n")
    for _ in 0..<depth { append("  ") }
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case UInt8(ascii: "\n"): append("\\n")
      case UInt8(ascii: "\t"): append("\\t")
      case 0..<0x20:
        append("\\u00")
        bytes.append(Spelling.hexDigit(byte >> 4))
        bytes.append(Spelling.hexDigit(byte & 0xf))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension JsonWriter {
  /// Writes a member that is a string.
  public mutating func field(_ name: String, _ value: String) {
    key(name)
    string(value)
  }

  /// Writes a member that is a whole number.
  public mutating func field(_ name: String, _ value: some BinaryInteger) {
    key(name)
    number(value)
  }

  /// Writes a member that is `true` or `false`.
  public mutating func field(_ name: String, _ value: Bool) {
    key(name)
    bool(value)
  }
}
