/// A builtin type of one letter (Itanium C++ ABI 5.1.5.2).
public enum BuiltinType: UInt8, Sendable, Hashable, CaseIterable {
  case void = 0x76  // v
  case wchar = 0x77  // w
  case bool = 0x62  // b
  case char = 0x63  // c
  case signedChar = 0x61  // a
  case unsignedChar = 0x68  // h
  case short = 0x73  // s
  case unsignedShort = 0x74  // t
  case int = 0x69  // i
  case unsignedInt = 0x6A  // j
  case long = 0x6C  // l
  case unsignedLong = 0x6D  // m
  case longLong = 0x78  // x
  case unsignedLongLong = 0x79  // y
  case int128 = 0x6E  // n
  case unsignedInt128 = 0x6F  // o
  case float = 0x66  // f
  case double = 0x64  // d
  case longDouble = 0x65  // e
  case float128 = 0x67  // g
  case ellipsis = 0x7A  // z

  /// Whether `letter` is one of the abbreviations: everything from a to z but k, p, q, r and u.
  @inline(__always)
  static func isLetter(_ letter: UInt8) -> Bool {
    letter.isLowercase && (0x3EC_7BFF >> (letter &- 0x61)) & 1 == 1
  }

  /// The letter of the type in a mangled name.
  public var letter: Character { Character(Unicode.Scalar(rawValue)) }

  /// The type as C++ spells it.
  public var spelling: String {
    switch self {
    case .void: "void"
    case .wchar: "wchar_t"
    case .bool: "bool"
    case .char: "char"
    case .signedChar: "signed char"
    case .unsignedChar: "unsigned char"
    case .short: "short"
    case .unsignedShort: "unsigned short"
    case .int: "int"
    case .unsignedInt: "unsigned int"
    case .long: "long"
    case .unsignedLong: "unsigned long"
    case .longLong: "long long"
    case .unsignedLongLong: "unsigned long long"
    case .int128: "__int128"
    case .unsignedInt128: "unsigned __int128"
    case .float: "float"
    case .double: "double"
    case .longDouble: "long double"
    case .float128: "__float128"
    case .ellipsis: "..."
    }
  }
}

extension Node {
  /// The type of a ``NodeKind/builtinType`` node of one letter; nil for any other node.
  public var builtinType: BuiltinType? {
    guard kind == .builtinType, let letter = UInt8(exactly: value) else { return nil }
    return BuiltinType(rawValue: letter)
  }
}
