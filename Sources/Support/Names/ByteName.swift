/// A name as ELF has it: bytes of any value except NUL, compared as bytes.
public struct ByteName: Hashable, Sendable, Comparable, ExpressibleByStringLiteral {
  /// Without NUL.
  public let bytes: [UInt8]

  /// A name of these bytes.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }
  /// A name of these characters in UTF-8.
  public init(_ text: String) { bytes = Array(text.utf8) }
  /// A name of these characters in UTF-8.
  public init(stringLiteral text: String) { self.init(text) }

  /// The name as the ABI text spells it: as it is, or quoted. Always printable ASCII.
  public var spelled: String {
    bytes.withUnsafeBytes { raw in
      guard Spelling.needsQuotes(raw) else { return String(decoding: raw, as: UTF8.self) }
      var out: [UInt8] = []
      Spelling.appendQuoted(raw, to: &out)
      return String(decoding: out, as: UTF8.self)
    }
  }

  /// In the order of the spellings, which is that of the lines that begin with them.
  public static func < (left: ByteName, right: ByteName) -> Bool {
    left.spelled.utf8.lexicographicallyPrecedes(right.spelled.utf8)
  }
}
