// Itanium C++ ABI 5.1.3 "Operator Encodings" onwards: names, scopes, local names.

/// What of a function's name decides whether its type begins with the return type.
struct NameShape {
  /// The last component has template arguments.
  var isTemplate = false
  /// The last component is a constructor, destructor or conversion operator.
  var impliesReturnType = false

  /// Templates have it, except constructors, destructors and conversions (5.1.5.3).
  var hasReturnType: Bool { isTemplate && !impliesReturnType }
}

extension NameReader {
  /// `<name> ::= <nested-name> | <local-name> | <unscoped-name> [<template-args>]`
  ///
  /// Leaves the shape of the name in ``lastName``.
  mutating func name() throws(MangledNameError) -> NodeIndex {
    try enter()
    defer { leave() }
    switch peek {
    case "N": return try nestedName()
    case "Z": return try localName()
    default: return try unscopedName()
    }
  }

  private mutating func unscopedName() throws(MangledNameError) -> NodeIndex {
    let start = position
    var isSubstitution = false
    var result: NodeIndex
    if consume("S", "t") {
      let std = make(.std, from: start)
      // What follows `St` is in namespace std, so a substitution there can only be a module.
      let module = peek == UInt8(ascii: "S") ? try substitution() : .none
      guard module == .none || isModule(module) else { throw error(.unqualifiedName) }
      result = try unqualifiedName(module: module)
      result = make(.prefix, from: start, std, result)
    } else if peek == UInt8(ascii: "S") {
      result = try substitution()
      if isModule(result) {
        result = try unqualifiedName(module: result)
      } else {
        isSubstitution = true
      }
    } else {
      result = try unqualifiedName()
    }
    var shape = lastName
    shape.isTemplate = false
    if peek == UInt8(ascii: "I") {
      if isSubstitution {
        shape = NameShape()
      } else {
        define(result, isTemplate: true)
      }
      result = make(.templateId, from: start, result, try templateArgs())
      shape.isTemplate = true
    }
    lastName = shape
    return result
  }

  /// `<nested-name> ::= N [<CV-qualifiers>] [<ref-qualifier>] <prefix> <unqualified-name> E`
  /// or `N H <prefix> <unqualified-name> E`
  private mutating func nestedName() throws(MangledNameError) -> NodeIndex {
    let start = position
    position += 1
    var children = ChildList()
    if consume("H") {
      append(make(.explicitObject, from: position - 1), to: &children)
    } else {
      if let qualifiers = cvQualifiers() { append(qualifiers, to: &children) }
      if let qualifier = refQualifier() { append(qualifier, to: &children) }
    }
    append(try prefix(), to: &children)
    return make(.nestedName, from: start, children)
  }

  /// `<CV-qualifiers> ::= [r] [V] [K]`
  mutating func cvQualifiers() -> NodeIndex? {
    let start = position
    while peek == UInt8(ascii: "r") || peek == UInt8(ascii: "V") || peek == UInt8(ascii: "K") {
      position += 1
    }
    return position > start ? make(.cvQualifiers, from: start) : nil
  }

  /// `<ref-qualifier> ::= R | O`
  mutating func refQualifier() -> NodeIndex? {
    let start = position
    return consume("R") || consume("O") ? make(.refQualifier, from: start) : nil
  }

  /// The components of a nested name, up to and with its `E`. Each is a substitution candidate but
  /// the last, which is one only as a type.
  private mutating func prefix() throws(MangledNameError) -> NodeIndex {
    let start = position
    var scope = NodeIndex.none
    var shape = NameShape()
    repeat {
      let component = position
      switch peek {
      case "I":
        guard scope != .none, !shape.isTemplate else { throw error(.unqualifiedName) }
        scope = make(.templateId, from: start, scope, try templateArgs())
        shape.isTemplate = true
      case "T":
        guard scope == .none else { throw error(.unqualifiedName) }
        scope = try templateParameter()
      case "D" where peekNext == UInt8(ascii: "t") || peekNext == UInt8(ascii: "T"):
        guard scope == .none else { throw error(.unqualifiedName) }
        scope = try decltype()
      case "S":
        if consume("S", "t") {
          guard scope == .none else { throw error(.unqualifiedName) }
          scope = make(.std, from: component)
          continue
        }
        let found = try substitution()
        guard isModule(found) else {
          guard scope == .none else { throw error(.unqualifiedName) }
          scope = found
          continue
        }
        let member = try unqualifiedName(module: found)
        shape = lastName
        scope = scope == .none ? member : make(.prefix, from: start, scope, member)
      default:
        let member = try unqualifiedName()
        shape = lastName
        scope = scope == .none ? member : make(.prefix, from: start, scope, member)
      }
      // The scope of a lambda in the initializer of a member; `M` adds nothing of its own.
      if peek == UInt8(ascii: "M") {
        define(scope, isTemplate: false)
        position += 1
        if peek == UInt8(ascii: "E") { throw error(.unqualifiedName) }
      } else if peek != UInt8(ascii: "E") {
        define(scope, isTemplate: peek == UInt8(ascii: "I"))
      }
    } while peek != UInt8(ascii: "E")
    position += 1
    lastName = shape
    return scope
  }

  /// `<local-name> ::= Z <encoding> E <entity name> [<discriminator>]`, or `E s` for a string
  /// literal, or `E d [<number>] _ <entity name>` for an entity of a default argument.
  private mutating func localName() throws(MangledNameError) -> NodeIndex {
    let start = position
    position += 1
    var children = ChildList()
    append(try encoding(), to: &children)
    try expectEnd()
    let entity = position
    if consume("s") {
      append(make(.stringLiteral, from: entity), to: &children)
      lastName = NameShape()
    } else {
      if consume("d") {
        try optionalNumberAndUnderscore()
        append(make(.defaultArgumentScope, from: entity), to: &children)
      }
      append(try name(), to: &children)
    }
    if let discriminator = discriminator() ?? finalDigits() {
      append(discriminator, to: &children)
    }
    return make(.localName, from: start, children)
  }

  /// The number by which LLVM tells equal static variables of one function apart where they are internal
  /// to the object: digits up to the end of the name.
  private mutating func finalDigits() -> NodeIndex? {
    guard peek.isDigit, bytes[position...].allSatisfy(\.isDigit) else { return nil }
    let start = position
    position = bytes.count
    return make(.discriminator, from: start)
  }

  /// `<discriminator> ::= _ <digit> | _ _ <number> _`
  ///
  /// Where nothing can follow, GCC's older `_ <number>` is read too.
  mutating func discriminator() -> NodeIndex? {
    guard peek == UInt8(ascii: "_") else { return nil }
    let start = position
    position += 1
    if peek.isDigit {
      position += 1
      let single = position
      while peek.isDigit { position += 1 }
      if !isAtEnd, peek != UInt8(ascii: ".") { position = single }
      return make(.discriminator, from: start)
    }
    if consume("_"), peek.isDigit {
      while peek.isDigit { position += 1 }
      if consume("_") { return make(.discriminator, from: start) }
    }
    position = start
    return nil
  }
}
