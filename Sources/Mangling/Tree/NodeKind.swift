/// What a node of a parsed name is, by its production in the grammar (Itanium C++ ABI 5.1).
///
/// The comment gives the production, and the children in order. A node without children is described
/// wholly by its kind and its bytes; one with children by its kind, ``Node/value`` and the children.
public enum NodeKind: UInt8, Sendable, Hashable, CaseIterable {
  // MARK: 5.1.2 General structure
  /// `_Z <encoding> [. <suffix>]`: the encoding, then the suffix.
  case mangledName
  /// `<encoding>`: the name; of a function also attributes, the bare function type, a constraint.
  case encoding
  /// `<bare-function-type>`: types. `value` is 1 when the first one is the return type.
  case bareFunctionType
  /// `.part.0.cold`, `.Tm`: all from the first `.`, added by a compiler to a copy of the function.
  case cloneSuffix
  /// A parameter type with Clang's `pass_object_size`. `value` is the digit of the mode.
  case passObjectSize
  /// `Ua9enable_if I … E`: Clang's attribute of an overload.
  case enableIfAttribute
  /// `Q <constraint-expression>`: a trailing requires clause.
  case constraint

  // MARK: 5.1.4 Special names and entities
  case vtable, vtt, typeinfo, typeinfoName, typeinfoFunction, constructionVtable
  /// `Th`/`Tv <call-offset> <base encoding>`.
  case thunk
  /// `Tc <call-offset> <call-offset> <base encoding>`: this and the result are adjusted.
  case covariantThunk
  /// `<call-offset>`: `h <offset> _` or `v <offset> _ <virtual offset> _`.
  case callOffset
  case tlsInit, tlsWrapper, templateParameterObject
  case guardVariable, referenceTemporary, transactionSafeClone, nonTransactionClone, hiddenAlias
  case moduleInitializer, javaClass

  // MARK: 5.1.3 Names
  /// `N [<qualifiers>] <prefix> <unqualified-name> E`: qualifiers as leaves, then the whole name.
  case nestedName
  /// `Z <encoding> E <entity name>`: the function, the entity, a discriminator.
  case localName
  /// The `s` of `Z <encoding> E s`: a string literal of the function.
  case stringLiteral
  /// The `d [<number>] _` of a local name in a default argument.
  case defaultArgumentScope
  /// `_ <digit>` or `__ <number> _`: which of several local entities of one name.
  case discriminator
  /// `<prefix> <unqualified-name>`: a scope and the name in it.
  case prefix
  /// A template name and its `<template-args>`.
  case templateId
  /// `St`: namespace std.
  case std
  /// `Sa Sb Ss Si So Sd`: an abbreviated class of namespace std.
  case standardSubstitution
  /// `S_`, `S0_`, …: `value` is the node that is meant.
  case substitution
  /// `<source-name>`: length and identifier.
  case sourceName
  /// `<operator-name>`: `value` holds its two letters.
  case operatorName
  /// `cv <type>`.
  case conversionOperator
  /// `li <source-name>`.
  case literalOperator
  /// `v <digit> <source-name>`.
  case vendorOperator
  case constructor, inheritingConstructor, destructor
  /// `Ut [<number>] _`.
  case unnamedType
  /// `Ue <type> <source-name>`: GCC's name of an unnamed enumeration, by its first enumerator.
  case unnamedEnum
  /// `Ul <lambda-sig> E [<number>] _`: template parameters and types, then the number.
  case closureType
  /// `Ub [<number>] _`: Clang's block literal.
  case blockLiteral
  /// `DC <source-name>+ E`.
  case structuredBinding
  /// An `<unqualified-name>` with `<abi-tags>`: the name, then its tags.
  case taggedName
  /// `B <source-name>`.
  case abiTag
  /// `L <unqualified-name>`: the name has internal linkage.
  case internalLinkageName
  /// `F <unqualified-name>`: a member-like friend.
  case memberLikeFriend
  /// `W <source-name>`: the parent module, if any, and the name. A partition has `value` 1.
  case moduleName
  /// `<module-name> <unqualified-name>`: an entity attached to a module.
  case moduleEntity
  /// The `H` of a nested name: the function has an explicit object parameter.
  case explicitObject
  case cvQualifiers, refQualifier

  // MARK: 5.1.5 Types
  /// `<builtin-type>`: see ``BuiltinType``.
  case builtinType
  /// `u <source-name> [<template-args>]`.
  case vendorType
  /// `<extended-qualifier>* <CV-qualifiers> <type>`: qualifiers, then the type.
  case qualifiedType
  /// `U <source-name> [<template-args>]`.
  case vendorQualifier
  case pointer, lvalueReference, rvalueReference, complex, imaginary
  /// `[<qualifiers>] [<exception-spec>] F [Y] <types> [<ref-qualifier>] E`. `value` 1: extern "C".
  case functionType
  /// `Do`, `DO <expression> E`, `Dw <type>+ E`, `Dx`.
  case exceptionSpecification
  /// `A [<number or expression>] _ <type>`.
  case arrayType
  /// `M <class type> <member type>`.
  case pointerToMember
  /// `Dv <number or expression> _ <type>`.
  case vectorType
  /// `Dp <type>`.
  case packExpansion
  /// `Dy <pack> <index expression>`.
  case packElement
  /// `Dt <expression> E`, `DT <expression> E`. `value` is the letter.
  case decltype
  /// `Ts`, `Tu`, `Te <name>`. `value` is the letter.
  case elaboratedType
  case templateParameter
  /// `DB`/`DU <number or expression> _`: `_BitInt`. `value` is the letter.
  case bitInt
  /// `Dk`/`DK <type-constraint>`. `value` is the letter.
  case constrainedPlaceholder

  // MARK: 5.1.5.8 Templates
  case templateArgs
  /// `J <template-arg>* E`.
  case argumentPack
  /// `X <expression> E`.
  case expressionArgument
  /// A `<template-param-decl>` before the argument it declares, then the argument.
  case declaredArgument
  case typeParameter, nonTypeParameter, templateTemplateParameter, parameterPack
  case constrainedParameter

  // MARK: 5.1.6 Expressions
  /// An operator applied: `value` holds its two letters.
  case expression
  /// `L <type> <value> E`: the type, then the value.
  case literal
  case literalValue
  /// `L _Z <encoding> E`.
  case externalName
  case functionParameter
  /// `sr`, `gs`, `on`, `dn` and simple names not resolved yet. `value` holds the letters.
  case unresolvedName
  /// `X`, `T`, `Q` of a requires expression. `value` is the letter.
  case requirement
  /// Where in an object `so` or `mc` points: bytes, as the target lays the object out.
  case subobjectOffset
  /// A number that is part of the structure: an array bound, the length of a vector.
  case number
  /// A marker that is part of the structure, such as `_` or the `p` of a past-the-end pointer.
  case marker
}
