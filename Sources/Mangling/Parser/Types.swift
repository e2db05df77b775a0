// Itanium C++ ABI 5.1.5 "Type encodings".

extension NameReader {
  /// `<type>`. Every type but a builtin one and a substitution is a substitution candidate.
  mutating func type() throws(MangledNameError) -> NodeIndex {
    try enter()
    defer { leave() }
    let start = position
    let result: NodeIndex
    switch peek {
    case "a"..."j", "l"..."o", "s", "t", "v"..."z": return try builtinType()
    case "S": return try substitutedType()
    case "0"..."9", "N", "Z", "W": result = try name()
    case "r", "V", "K": result = try qualifiedType()
    case "P": result = try wrapped(.pointer)
    case "R": result = try wrapped(.lvalueReference)
    case "O": result = try wrapped(.rvalueReference)
    case "C": result = try wrapped(.complex)
    case "G": result = try wrapped(.imaginary)
    case "F": result = try functionType(from: start, ChildList())
    case "A": result = try arrayType()
    case "M": result = try pointerToMember()
    case "T": result = try templateParameterType()
    case "U": result = try vendorOrUnnamedType()
    case "u": result = try vendorType()
    case "_": result = try substitutedPack()
    case "D":
      result = try typeD()
      switch nodes[Int(result)].kind {
      case .builtinType, .constrainedPlaceholder: return result
      default: break
      }
    default: throw error(.type)
    }
    define(result, isTemplate: false)
    return result
  }

  private mutating func builtinType() throws(MangledNameError) -> NodeIndex {
    guard BuiltinType.isLetter(peek) else { throw error(.type) }
    position += 1
    return make(.builtinType, from: position - 1, value: UInt32(bytes[position - 1]))
  }

  /// `_SUBSTPACK_`: what Clang writes where the grammar has nothing for a pack it has substituted.
  private mutating func substitutedPack() throws(MangledNameError) -> NodeIndex {
    let start = position
    guard consume(word: "_SUBSTPACK_") else { throw error(.type) }
    return make(.vendorType, from: start)
  }

  private mutating func wrapped(_ kind: NodeKind) throws(MangledNameError) -> NodeIndex {
    let start = position
    position += 1
    return make(kind, from: start, try type())
  }

  /// `St…` is a class of namespace std; anything else with `S` a substitution, whose arguments follow
  /// when it is a template.
  private mutating func substitutedType() throws(MangledNameError) -> NodeIndex {
    let start = position
    let result: NodeIndex
    if peekNext == UInt8(ascii: "t") {
      result = try name()
    } else {
      let found = try substitution()
      if isModule(found) {
        let entity = try unqualifiedName(module: found)
        result = try withTemplateArgs(entity, from: start)
      } else if peek == UInt8(ascii: "I"), lastSubstitutionIsTemplate || !isInConversionType {
        result = make(.templateId, from: start, found, try templateArgs())
      } else {
        return found
      }
    }
    define(result, isTemplate: false)
    return result
  }

  private mutating func withTemplateArgs(
    _ template: NodeIndex, from start: Int
  ) throws(MangledNameError) -> NodeIndex {
    guard peek == UInt8(ascii: "I") else { return template }
    define(template, isTemplate: true)
    return make(.templateId, from: start, template, try templateArgs())
  }

  // MARK: Qualified types

  /// `<qualified-type> ::= <extended-qualifier>* <CV-qualifiers> <type>`, one candidate as a whole.
  ///
  /// Qualifiers of a function type are part of that type (5.1.5.3).
  private mutating func qualifiedType() throws(MangledNameError) -> NodeIndex {
    let start = position
    var children = ChildList()
    while peek == UInt8(ascii: "U") {
      let qualifier = position
      position += 1
      var parts = ChildList()
      append(try sourceName(), to: &parts)
      if peek == UInt8(ascii: "I") { append(try templateArgs(), to: &parts) }
      append(make(.vendorQualifier, from: qualifier, parts), to: &children)
    }
    let isVendorQualified = children.first != .none
    let unqualified = position
    let qualifiers = cvQualifiers()
    let isFunction = peek == UInt8(ascii: "F") || isAtExceptionSpecification
    if isFunction, isVendorQualified {
      // `U13block_pointer` is a pointer in all but spelling: what it points to is a type of its own.
      position = unqualified
    } else if let qualifiers {
      append(qualifiers, to: &children)
    }
    if isFunction, !isVendorQualified { return try functionType(from: start, children) }
    append(try type(), to: &children)
    return make(.qualifiedType, from: start, children)
  }

  /// `U` begins a vendor qualifier, or the name of a closure or unnamed type.
  private mutating func vendorOrUnnamedType() throws(MangledNameError) -> NodeIndex {
    peekNext.isDigit ? try qualifiedType() : try name()
  }

  /// `u <source-name> [<template-args>]`
  private mutating func vendorType() throws(MangledNameError) -> NodeIndex {
    let start = position
    position += 1
    let name = try sourceName()
    guard peek == UInt8(ascii: "I") else { return make(.vendorType, from: start, name) }
    return make(.vendorType, from: start, name, try templateArgs())
  }

  // MARK: Compound types

  /// `<exception-spec> ::= Do | DO <expression> E | Dw <type>+ E`, and `Dx` for transaction safety.
  private var isAtExceptionSpecification: Bool {
    guard peek == UInt8(ascii: "D") else { return false }
    switch peekNext {
    case "o", "O", "w", "x": return true
    default: return false
    }
  }

  /// `<function-type> ::= [<CV-qualifiers>] [<exception-spec>] [Dx] F [Y] <bare-function-type>
  /// [<ref-qualifier>] E`. The qualifiers have been read.
  private mutating func functionType(
    from start: Int, _ qualifiers: ChildList
  ) throws(MangledNameError) -> NodeIndex {
    var children = qualifiers
    while isAtExceptionSpecification {
      append(try exceptionSpecification(), to: &children)
    }
    guard consume("F") else { throw error(.type) }
    let isExternC = consume("Y")
    append(try bareFunctionType(hasReturnType: true), to: &children)
    if let qualifier = refQualifier() { append(qualifier, to: &children) }
    try expectEnd()
    return make(.functionType, from: start, children, value: isExternC ? 1 : 0)
  }

  private mutating func exceptionSpecification() throws(MangledNameError) -> NodeIndex {
    let start = position
    let letter = peekNext
    position += 2
    var children = ChildList()
    switch letter {
    case "O":
      append(try expression(), to: &children)
      try expectEnd()
    case "w":
      repeat { append(try type(), to: &children) } while !consume("E")
    default: break
    }
    return make(.exceptionSpecification, from: start, children, value: UInt32(letter))
  }

  /// `<array-type> ::= A [<number> | <expression>] _ <element type>`
  private mutating func arrayType() throws(MangledNameError) -> NodeIndex {
    let start = position
    position += 1
    guard !consume("_") else { return make(.arrayType, from: start, try type()) }
    let bound = try numberOrExpression()
    try expectUnderscore()
    return make(.arrayType, from: start, bound, try type())
  }

  private mutating func numberOrExpression() throws(MangledNameError) -> NodeIndex {
    peek.isDigit ? try number() : try expression()
  }

  /// `<pointer-to-member-type> ::= M <class type> <member type>`
  private mutating func pointerToMember() throws(MangledNameError) -> NodeIndex {
    let start = position
    position += 1
    let classType = try type()
    return make(.pointerToMember, from: start, classType, try type())
  }

  // MARK: Types that begin with D

  private mutating func typeD() throws(MangledNameError) -> NodeIndex {
    let start = position
    if isAtExceptionSpecification { return try functionType(from: start, ChildList()) }
    let letter = peekNext
    switch letter {
    case "t", "T": return try decltype()
    case "p":
      position += 2
      return make(.packExpansion, from: start, try type())
    case "v": return try vectorType()
    case "y": return try packElementType()
    case "k", "K":
      position += 2
      return make(.constrainedPlaceholder, from: start, try name(), value: UInt32(letter))
    case "B", "U":
      position += 2
      let width = try numberOrExpression()
      try expectUnderscore()
      return make(.bitInt, from: start, width, value: UInt32(letter))
    default: return try builtinTypeD()
    }
  }

  /// `Dd De Df Dh Di Ds Du Dn Da Dc`, `DF <number> [_ | x | b]`, fixed point `[DS] DA/DR <size>`.
  private mutating func builtinTypeD() throws(MangledNameError) -> NodeIndex {
    let start = position
    let letter = peekNext
    position += 2
    switch letter {
    case "d", "e", "f", "h", "i", "s", "u", "n", "a", "c": break
    case "F":
      try skipDigits()
      guard consume("_") || consume("x") || consume("b") else { throw error(.underscore) }
    case "A", "R":
      try fixedPointSize()
    case "S":
      guard consume("D", "A") || consume("D", "R") else { throw error(.type) }
      try fixedPointSize()
    default:
      position = start
      throw error(.type)
    }
    return make(.builtinType, from: start, value: code(UInt8(ascii: "D"), letter))
  }

  private mutating func fixedPointSize() throws(MangledNameError) {
    switch peek {
    case "s", "t", "i", "j", "l", "m": position += 1
    default: throw error(.type)
    }
  }

  /// `Dt <expression> E` (an id or member access) or `DT <expression> E`
  mutating func decltype() throws(MangledNameError) -> NodeIndex {
    let start = position
    let letter = UInt32(peekNext)
    position += 2
    let operand = try expression()
    try expectEnd()
    return make(.decltype, from: start, operand, value: letter)
  }

  /// `Dy <pack> <index expression>`: an element of a pack, which is `J <template-arg>* E` or what is
  /// expanded (cxx-abi issue 175).
  private mutating func packElementType() throws(MangledNameError) -> NodeIndex {
    let start = position
    position += 2
    let pack = peek == UInt8(ascii: "J") ? try templateArg() : try type()
    return make(.packElement, from: start, pack, try expression())
  }

  /// `<vector-type> ::= Dv <number> _ <extended type> | Dv [<expression>] _ <type>`
  ///
  /// AltiVec's elements may be `p` (pixel) and `b` (bool).
  private mutating func vectorType() throws(MangledNameError) -> NodeIndex {
    let start = position
    position += 2
    var children = ChildList()
    if peek.isDigit {
      append(try number(), to: &children)
    } else if peek != UInt8(ascii: "_") {
      append(try expression(), to: &children)
    }
    try expectUnderscore()
    if consume("p") {
      append(make(.marker, from: position - 1), to: &children)
    } else {
      append(try type(), to: &children)
    }
    return make(.vectorType, from: start, children)
  }
}
