/// How a target spells, in mangled names, the types whose meaning depends on the target.
///
/// Every one of these is a `typedef` in source code; a mangled name shows what it stands for.
public struct DataModel: Sendable, Hashable {
  /// A type definition of `<stddef.h>` or `<stdint.h>`.
  public enum Typedef: String, Sendable, Hashable, CaseIterable {
    case size = "size_t"
    case ptrdiff = "ptrdiff_t"
    case uintptr = "uintptr_t"
    case intptr = "intptr_t"
    case uint64 = "uint64_t"
    case int64 = "int64_t"
    case uint32 = "uint32_t"
    case int32 = "int32_t"
  }

  /// What `va_list` is.
  public enum VaList: Sendable, Hashable, CaseIterable {
    /// `char *`: `Pc`.
    case charPointer
    /// `void *`: `Pv`.
    case voidPointer
    /// `__va_list_tag[1]`: `P13__va_list_tag` as a parameter, `A1_13__va_list_tag` elsewhere.
    case tagArray
    /// `struct std::__va_list`: `St9__va_list`.
    case stdStruct
    /// `struct __va_list`: `9__va_list`, of compilers before the AAPCS fixed the name.
    case plainStruct
  }

  /// How `long double` is mangled.
  public enum LongDouble: Sendable, Hashable, CaseIterable {
    /// `e`.
    case standard
    /// `g`: where `e` once meant a shorter format.
    case alternate
    /// `u9__ieee128`: IEEE quadruple precision on PowerPC.
    case ieee128
  }

  /// The name of the target, such as `x86_64`.
  public var name: String
  /// The size of a pointer in bytes.
  public var pointerSize: Int
  /// What `va_list` is.
  public var vaList: VaList
  /// How `long double` is mangled.
  public var longDouble: LongDouble
  var size: BuiltinType
  var ptrdiff: BuiltinType
  var uintptr: BuiltinType
  var intptr: BuiltinType
  var uint64: BuiltinType
  var int64: BuiltinType
  var uint32: BuiltinType = .unsignedInt
  var int32: BuiltinType = .int

  /// What `type` stands for.
  public subscript(type: Typedef) -> BuiltinType {
    get {
      switch type {
      case .size: size
      case .ptrdiff: ptrdiff
      case .uintptr: uintptr
      case .intptr: intptr
      case .uint64: uint64
      case .int64: int64
      case .uint32: uint32
      case .int32: int32
      }
    }
    set {
      switch type {
      case .size: size = newValue
      case .ptrdiff: ptrdiff = newValue
      case .uintptr: uintptr = newValue
      case .intptr: intptr = newValue
      case .uint64: uint64 = newValue
      case .int64: int64 = newValue
      case .uint32: uint32 = newValue
      case .int32: int32 = newValue
      }
    }
  }

  /// Whether `first` here and `second` in `other` have the same signedness, and each the width of a pointer
  /// of its target, and the widths differ.
  func isPointerWide(_ first: BuiltinType, and second: BuiltinType, in other: DataModel) -> Bool {
    guard pointerSize != other.pointerSize, let sign = IntegerClass(first) else { return false }
    return sign == IntegerClass(second) && width(of: first) == pointerSize
      && other.width(of: second) == other.pointerSize
  }

  /// The size of an integer type in bytes. `long` is as wide as a pointer on every target of the table.
  private func width(of type: BuiltinType) -> Int {
    switch type {
    case .long, .unsignedLong: pointerSize
    case .longLong, .unsignedLongLong: 8
    default: 4
    }
  }

  /// The type definitions that stand for `first` here and for `second` in `other`.
  public func typedefs(
    _ first: BuiltinType, _ second: BuiltinType, in other: DataModel
  ) -> [Typedef] {
    Typedef.allCases.filter { self[$0] == first && other[$0] == second }
  }
}
