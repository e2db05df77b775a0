/// A class, or a namespace, as the scope of names: equal keys mean the same scope, in whichever name it was
/// found and however its substitutions are written there.
public struct ScopeKey: Sendable, Hashable {
  let fingerprint: Fingerprint
}

/// What a symbol is to the class that it belongs to: its virtual table or type information (Itanium C++ ABI
/// 5.1.4.1), or one of its member functions.
///
/// Compilers emit the virtual table of a class where its key function is (2.6.2 "Virtual table"), so the two are
/// brought together by ``scope``.
public struct ClassSymbol: Sendable, Hashable {
  /// The kinds of symbols that belong to a class.
  public enum Role: Sendable, Hashable {
    /// `TV`, `TT`, `TI`, `TS`: what follows these letters is spelled alike in all four.
    case vtable, vtt, typeinfo, typeinfoName
    /// `TC`: the virtual table that a base has while an object of the class is made.
    case constructionVtable
    /// A function other than a deleting destructor.
    case function
    /// `D0`: what `delete` calls. Only virtual destructors have it.
    case deletingDestructor
  }

  /// What it is.
  public let role: Role
  /// The class. Of a function it may be a namespace, which names do not tell from a class.
  public let scope: ScopeKey
  /// The function is entered through a thunk, from the virtual table of a base: `Th`, `Tv`, `Tc`.
  public let isThunk: Bool
}

extension MangledName {
  /// What the name is to a class; nil for names of other kinds, for functions that are in no scope, and for
  /// copies of functions that a compiler made (`.cold`).
  ///
  /// Takes time linear in the length of the name up to the end of the class.
  public var classSymbol: ClassSymbol? {
    var parts = children(of: root)
    guard let encoding = parts.next(), parts.next() == nil, let entity = firstChild(of: encoding)
    else { return nil }
    switch nodes[entity].kind {
    case .vtable: return classSymbol(.vtable, of: entity)
    case .vtt: return classSymbol(.vtt, of: entity)
    case .typeinfo: return classSymbol(.typeinfo, of: entity)
    case .typeinfoName: return classSymbol(.typeinfoName, of: entity)
    case .constructionVtable: return classSymbol(.constructionVtable, of: entity)
    case .thunk, .covariantThunk:
      return lastChild(of: entity).flatMap { functionSymbol($0, isThunk: true) }
    default: return functionSymbol(encoding, isThunk: false)
    }
  }

  private func classSymbol(_ role: ClassSymbol.Role, of entity: Int) -> ClassSymbol? {
    guard let type = firstChild(of: entity) else { return nil }
    let key = ScopeKey(fingerprint: fingerprints(upTo: type)[type])
    return ClassSymbol(role: role, scope: key, isThunk: false)
  }

  private func functionSymbol(_ encoding: Int, isThunk: Bool) -> ClassSymbol? {
    guard let name = firstChild(of: encoding), isFunction(encoding),
      let scope = scopeKey(of: name)
    else { return nil }
    let last = lastComponent(of: name)
    let isDeleting = nodes[last].kind == .destructor && hasText("D0", last)
    return ClassSymbol(
      role: isDeleting ? .deletingDestructor : .function, scope: scope, isThunk: isThunk)
  }

  /// The scope that the function `name` is a member of.
  private func scopeKey(of name: Int) -> ScopeKey? {
    switch nodes[name].kind {
    case .nestedName:
      guard let scope = scope(ofNested: name) else { return nil }
      return ScopeKey(fingerprint: fingerprints(upTo: scope)[scope])
    case .localName: return scopeKey(ofLocal: name)
    default: return nil
    }
  }

  /// `N [<qualifiers>] <scope> <name> [<template-args>] E`; nil for a friend, which is no member.
  private func scope(ofNested name: Int) -> Int? {
    guard var whole = lastChild(of: name) else { return nil }
    while nodes[whole].kind == .templateId, let template = firstChild(of: whole) {
      whole = template
    }
    guard nodes[whole].kind == .prefix, var member = lastChild(of: whole) else { return nil }
    if nodes[member].kind == .taggedName, let untagged = firstChild(of: member) {
      member = untagged
    }
    return nodes[member].kind == .memberLikeFriend ? nil : firstChild(of: whole)
  }

  /// The key of the class `Z <function> E <class> [<discriminator>]`, for its member
  /// `Z <function> E N <class> <member> E [<discriminator>]`.
  private func scopeKey(ofLocal name: Int) -> ScopeKey? {
    let parts = Array(children(of: name))
    guard let member = parts.firstIndex(where: { nodes[$0].kind == .nestedName }),
      let scope = scope(ofNested: parts[member]), let last = parts.last
    else { return nil }
    let prints = fingerprints(upTo: last)
    var result = Fingerprint(.localName, 0)
    for (index, part) in parts.enumerated() {
      result.combine(prints[index == member ? scope : part])
    }
    return ScopeKey(fingerprint: result)
  }
}
