// Itanium C++ ABI 5.1.5.8 "Template parameters" onwards.

extension NameReader {
  /// `<template-args> ::= I <template-arg>* [Q <constraint-expression>] E`
  mutating func templateArgs() throws(MangledNameError) -> NodeIndex {
    try enter()
    defer { leave() }
    let start = position
    position += 1
    let wasInConversionType = isInConversionType
    isInConversionType = false
    defer { isInConversionType = wasInConversionType }
    let children = try listToEnd { parser throws(MangledNameError) in try parser.templateArg() }
    return make(.templateArgs, from: start, children)
  }

  /// `<item>* [Q <constraint-expression>] E`
  private mutating func listToEnd(
    _ item: (inout Self) throws(MangledNameError) -> NodeIndex
  ) throws(MangledNameError) -> ChildList {
    var children = ChildList()
    while !consume("E") {
      if peek == UInt8(ascii: "Q") {
        append(try constraint(), to: &children)
        try expectEnd()
        break
      }
      append(try item(&self), to: &children)
    }
    return children
  }

  /// `<template-arg> ::= <type> | X <expression> E | <expr-primary> | J <template-arg>* E |
  /// <template-param-decl> <template-arg>`
  ///
  /// GCC before 4.8 wrote `I` for `J`.
  mutating func templateArg() throws(MangledNameError) -> NodeIndex {
    try enter()
    defer { leave() }
    let start = position
    switch peek {
    case "X":
      position += 1
      let operand = try expression()
      try expectEnd()
      return make(.expressionArgument, from: start, operand)
    case "L": return try literal()
    case "J", "I":
      position += 1
      var children = ChildList()
      while !consume("E") { append(try templateArg(), to: &children) }
      return make(.argumentPack, from: start, children)
    case "T" where isAtTemplateParameterDeclaration:
      let declaration = try templateParameterDeclaration()
      return make(.declaredArgument, from: start, declaration, try templateArg())
    default: return try type()
    }
  }

  var isAtTemplateParameterDeclaration: Bool {
    guard peek == UInt8(ascii: "T") else { return false }
    switch peekNext {
    case "y", "n", "t", "p", "k": return true
    default: return false
    }
  }

  /// `<template-param-decl> ::= Ty | Tk <concept name> | Tn <type> | Tt <template-param-decl>* [Q
  /// <constraint>] E | Tp <template-param-decl>`
  mutating func templateParameterDeclaration() throws(MangledNameError) -> NodeIndex {
    try enter()
    defer { leave() }
    let start = position
    let letter = peekNext
    guard isAtTemplateParameterDeclaration else { throw error(.templateParameter) }
    position += 2
    switch letter {
    case "y": return make(.typeParameter, from: start)
    case "k": return make(.constrainedParameter, from: start, try name())
    case "n": return make(.nonTypeParameter, from: start, try type())
    case "p": return make(.parameterPack, from: start, try templateParameterDeclaration())
    default:
      let children = try listToEnd { parser throws(MangledNameError) in
        try parser.templateParameterDeclaration()
      }
      return make(.templateTemplateParameter, from: start, children)
    }
  }

  /// `<template-param> ::= T [<number>] _ | TL <level> __ | TL <level> _ <number> _`
  mutating func templateParameter() throws(MangledNameError) -> NodeIndex {
    let start = position
    guard consume("T") else { throw error(.templateParameter) }
    if consume("L") {
      try skipDigits()
      try expectUnderscore()
    }
    try optionalNumberAndUnderscore()
    return make(.templateParameter, from: start)
  }

  /// A type that begins with `T`: a template parameter, perhaps a template template one with its
  /// arguments, or an elaborated type `Ts`, `Tu`, `Te`.
  mutating func templateParameterType() throws(MangledNameError) -> NodeIndex {
    let start = position
    switch peekNext {
    case "s", "u", "e":
      let letter = UInt32(peekNext)
      position += 2
      return make(.elaboratedType, from: start, try name(), value: letter)
    default: break
    }
    let parameter = try templateParameter()
    guard peek == UInt8(ascii: "I"), argumentsBelong(to: parameter) else { return parameter }
    define(parameter, isTemplate: true)
    return make(.templateId, from: start, parameter, try templateArgs())
  }

  /// Whether the template arguments at the position are those of the template template parameter
  /// before them.
  ///
  /// In `cv T_ I … E` they may be the operator's instead. They are the parameter's only when they can be
  /// read as such and another list follows, so they are read once for nothing. What that may cost is
  /// bounded, and beyond the bound they are taken for the operator's.
  private mutating func argumentsBelong(to parameter: NodeIndex) -> Bool {
    guard isInConversionType else { return true }
    guard lookaheadBudget > 0 else { return false }
    let (position, nodes, substitutions) = (position, nodes.count, substitutions.count)
    let budget = lookaheadBudget
    // Within the lookahead itself there is none.
    lookaheadBudget = 0
    // Substitutions are numbered differently in the two readings, so an error speaks for the other.
    define(parameter, isTemplate: true)
    let isRead = (try? templateArgs()) != nil
    let isFollowedByArguments = isRead && peek == UInt8(ascii: "I")
    lookaheadBudget = budget - (self.position - position)
    self.position = position
    self.nodes.removeSubrange(nodes...)
    self.substitutions.removeSubrange(substitutions...)
    return isFollowedByArguments
  }
}
