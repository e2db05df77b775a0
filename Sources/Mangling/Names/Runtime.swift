// Names that the C++ run-time library defines for all (Itanium C++ ABI 2.9).

extension MangledName {
  /// Whether the entity, or the class that a virtual table or type information is of, is in namespace
  /// `std` or a namespace in it.
  public var isInStd: Bool {
    let scope = nodes[outermostScope].kind
    return scope == .std || scope == .standardSubstitution
  }

  /// Whether it is in namespace `__cxxabiv1`: the classes of type information and the functions of the
  /// run-time.
  public var isInCxxabi: Bool { hasText("10__cxxabiv1", outermostScope) }

  /// Whether it is the type information, or the name, of a fundamental type or of a pointer to one, which may
  /// be const: `_ZTIi`, `_ZTSPKi` (2.9.2, "the run-time support library should contain").
  public var isFundamentalTypeinfo: Bool {
    guard let encoding = firstChild(of: root), let entity = firstChild(of: encoding),
      nodes[entity].kind == .typeinfo || nodes[entity].kind == .typeinfoName,
      var type = firstChild(of: entity)
    else { return false }
    if nodes[type].kind == .pointer, let target = firstChild(of: type) {
      type = target
      if nodes[type].kind == .qualifiedType {
        var parts = children(of: type)
        guard let qualifier = parts.next(), hasText("K", qualifier), let target = parts.next()
        else { return false }
        type = target
      }
    }
    switch nodes[type].kind {
    case .builtinType: return true
    case .vendorType:
      return nodes[type].firstChild != .none && lastChild(of: type) == firstChild(of: type)
    default: return false
    }
  }

  /// The outermost namespace or class of the name.
  private var outermostScope: Int {
    var index = root
    while true {
      let next: Int?
      switch nodes[index].kind {
      case .mangledName, .encoding, .prefix, .templateId, .taggedName, .internalLinkageName,
        .memberLikeFriend, .localName, .vtable, .vtt, .typeinfo, .typeinfoName,
        .constructionVtable, .guardVariable, .referenceTemporary, .tlsInit, .tlsWrapper,
        .transactionSafeClone, .nonTransactionClone, .hiddenAlias:
        next = firstChild(of: index)
      case .nestedName, .thunk, .covariantThunk: next = lastChild(of: index)
      case .substitution: next = resolved(index)
      default: return index
      }
      guard let next else { return index }
      index = next
    }
  }
}
