// Itanium C++ ABI 5.1.2 "General Structure" and 5.1.4 "Special Names".

extension NameReader {
  /// `<mangled-name> ::= _Z <encoding> [. <vendor-specific suffix>]`
  mutating func mangledName() throws(MangledNameError) -> NodeIndex {
    guard consume("_", "Z") else { throw error(.prefix) }
    var children = ChildList()
    append(try encoding(), to: &children)
    if let suffix = cloneSuffix() { append(suffix, to: &children) }
    guard isAtEnd else { throw error(.endOfName) }
    return make(.mangledName, from: 0, children)
  }

  /// `. <vendor-specific suffix>`, "no restriction on the characters": all that is left.
  private mutating func cloneSuffix() -> NodeIndex? {
    guard peek == UInt8(ascii: "."), position + 1 < bytes.count else { return nil }
    let start = position
    position = bytes.count
    return make(.cloneSuffix, from: start)
  }

  /// `<encoding> ::= <name> [<bare-function-type>] | <special-name>`
  mutating func encoding() throws(MangledNameError) -> NodeIndex {
    try enter()
    defer { leave() }
    let start = position
    if peek == UInt8(ascii: "T") || (peek == UInt8(ascii: "G") && peekNext.isUppercase) {
      return make(.encoding, from: start, try specialName())
    }
    var children = ChildList()
    append(try name(), to: &children)
    let shape = lastName
    if isAt("U", "a"), let attribute = try enableIfAttribute() {
      append(attribute, to: &children)
    }
    if !isAtEndOfEncoding {
      append(try bareFunctionType(hasReturnType: shape.hasReturnType), to: &children)
      if peek == UInt8(ascii: "Q") { append(try constraint(), to: &children) }
    }
    return make(.encoding, from: start, children)
  }

  private var isAtEndOfEncoding: Bool {
    switch peek {
    case "E", ".", "Q": true
    default: isAtEnd
    }
  }

  /// `Ua9enable_if I <template-arg>* E`
  private mutating func enableIfAttribute() throws(MangledNameError) -> NodeIndex? {
    let start = position
    guard consume(word: "Ua9enable_if") else { return nil }
    guard peek == UInt8(ascii: "I") else { throw error(.templateArgument) }
    return make(.enableIfAttribute, from: start, try templateArgs())
  }

  /// `<bare-function-type> ::= <type>+`
  ///
  /// GCC's Java front end wrote `J` where there is a return type.
  mutating func bareFunctionType(hasReturnType: Bool) throws(MangledNameError) -> NodeIndex {
    let start = position
    let hasReturnType = consume("J") || hasReturnType
    let wasInConversionType = isInConversionType
    isInConversionType = false
    defer { isInConversionType = wasInConversionType }
    var children = ChildList()
    repeat { append(try parameterType(), to: &children) } while !isAtEndOfParameters
    return make(.bareFunctionType, from: start, children, value: hasReturnType ? 1 : 0)
  }

  /// `<type>`, and behind it Clang's `pass_object_size` attribute with its mode: `U17pass_object_size0`.
  private mutating func parameterType() throws(MangledNameError) -> NodeIndex {
    let start = position
    let type = try type()
    guard peek == UInt8(ascii: "U"),
      consume(word: "U17pass_object_size") || consume(word: "U25pass_dynamic_object_size")
    else { return type }
    guard case "0"..."3" = peek else { throw error(.number) }
    position += 1
    return make(.passObjectSize, from: start, type, value: UInt32(bytes[position - 1]))
  }

  /// Whether no further parameter follows. `RE` and `OE` are the ref-qualifier of a function type.
  private var isAtEndOfParameters: Bool {
    switch peek {
    case "E", ".", "Q", "_": true
    case "R", "O": peekNext == UInt8(ascii: "E")
    default: isAtEnd
    }
  }

  /// `Q <constraint-expression>`
  mutating func constraint() throws(MangledNameError) -> NodeIndex {
    let start = position
    position += 1
    return make(.constraint, from: start, try expression())
  }

  // MARK: Special names

  private mutating func specialName() throws(MangledNameError) -> NodeIndex {
    consume("T") ? try specialNameT(from: position - 1) : try specialNameG()
  }

  private mutating func specialNameT(from start: Int) throws(MangledNameError) -> NodeIndex {
    let letter = peek
    switch letter {
    case "h", "v":
      let offset = try callOffset()
      return make(.thunk, from: start, offset, try encoding())
    case "c":
      position += 1
      let (this, result) = (try callOffset(), try callOffset())
      var children = ChildList(first: this, last: this)
      append(result, to: &children)
      append(try encoding(), to: &children)
      return make(.covariantThunk, from: start, children)
    default: position += 1
    }
    switch letter {
    case "V": return make(.vtable, from: start, try type())
    case "T": return make(.vtt, from: start, try type())
    case "I": return make(.typeinfo, from: start, try type())
    case "S": return make(.typeinfoName, from: start, try type())
    case "F": return make(.typeinfoFunction, from: start, try type())
    case "J": return make(.javaClass, from: start, try type())
    case "H": return make(.tlsInit, from: start, try name())
    case "W": return make(.tlsWrapper, from: start, try name())
    case "A": return make(.templateParameterObject, from: start, try templateArg())
    case "C": return try constructionVtable(from: start)
    default:
      position -= 1
      throw error(.specialName)
    }
  }

  /// `TC <derived type> <offset> _ <base type>`
  private mutating func constructionVtable(from start: Int) throws(MangledNameError) -> NodeIndex {
    let derived = try type()
    var children = ChildList(first: derived, last: derived)
    let offset = position
    try skipDigits()
    append(make(.callOffset, from: offset), to: &children)
    try expectUnderscore()
    append(try type(), to: &children)
    return make(.constructionVtable, from: start, children)
  }

  /// `<call-offset> ::= h [n] <number> _ | v [n] <number> _ [n] <number> _`
  private mutating func callOffset() throws(MangledNameError) -> NodeIndex {
    let start = position
    let numbers: Int
    if consume("h") {
      numbers = 1
    } else if consume("v") {
      numbers = 2
    } else {
      throw error(.specialName)
    }
    for _ in 0..<numbers {
      _ = consume("n")
      try skipDigits()
      try expectUnderscore()
    }
    return make(.callOffset, from: start)
  }

  private mutating func specialNameG() throws(MangledNameError) -> NodeIndex {
    let start = position
    if consume("G", "V") { return make(.guardVariable, from: start, try name()) }
    if consume("G", "R") { return try referenceTemporary(from: start) }
    if consume("G", "A") { return make(.hiddenAlias, from: start, try encoding()) }
    if consume("G", "I") { return make(.moduleInitializer, from: start, try moduleNames()) }
    if consume("G", "T") {
      if consume("n") { return make(.nonTransactionClone, from: start, try encoding()) }
      _ = consume("t")
      return make(.transactionSafeClone, from: start, try encoding())
    }
    throw error(.specialName)
  }

  /// `GR <name> [<seq-id>] _`
  ///
  /// GCC before version 5 left the `_` out.
  private mutating func referenceTemporary(from start: Int) throws(MangledNameError) -> NodeIndex {
    let object = try name()
    let discriminator = position
    while peek.isDigit || peek.isUppercase && peek != UInt8(ascii: "E") { position += 1 }
    _ = consume("_")
    guard position > discriminator else { return make(.referenceTemporary, from: start, object) }
    let number = make(.discriminator, from: discriminator)
    return make(.referenceTemporary, from: start, object, number)
  }
}
