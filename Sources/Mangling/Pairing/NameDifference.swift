/// One place where the names of one declaration on two targets are not the same.
public struct NameDifference: Sendable, Hashable {
  /// What is different.
  public enum Kind: Sendable, Hashable {
    /// An integer type, and the type definitions that stand for it on either side.
    case integer([DataModel.Typedef])
    /// Integer types that no standard type definition stands for, but as wide as a pointer on
    /// either side: what a library defines by the size of `size_t`, such as Qt's `qsizetype`.
    case pointerWidth
    /// `va_list`.
    case vaList
    /// How `long double` is mangled.
    case longDouble
    /// `__int128` on one side, which has none on the other.
    case int128
    /// What a thunk adds to `this` or to a result, or where a base lies in a construction table.
    case thunkOffset
    /// An integer as a template argument. `isPointerSized`: in the proportion of the pointers' sizes, or where
    /// a sub-object lies, which always follows from how the target lays out the object.
    case literalValue(isPointerSized: Bool)
    /// The number of elements of an array or a vector, or the width of a `_BitInt`. `isPointerSized`: in the
    /// proportion of the pointers' sizes, or for a vector of elements as wide as a pointer inversely, so that
    /// the vector has one size.
    case arrayBound(isPointerSized: Bool)
    /// Anything else: these are names of different declarations.
    case other
  }

  /// Which part of the declaration it is in.
  public enum Place: Sendable, Hashable {
    /// The name or a scope of it, or any part that is none of the others.
    case name
    /// The type that the function returns.
    case returnType
    /// A parameter of the function, from 0.
    case parameter(Int)
    /// An argument of a template in the name, from 0.
    case templateArgument(Int)
    /// The type that a conversion operator converts to.
    case conversionType
    /// The offsets of a thunk.
    case thunk
  }

  /// What is different.
  public let kind: Kind
  /// Which part of the declaration it is in.
  public let place: Place
  /// The bytes in the first name. Where a substitution leads to the difference, those of the substitution.
  public let first: Range<Int>
  /// The bytes in the second name.
  public let second: Range<Int>
  /// The builtin type of the first name, where it is one.
  public let firstType: BuiltinType?
  /// The builtin type of the second name, where it is one.
  public let secondType: BuiltinType?

  /// How much speaks against one declaration: less for what a standard type explains.
  var weight: Int { kind == .pointerWidth ? 2 : 1 }

  /// Whether the data model alone is the reason, so that the names can be of one declaration.
  public var isOfDataModel: Bool {
    switch kind {
    case .integer, .pointerWidth, .vaList, .longDouble, .thunkOffset: true
    case .literalValue(let isPointerSized), .arrayBound(let isPointerSized): isPointerSized
    case .int128, .other: false
    }
  }
}
