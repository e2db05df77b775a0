/// A column of a line of text, counted from 1, in both units that readers of reports have.
public struct TextColumn: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral {
  /// In bytes, as clang and the tools that read its messages count.
  public let bytes: Int
  /// In Unicode code points, as SARIF counts (`columnKind` `unicodeCodePoints`). Bytes that are not
  /// UTF-8 count as the replacement characters that a decoder puts in their place (Unicode ch. 3.9
  /// "U+FFFD Substitution of Maximal Subparts").
  public let codePoints: Int

  /// The column behind the first bytes of a line.
  ///
  /// - Parameter prefix: all that is before it in the line.
  public init(behind prefix: UnsafeRawBufferPointer) {
    bytes = prefix.count + 1
    codePoints = String(decoding: prefix, as: UTF8.self).unicodeScalars.count + 1
  }

  /// A column with nothing but ASCII before it.
  public init(integerLiteral column: Int) {
    bytes = column
    codePoints = column
  }

  /// In the order of the text.
  public static func < (left: TextColumn, right: TextColumn) -> Bool { left.bytes < right.bytes }
}
