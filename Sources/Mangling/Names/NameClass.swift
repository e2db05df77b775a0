/// What kind of entity a mangled name stands for (Itanium C++ ABI 5.1.2 to 5.1.4).
public enum NameClass: Sendable, Hashable {
  /// Functions, by what their last component is. An `operatorFunction` is any operator but a conversion.
  case function, constructor, destructor, conversionOperator, operatorFunction
  /// A variable of a namespace or a static data member; names do not tell which.
  case variable
  /// A variable, or a string literal, of a function: `_ZZ…E…`.
  case localStatic
  /// `DC`: the variable behind a structured binding of a namespace.
  case structuredBinding
  /// `TV`, `TT`, `TC`: a virtual table, the table of virtual tables, the virtual table of a base during
  /// construction.
  case vtable, vtt, constructionVtable
  /// `TI`, `TS`: a `std::type_info`, and the name in it.
  case typeinfo, typeinfoName
  /// A function that adjusts `this`, or the result too, for another.
  case thunk(Thunk)
  /// Guards the initialisation of a local static, an inline variable or a static member.
  case guardVariable
  /// Keeps a temporary alive that a static reference is bound to.
  case referenceTemporary
  /// `TH`: initialises the thread-local variables of a translation unit.
  case tlsInit
  /// `TW`: gives the address of a thread-local variable.
  case tlsWrapper
  /// `TA`: the object that a template parameter of class type stands for.
  case templateParameterObject
  /// `GI`: initialises a module.
  case moduleInitializer
  /// A transactional clone of a function, or the way out of one.
  case transactionClone
  /// `_ZGVbN2v_f`: a vector variant of a function; see ``VectorFunctionName``. Its name is not in the grammar
  /// of C++, so no ``MangledName`` has this class.
  case vectorFunction
  /// Anything else: aliases of GCC, type info for functions, names of the Java front end.
  case other

  /// How a thunk finds what it adds to `this`.
  public enum Thunk: Sendable, Hashable {
    /// `Th`: a constant.
    case nonVirtual
    /// `Tv`: read from the virtual table.
    case virtual
    /// `Tc`: the returned pointer is adjusted too.
    case covariant
  }

  /// The class of a special name, seen from its first letters; nil for other names, and for bytes that
  /// are no mangled name.
  public init?(specialNamePrefix name: Span<UInt8>) {
    guard name.count > 3, name[0] == 0x5F, name[1] == UInt8(ascii: "Z") else { return nil }
    if VectorFunctionName.hasPrefix(name) {
      self = .vectorFunction
      return
    }
    switch (name[2], name[3]) {
    case ("T", "V"): self = .vtable
    case ("T", "T"): self = .vtt
    case ("T", "I"): self = .typeinfo
    case ("T", "S"): self = .typeinfoName
    case ("T", "C"): self = .constructionVtable
    case ("T", "h"): self = .thunk(.nonVirtual)
    case ("T", "v"): self = .thunk(.virtual)
    case ("T", "c"): self = .thunk(.covariant)
    case ("T", "H"): self = .tlsInit
    case ("T", "W"): self = .tlsWrapper
    case ("T", "A"): self = .templateParameterObject
    case ("G", "V"): self = .guardVariable
    case ("G", "R"): self = .referenceTemporary
    case ("G", "I"): self = .moduleInitializer
    case ("G", "T"): self = .transactionClone
    default: return nil
    }
  }
}

extension MangledName {
  /// What kind of entity the name stands for.
  public var nameClass: NameClass {
    guard let encoding = firstChild(of: root), let entity = firstChild(of: encoding) else {
      return .other
    }
    switch nodes[entity].kind {
    case .vtable: return .vtable
    case .vtt: return .vtt
    case .constructionVtable: return .constructionVtable
    case .typeinfo: return .typeinfo
    case .typeinfoName: return .typeinfoName
    case .thunk:
      return .thunk(bytes[Int(nodes[entity].start) + 1] == 0x76 ? .virtual : .nonVirtual)
    case .covariantThunk: return .thunk(.covariant)
    case .guardVariable: return .guardVariable
    case .referenceTemporary: return .referenceTemporary
    case .tlsInit: return .tlsInit
    case .tlsWrapper: return .tlsWrapper
    case .templateParameterObject: return .templateParameterObject
    case .moduleInitializer: return .moduleInitializer
    case .transactionSafeClone, .nonTransactionClone: return .transactionClone
    case .typeinfoFunction, .javaClass, .hiddenAlias: return .other
    default: return isFunction(encoding) ? functionClass(of: entity) : dataClass(of: entity)
    }
  }

  /// Whether the encoding has parameters, which only functions have.
  func isFunction(_ encoding: Int) -> Bool {
    children(of: encoding).contains { nodes[$0].kind == .bareFunctionType }
  }

  private func functionClass(of name: Int) -> NameClass {
    switch nodes[lastComponent(of: name)].kind {
    case .constructor, .inheritingConstructor: .constructor
    case .destructor: .destructor
    case .conversionOperator: .conversionOperator
    case .operatorName, .literalOperator, .vendorOperator: .operatorFunction
    default: .function
    }
  }

  private func dataClass(of name: Int) -> NameClass {
    if nodes[name].kind == .localName { return .localStatic }
    return nodes[lastComponent(of: name)].kind == .structuredBinding
      ? .structuredBinding : .variable
  }

  /// The component that names the entity itself, without its scopes, template arguments and tags.
  func lastComponent(of name: Int) -> Int {
    var component = name
    while true {
      let next: Int?
      switch nodes[component].kind {
      case .nestedName, .prefix, .moduleEntity, .memberLikeFriend: next = lastChild(of: component)
      case .templateId, .taggedName, .internalLinkageName: next = firstChild(of: component)
      case .localName: next = localEntity(of: component)
      case .substitution: next = resolved(component)
      default: return component
      }
      guard let next else { return component }
      component = next
    }
  }

  private func localEntity(of localName: Int) -> Int? {
    children(of: localName).last {
      nodes[$0].kind != .discriminator && nodes[$0].kind != .defaultArgumentScope
    }
  }
}

extension Sequence {
  fileprivate func last(where predicate: (Element) -> Bool) -> Element? {
    var result: Element?
    for element in self where predicate(element) { result = element }
    return result
  }
}
