// Itanium C++ ABI 5.1.6.2: `<unresolved-name>`.

extension NameReader {
  /// `<unresolved-name> ::= [gs] <base-unresolved-name> | sr <unresolved-type>
  /// <base-unresolved-name> | srN <unresolved-type> <unresolved-qualifier-level>+ E
  /// <base-unresolved-name> | [gs] sr <unresolved-qualifier-level>+ E <base-unresolved-name>`
  ///
  /// With `gs` also the global `::new` and `::delete`.
  mutating func unresolvedName() throws(MangledNameError) -> NodeIndex {
    try enter()
    defer { leave() }
    let start = position
    if consume("g", "s") {
      let name =
        peek.isDigit || isAt("s", "r") || isAt("o", "n") || isAt("d", "n")
        ? try unresolvedName() : try expression()
      return make(.unresolvedName, from: start, name, value: code(0x67, 0x73))
    }
    guard consume("s", "r") else { return try baseUnresolvedName() }
    var children = ChildList()
    switch unresolvedNames {
    case .asTypes: append(try type(), to: &children)
    case .asLevels: try scopeAsLevels(into: &children)
    }
    append(try baseUnresolvedName(), to: &children)
    return make(.unresolvedName, from: start, children, value: code(0x73, 0x72))
  }

  private mutating func scopeAsLevels(into children: inout ChildList) throws(MangledNameError) {
    if consume("N") {
      append(try type(), to: &children)
    } else if !peek.isDigit {
      append(try type(), to: &children)
      // Clang ends it as a level when it stands for the template template parameter of a class.
      _ = consume("E")
      return
    }
    while !consume("E") { append(try simpleId(), to: &children) }
  }

  /// What follows `.` or `->`: a name, or a whole expression for what GCC has resolved already.
  ///
  /// GCC before version 7 wrote operators without `on`.
  mutating func memberName() throws(MangledNameError) -> NodeIndex {
    switch peek {
    case "0"..."9": try simpleId()
    case "U": try unqualifiedName()
    case "a"..."z" where OperatorForm.isFunction(peek, peekNext) || isAt("c", "v"): try simpleId()
    default: try expression()
    }
  }

  /// `<base-unresolved-name> ::= <simple-id> | on <operator-name> [<template-args>] | dn
  /// <destructor-name>`, and the operator name without `on` that GCC writes after `sr`.
  mutating func baseUnresolvedName() throws(MangledNameError) -> NodeIndex {
    let start = position
    if consume("o", "n") {
      let name = try operatorName()
      guard peek == UInt8(ascii: "I") else {
        return make(.unresolvedName, from: start, name, value: code(0x6F, 0x6E))
      }
      return make(
        .unresolvedName, from: start, name, try templateArgs(), value: code(0x6F, 0x6E))
    }
    if consume("d", "n") {
      let name = peek.isDigit ? try simpleId() : try type()
      return make(.unresolvedName, from: start, name, value: code(0x64, 0x6E))
    }
    return try simpleId()
  }

  /// `<simple-id> ::= <source-name> [<template-args>]`
  mutating func simpleId() throws(MangledNameError) -> NodeIndex {
    let start = position
    let name = try unqualifiedName()
    guard peek == UInt8(ascii: "I") else { return name }
    return make(.templateId, from: start, name, try templateArgs())
  }
}
