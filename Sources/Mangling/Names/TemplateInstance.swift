extension MangledName {
  /// Whether the entity is an instance of a template, a member of one, or belongs to one: its virtual
  /// table, a guard of its static member, a local variable of it.
  ///
  /// Template arguments elsewhere, in parameter types for example, do not count. Explicit
  /// specialisations cannot be told apart by name.
  public var isTemplateInstance: Bool {
    // Follows the names only: scopes and functions, never arguments and parameters.
    var pending = [root]
    while let index = pending.popLast() {
      switch nodes[index].kind {
      case .templateId: return true
      case .substitution: pending.append(resolved(index))
      case .standardSubstitution:
        if isInstanceAbbreviation(index) { return true }
      case .bareFunctionType, .enableIfAttribute, .constraint, .callOffset: break
      case .mangledName, .encoding, .nestedName, .localName, .prefix, .taggedName,
        .internalLinkageName, .memberLikeFriend, .moduleEntity, .vtable, .vtt, .typeinfo,
        .typeinfoName, .constructionVtable, .thunk, .covariantThunk, .tlsInit, .tlsWrapper,
        .guardVariable, .referenceTemporary, .transactionSafeClone, .nonTransactionClone,
        .hiddenAlias:
        pending.append(contentsOf: children(of: index))
      default: break
      }
    }
    return false
  }

  /// `Ss`, `Si`, `So`, `Sd`: instances of `basic_string` and the stream templates (5.1.9).
  private func isInstanceAbbreviation(_ index: Int) -> Bool {
    switch bytes[Int(nodes[index].start) + 1] {
    case "s", "i", "o", "d": true
    default: false
    }
  }
}
