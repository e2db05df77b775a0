// Itanium C++ ABI 5.1.6.1: `<expr-primary>`.

extension NameReader {
  /// `<expr-primary> ::= L <type> <value> E | L <string type> E | L DnE | L _Z <encoding> E | L
  /// <lambda type> E`
  mutating func literal() throws(MangledNameError) -> NodeIndex {
    try enter()
    defer { leave() }
    let start = position
    position += 1
    // GCC with `-fabi-version=2` or lower writes `LZ` for `L_Z`.
    if consume("_", "Z") || consume("Z") {
      let entity = try encoding()
      try expectEnd()
      return make(.externalName, from: start, entity)
    }
    let type = try type()
    let value = position
    while isInLiteralValue { position += 1 }
    guard position > value else {
      try expectEnd()
      return make(.literal, from: start, type)
    }
    let node = make(.literalValue, from: value)
    try expectEnd()
    return make(.literal, from: start, type, node)
  }

  /// Decimal digits with `n` for minus, lower-case hexadecimal ones of a floating-point value, and the
  /// `_` between the parts of a complex one.
  private var isInLiteralValue: Bool {
    switch peek {
    case "0"..."9", "a"..."f", "n", "_": true
    default: false
    }
  }
}
