// Itanium C++ ABI 5.1.6 "Expressions".

extension NameReader {
  /// `<expression>`
  mutating func expression() throws(MangledNameError) -> NodeIndex {
    try enter()
    defer { leave() }
    let wasInConversionType = isInConversionType
    isInConversionType = false
    defer { isInConversionType = wasInConversionType }
    switch peek {
    case "L": return try literal()
    case "T": return try templateParameterOperand()
    case "0"..."9": return try simpleId()
    case "u": return try vendorExpression()
    case "f" where isAtFunctionParameter: return try functionParameter()
    case "v" where peekNext.isDigit: return try vendorOperation()
    default: return try operation()
    }
  }

  /// A template parameter as a value, or with arguments where it is a template or a concept.
  private mutating func templateParameterOperand() throws(MangledNameError) -> NodeIndex {
    let start = position
    let parameter = try templateParameter()
    guard peek == UInt8(ascii: "I") else { return parameter }
    return make(.templateId, from: start, parameter, try templateArgs())
  }

  /// `u <source-name> <template-arg>* E`
  private mutating func vendorExpression() throws(MangledNameError) -> NodeIndex {
    let start = position
    position += 1
    var children = ChildList()
    append(try sourceName(), to: &children)
    while !consume("E") { append(try templateArg(), to: &children) }
    return make(.expression, from: start, children, value: UInt32(UInt8(ascii: "u")))
  }

  /// `v <number of operands> <source-name> <expression>*`
  private mutating func vendorOperation() throws(MangledNameError) -> NodeIndex {
    let start = position
    let operands = peekNext - UInt8(ascii: "0")
    position += 2
    var children = ChildList()
    append(try sourceName(), to: &children)
    for _ in 0..<operands { append(try expression(), to: &children) }
    return make(.expression, from: start, children, value: UInt32(UInt8(ascii: "v")))
  }

  /// `fp [<qualifiers>] [<number>] _`, `fL <level> p [<qualifiers>] [<number>] _`, `fpT` (this)
  private var isAtFunctionParameter: Bool {
    guard position + 2 < bytes.count else { return false }
    return peekNext == UInt8(ascii: "p")
      || peekNext == UInt8(ascii: "L") && bytes[position + 2].isDigit
  }

  private mutating func functionParameter() throws(MangledNameError) -> NodeIndex {
    let start = position
    if consume("f", "L") {
      try skipDigits()
      guard consume("p") else { throw error(.expression) }
    } else {
      position += 2
      if consume("T") { return make(.functionParameter, from: start) }
    }
    _ = cvQualifiers()
    try optionalNumberAndUnderscore()
    return make(.functionParameter, from: start)
  }

  // MARK: Operations

  private mutating func operation() throws(MangledNameError) -> NodeIndex {
    let start = position
    guard let form = OperatorForm(peek, peekNext) else { throw error(.expression) }
    if case .unresolved = form { return try unresolvedName() }
    let value = code(peek, peekNext)
    position += 2
    var children = ChildList()
    try operands(of: form, into: &children)
    return make(.expression, from: start, children, value: value)
  }

  private mutating func operands(
    of form: OperatorForm, into children: inout ChildList
  ) throws(MangledNameError) {
    switch form {
    case .nullary, .unresolved: break
    case .unary: try expressions(1, into: &children)
    case .binary: try expressions(2, into: &children)
    case .ternary: try expressions(3, into: &children)
    case .increment:
      mark("_", in: &children)
      try expressions(1, into: &children)
    case .call, .list: try expressionsToEnd(into: &children)
    case .parenthesizedCall:
      append(try baseUnresolvedName(), to: &children)
      try expressionsToEnd(into: &children)
    case .conversion:
      append(try type(), to: &children)
      if mark("_", in: &children) {
        try expressionsToEnd(into: &children)
      } else {
        try expressions(1, into: &children)
      }
    case .typedList:
      append(try type(), to: &children)
      try expressionsToEnd(into: &children)
    case .cast:
      append(try type(), to: &children)
      try expressions(1, into: &children)
    case .typeOperand: append(try type(), to: &children)
    case .member:
      try expressions(1, into: &children)
      append(try memberName(), to: &children)
    default: try rareOperands(of: form, into: &children)
    }
  }

  private mutating func rareOperands(
    of form: OperatorForm, into children: inout ChildList
  ) throws(MangledNameError) {
    switch form {
    case .new: try newOperands(into: &children)
    case .packSize:
      append(
        peek == UInt8(ascii: "T") ? try templateParameterOperand() : try expression(),
        to: &children)
    case .capturedPackSize:
      while !consume("E") { append(try templateArg(), to: &children) }
    case .packElement:
      append(
        peek == UInt8(ascii: "J") ? try templateArg() : try expression(),
        to: &children)
      try expressions(1, into: &children)
    case .unaryFold, .binaryFold:
      guard OperatorForm(peek, peekNext) == .binary else { throw error(.operatorName) }
      position += 2
      append(make(.marker, from: position - 2), to: &children)
      if case .binaryFold = form { try expressions(1, into: &children) }
      try expressions(1, into: &children)
    case .designatedField:
      append(try sourceName(), to: &children)
      try expressions(1, into: &children)
    case .designatedIndex: try expressions(2, into: &children)
    case .designatedRange: try expressions(3, into: &children)
    case .memberPointerConversion, .subobject:
      append(try type(), to: &children)
      try expressions(1, into: &children)
      try subobjectSuffix(into: &children)
    case .requires: try requirements(into: &children)
    case .requiresWithParameters:
      append(try bareFunctionType(hasReturnType: false), to: &children)
      try expectUnderscore()
      try requirements(into: &children)
    default: break
    }
  }

  private mutating func expressions(
    _ count: Int, into children: inout ChildList
  ) throws(MangledNameError) {
    for _ in 0..<count { append(try expression(), to: &children) }
  }

  private mutating func expressionsToEnd(
    into children: inout ChildList
  ) throws(MangledNameError) {
    while !consume("E") { append(try expression(), to: &children) }
  }

  @discardableResult
  private mutating func mark(_ letter: Unicode.Scalar, in children: inout ChildList) -> Bool {
    guard consume(letter) else { return false }
    append(make(.marker, from: position - 1), to: &children)
    return true
  }

  /// `[<placement expression>]* _ <type> (E | pi <expression>* E | il <expression>* E)`
  private mutating func newOperands(into children: inout ChildList) throws(MangledNameError) {
    while peek != UInt8(ascii: "_") { append(try expression(), to: &children) }
    mark("_", in: &children)
    append(try type(), to: &children)
    if consume("E") { return }
    if consume("p", "i") {
      append(make(.marker, from: position - 2), to: &children)
      try expressionsToEnd(into: &children)
    } else if isAt("i", "l") {
      append(try expression(), to: &children)
    } else {
      throw error(.end)
    }
  }

  /// `[<offset number>] (_ [<number>])* [p] E`: the rest of `mc` and `so`. Behind the offset all is one
  /// marker.
  private mutating func subobjectSuffix(into children: inout ChildList) throws(MangledNameError) {
    let offset = position
    if peek == UInt8(ascii: "n") || peek.isDigit {
      _ = consume("n")
      try skipDigits()
      append(make(.subobjectOffset, from: offset), to: &children)
    }
    let start = position
    while consume("_") { while peek.isDigit { position += 1 } }
    _ = consume("p")
    if position > start { append(make(.marker, from: start), to: &children) }
    try expectEnd()
  }

  /// `<requirement> ::= X <expression> [N] [R <type-constraint>] | T <type> | Q <expression>`
  private mutating func requirements(into children: inout ChildList) throws(MangledNameError) {
    repeat {
      let start = position
      let letter = peek
      position += 1
      var parts = ChildList()
      switch letter {
      case "X":
        append(try expression(), to: &parts)
        mark("N", in: &parts)
        if consume("R") { append(try name(), to: &parts) }
      case "T": append(try type(), to: &parts)
      case "Q": append(try expression(), to: &parts)
      default:
        position -= 1
        throw error(.requirement)
      }
      append(make(.requirement, from: start, parts, value: UInt32(letter)), to: &children)
    } while !consume("E")
  }
}
