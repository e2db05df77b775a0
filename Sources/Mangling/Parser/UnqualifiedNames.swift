// Itanium C++ ABI 5.1.3: `<unqualified-name>` and what it is made of.

extension NameReader {
  /// `<unqualified-name> ::= [<module-name>] [F] [L] <name> [<abi-tags>]`
  ///
  /// Leaves the shape of the name in ``lastName``.
  mutating func unqualifiedName(module: NodeIndex = .none) throws(MangledNameError) -> NodeIndex {
    let module = peek == UInt8(ascii: "W") ? try moduleNames(parent: module) : module
    let start = position
    let isFriend = consume("F")
    let isInternal = consume("L")
    var result = try plainUnqualifiedName()
    let shape = lastName
    if isInternal, let number = discriminator() {
      // GCC tells equal static names of one translation unit apart this way.
      result = make(.internalLinkageName, from: start, result, number)
    } else if isInternal {
      result = make(.internalLinkageName, from: start, result)
    }
    if isFriend { result = make(.memberLikeFriend, from: start, result) }
    if isAtAbiTag { result = try abiTags(of: result, from: start) }
    if module != .none {
      result = make(.moduleEntity, from: Int(nodes[Int(module)].start), module, result)
    }
    lastName = shape
    return result
  }

  private mutating func plainUnqualifiedName() throws(MangledNameError) -> NodeIndex {
    lastName = NameShape()
    switch peek {
    case "0"..."9": return try sourceName()
    case "a"..."z": return try operatorName()
    case "C": return try constructorName()
    case "D" where peekNext == UInt8(ascii: "C"): return try structuredBinding()
    case "D": return try destructorName()
    case "U":
      let name = try unnamedTypeName()
      lastName = NameShape()
      return name
    default: throw error(.unqualifiedName)
    }
  }

  /// `B` without a length is a number of base 36, in a name with `GR`.
  var isAtAbiTag: Bool { peek == UInt8(ascii: "B") && peekNext.isDigit }

  /// `<abi-tags> ::= (B <source-name>)+`
  mutating func abiTags(of name: NodeIndex, from start: Int) throws(MangledNameError) -> NodeIndex {
    var children = ChildList(first: name, last: name)
    while isAtAbiTag {
      let tag = position
      position += 1
      append(make(.abiTag, from: tag, try sourceName()), to: &children)
    }
    return make(.taggedName, from: start, children)
  }

  /// `<source-name> ::= <length> <identifier>`
  mutating func sourceName() throws(MangledNameError) -> NodeIndex {
    let start = position
    let length = try smallNumber()
    guard length > 0, length <= bytes.count - position else { throw error(.sourceName) }
    position += length
    return make(.sourceName, from: start)
  }

  /// `<module-name> ::= (W [P] <source-name>)+`, each a substitution candidate.
  mutating func moduleNames(parent: NodeIndex = .none) throws(MangledNameError) -> NodeIndex {
    let start = parent == .none ? position : Int(nodes[Int(parent)].start)
    var module = parent
    if module == .none, peek == UInt8(ascii: "S") { module = try substitution() }
    while consume("W") {
      let kind: UInt32 = consume("P") ? 1 : 0
      let name = try sourceName()
      module =
        module == .none
        ? make(.moduleName, from: start, name, value: kind)
        : make(.moduleName, from: start, module, name, value: kind)
      define(module, isTemplate: false)
    }
    guard module != .none else { throw error(.name) }
    return module
  }

  /// `<operator-name>`, with `cv`, `li` and the vendor's `v`.
  mutating func operatorName() throws(MangledNameError) -> NodeIndex {
    let start = position
    if consume("c", "v") {
      lastName = NameShape(isTemplate: false, impliesReturnType: true)
      let shape = lastName
      let wasInConversionType = isInConversionType
      isInConversionType = true
      defer { isInConversionType = wasInConversionType }
      let result = make(.conversionOperator, from: start, try type())
      lastName = shape
      return result
    }
    if consume("l", "i") { return make(.literalOperator, from: start, try sourceName()) }
    if peek == UInt8(ascii: "v"), peekNext.isDigit {
      position += 2
      let operands = UInt32(bytes[position - 1])
      return make(.vendorOperator, from: start, try sourceName(), value: operands)
    }
    guard OperatorForm.isFunction(peek, peekNext) else { throw error(.operatorName) }
    let value = code(peek, peekNext)
    position += 2
    return make(.operatorName, from: start, value: value)
  }

  /// `C1` … `C5`, `CI1 <base type>`, `CI2 <base type>`
  private mutating func constructorName() throws(MangledNameError) -> NodeIndex {
    let start = position
    position += 1
    let inherits = consume("I")
    guard case "1"..."5" = peek else { throw error(.unqualifiedName) }
    position += 1
    let result =
      inherits
      ? make(.inheritingConstructor, from: start, try type(), value: UInt32(bytes[position - 1]))
      : make(.constructor, from: start)
    lastName = NameShape(isTemplate: false, impliesReturnType: true)
    return result
  }

  /// `D0` … `D5`
  private mutating func destructorName() throws(MangledNameError) -> NodeIndex {
    guard case "0"..."5" = peekNext else { throw error(.unqualifiedName) }
    position += 2
    lastName = NameShape(isTemplate: false, impliesReturnType: true)
    return make(.destructor, from: position - 2)
  }

  /// `DC <source-name>+ E`
  private mutating func structuredBinding() throws(MangledNameError) -> NodeIndex {
    let start = position
    position += 2
    var children = ChildList()
    repeat { append(try sourceName(), to: &children) } while !consume("E")
    return make(.structuredBinding, from: start, children)
  }

  /// `Ut [<number>] _`, `Ub [<number>] _`, `Ue <underlying type> <enumerator>`, `Ul
  /// <template-param-decl>* [Q …] <type>+ [Q …] E [<number>] _`
  private mutating func unnamedTypeName() throws(MangledNameError) -> NodeIndex {
    let start = position
    if consume("U", "t") {
      try optionalNumberAndUnderscore()
      return make(.unnamedType, from: start)
    }
    if consume("U", "b") {
      try optionalNumberAndUnderscore()
      return make(.blockLiteral, from: start)
    }
    if consume("U", "e") {
      let underlying = try type()
      return make(.unnamedEnum, from: start, underlying, try sourceName())
    }
    guard consume("U", "l") else { throw error(.unqualifiedName) }
    var children = ChildList()
    while isAtTemplateParameterDeclaration {
      append(try templateParameterDeclaration(), to: &children)
    }
    if peek == UInt8(ascii: "Q") { append(try constraint(), to: &children) }
    append(try bareFunctionType(hasReturnType: false), to: &children)
    if peek == UInt8(ascii: "Q") { append(try constraint(), to: &children) }
    try expectEnd()
    let number = position
    try optionalNumberAndUnderscore()
    append(make(.number, from: number), to: &children)
    return make(.closureType, from: start, children)
  }
}
