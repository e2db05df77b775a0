/// What follows the two letters of an operator in an expression (Itanium C++ ABI 5.1.6), and whether
/// the letters name an `operator` function too (5.1.3.1).
enum OperatorForm: UInt8 {
  case unary = 1
  case binary
  case ternary
  /// `++` and `--`: with `_` the prefix form.
  case increment
  /// `cl <expression>+ E`.
  case call
  /// `cp <base-unresolved-name> <expression>* E`.
  case parenthesizedCall
  /// `cv <type> <expression>` or `cv <type> _ <expression>* E`.
  case conversion
  /// `tl <type> <braced-expression>* E`.
  case typedList
  /// `il <braced-expression>* E`.
  case list
  /// `nw <expression>* _ <type> (E | pi <expression>* E | il …)`.
  case new
  /// A named cast: a type, then an expression. `ac` is Clang's `addrspace_cast`.
  case cast
  case typeOperand
  /// `dt`, `pt <expression> <unresolved-name>`.
  case member
  /// `sZ` of a parameter pack.
  case packSize
  /// `sP <template-arg>* E`.
  case capturedPackSize
  /// `sy <pack> <index expression>`: an element of a pack.
  case packElement
  case nullary
  /// `fl`, `fr <operator> <expression>`.
  case unaryFold
  /// `fL`, `fR <operator> <expression> <expression>`.
  case binaryFold
  /// `di <field> <braced-expression>`.
  case designatedField
  /// `dx <index> <braced-expression>`.
  case designatedIndex
  /// `dX <begin> <end> <braced-expression>`.
  case designatedRange
  /// `mc <type> <expression> [<offset>] E`.
  case memberPointerConversion
  /// `so <type> <expression> [<offset>] <union-selector>* [p] E`.
  case subobject
  /// `rq <requirement>+ E`.
  case requires
  /// `rQ <bare-function-type> _ <requirement>+ E`.
  case requiresWithParameters
  /// `sr`, `on`, `dn`, `gs`: names not resolved yet.
  case unresolved

  private static let functionBit: UInt8 = 0x80

  /// The form of the operator of these two letters; nil when there is none.
  init?(_ first: UInt8, _ second: UInt8) {
    let entry = Self.entry(first, second) & ~Self.functionBit
    guard entry != 0 else { return nil }
    self.init(rawValue: entry)
  }

  /// Whether the two letters name an `operator` function.
  static func isFunction(_ first: UInt8, _ second: UInt8) -> Bool {
    entry(first, second) & functionBit != 0
  }

  private static func entry(_ first: UInt8, _ second: UInt8) -> UInt8 {
    let row = Int(first &- UInt8(ascii: "a"))
    let column = Int(second &- UInt8(ascii: "A"))
    guard row < 26, column < 58 else { return 0 }
    return table[row * 58 + column]
  }

  /// By first letter (a to z) and second letter (A to z).
  private static let table: [UInt8] = {
    var table = [UInt8](repeating: 0, count: 26 * 58)
    func add(_ form: OperatorForm, _ letters: String, isFunction: Bool) {
      for pair in letters.split(separator: " ") {
        let utf8 = Array(pair.utf8)
        let index = Int(utf8[0] - UInt8(ascii: "a")) * 58 + Int(utf8[1] - UInt8(ascii: "A"))
        table[index] = form.rawValue | (isFunction ? functionBit : 0)
      }
    }
    add(.unary, "ps ng ad de co nt aw dl da", isFunction: true)
    add(.unary, "nx sz az te tw sp", isFunction: false)
    add(.increment, "pp mm", isFunction: true)
    add(
      .binary,
      "pl mi ml dv rm an or eo aS pL mI mL dV rM aN oR eO ls rs lS rS eq ne lt gt le ge ss aa oo "
        + "cm pm ix",
      isFunction: true)
    add(.member, "pt", isFunction: true)
    add(.member, "dt", isFunction: false)
    add(.binary, "ds", isFunction: false)
    add(.ternary, "qu", isFunction: true)
    add(.call, "cl", isFunction: true)
    add(.parenthesizedCall, "cp", isFunction: false)
    add(.new, "nw na", isFunction: true)
    add(.conversion, "cv", isFunction: false)
    add(.cast, "sc cc rc dc ac", isFunction: false)
    add(.typeOperand, "st at ti", isFunction: false)
    add(.nullary, "tr", isFunction: false)
    add(.list, "il", isFunction: false)
    add(.typedList, "tl", isFunction: false)
    add(.packSize, "sZ", isFunction: false)
    add(.capturedPackSize, "sP", isFunction: false)
    add(.packElement, "sy", isFunction: false)
    add(.unaryFold, "fl fr", isFunction: false)
    add(.binaryFold, "fL fR", isFunction: false)
    add(.designatedField, "di", isFunction: false)
    add(.designatedIndex, "dx", isFunction: false)
    add(.designatedRange, "dX", isFunction: false)
    add(.memberPointerConversion, "mc", isFunction: false)
    add(.subobject, "so", isFunction: false)
    add(.requires, "rq", isFunction: false)
    add(.requiresWithParameters, "rQ", isFunction: false)
    add(.unresolved, "sr on dn gs", isFunction: false)
    return table
  }()
}
