/// How the ABI text spells names: plain where every tool can read them so, else `"…"` with
/// `\xNN` for the bytes that force the quotes.
package enum Spelling {
  package static let quote = UInt8(ascii: "\"")
  package static let backslash = UInt8(ascii: "\\")

  /// Whether a byte may stand in a plain name: printable ASCII that means nothing in the text.
  @inline(__always)
  package static func isPlain(_ byte: UInt8) -> Bool {
    guard byte > 0x20, byte < 0x7f else { return false }
    switch byte {
    case quote, UInt8(ascii: "#"), UInt8(ascii: "@"), UInt8(ascii: "{"), UInt8(ascii: "}"):
      return false
    default: return true
    }
  }

  package static func needsQuotes(_ name: UnsafeRawBufferPointer) -> Bool {
    guard !name.isEmpty else { return true }
    // Every name that is read from a file goes through here, so eight bytes at a time. What
    // might be odd is looked at byte by byte.
    var index = 0
    while index + 8 <= name.count {
      if mayHoldOddByte(name.loadUnaligned(fromByteOffset: index, as: UInt64.self)) {
        return !name.allSatisfy(isPlain)
      }
      index += 8
    }
    while index < name.count {
      if !isPlain(name[index]) { return true }
      index += 1
    }
    return false
  }

  /// Whether one of eight bytes is below 0x21, above `z`, or one of `"`, `#` and `@`.
  @inline(__always)
  private static func mayHoldOddByte(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let low = word & (0x7f &* ones)
    func isEqual(_ word: UInt64, _ byte: UInt64) -> UInt64 {
      let difference = word ^ (byte &* ones)
      return ~(((difference & (0x7f &* ones)) &+ (0x7f &* ones)) | difference)
    }
    let odd =
      word | (low &+ (0x05 &* ones)) | ~(low &+ (0x5f &* ones))
      | isEqual(word | ones, 0x23) | isEqual(word, 0x40)
    return odd & (0x80 &* ones) != 0
  }

  package static func appendQuoted(_ name: UnsafeRawBufferPointer, to out: inout [UInt8]) {
    out.append(quote)
    for byte in name {
      if isPlain(byte), byte != backslash {
        out.append(byte)
      } else {
        out.append(backslash)
        out.append(UInt8(ascii: "x"))
        out.append(hexDigit(byte >> 4))
        out.append(hexDigit(byte & 0xf))
      }
    }
    out.append(quote)
  }

  /// The bytes that a spelling stands for. `spelled` is what this module wrote or has parsed.
  package static func bytes(ofSpelled spelled: UnsafeRawBufferPointer) -> [UInt8] {
    guard spelled.first == quote else { return [UInt8](spelled) }
    var result: [UInt8] = []
    var index = 1
    while index < spelled.count - 1 {
      if spelled[index] == backslash, index + 3 < spelled.count,
        let high = hexValue(spelled[index + 2]), let low = hexValue(spelled[index + 3])
      {
        result.append(high << 4 | low)
        index += 4
      } else {
        result.append(spelled[index])
        index += 1
      }
    }
    return result
  }

  /// A spelled name or head with its width alternatives decided.
  ///
  /// - Parameter wordSize: size of an address in bytes, 4 or 8.
  package static func resolve(_ spelled: [UInt8], wordSize: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(spelled.count)
    var rest = spelled[...]
    // Quoted names spell braces as \x7b and \x7d.
    while let opening = rest.firstIndex(of: UInt8(ascii: "{")),
      let bar = rest[opening...].firstIndex(of: UInt8(ascii: "|")),
      let closing = rest[bar...].firstIndex(of: UInt8(ascii: "}"))
    {
      result += rest[..<opening]
      result += wordSize == 8 ? rest[(opening + 1)..<bar] : rest[(bar + 1)..<closing]
      rest = rest[(closing + 1)...]
    }
    return result + rest
  }

  /// Whether a byte separates words: a blank, a tab, or the CR of a line that ends in CR LF.
  @inline(__always)
  package static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  /// A byte as messages name it: `'x'`, or `byte 0x07`.
  package static func show(_ byte: UInt8) -> String {
    guard byte > 0x20, byte < 0x7f else {
      return "byte 0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
    }
    return "'\(Character(Unicode.Scalar(byte)))'"
  }

  package static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  package static func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
