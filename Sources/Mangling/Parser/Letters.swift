extension UInt8 {
  var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }
  var isLowercase: Bool { self &- UInt8(ascii: "a") < 26 }
  var isUppercase: Bool { self &- UInt8(ascii: "A") < 26 }
}

/// Lets a byte be matched by a letter: `switch peek { case "N": … }`.
@inline(__always)
func ~= (pattern: Unicode.Scalar, byte: UInt8) -> Bool { byte == UInt8(ascii: pattern) }

/// Lets a byte be matched by a range of letters.
@inline(__always)
func ~= (pattern: ClosedRange<Unicode.Scalar>, byte: UInt8) -> Bool {
  byte >= UInt8(ascii: pattern.lowerBound) && byte <= UInt8(ascii: pattern.upperBound)
}

/// Two letters as they are kept in ``Node/value``.
@inline(__always)
func code(_ first: UInt8, _ second: UInt8) -> UInt32 { UInt32(first) << 8 | UInt32(second) }
