/// A component that a later `S_` may refer to (Itanium C++ ABI 5.1.9).
struct Substitution: Sendable {
  let node: NodeIndex
  /// Whether the component was followed by template arguments where it was defined. It is a template
  /// then, and not a type.
  let isTemplate: Bool
}

/// The children of a node while they are being read.
struct ChildList {
  var first: NodeIndex = .none
  var last: NodeIndex = .none
}

/// Reads one name: the position in it, and the nodes completed so far.
///
/// Each production of the grammar is a method of that name in an extension. A method begins where the
/// production begins and leaves the position behind it.
struct NameReader {
  /// How `sr <scope> <name>` spells a scope that begins with an identifier.
  enum UnresolvedNames {
    /// GCC: as a type, which substitutions may refer to.
    case asTypes
    /// The specification and Clang: as `<unresolved-qualifier-level>+ E`, which they may not.
    case asLevels
  }

  let bytes: [UInt8]
  var position = 0
  var nodes: [Node]
  var substitutions: [Substitution]
  let unresolvedNames: UnresolvedNames

  /// Set by ``name()``: what decides whether a return type follows (5.1.5.3).
  var lastName = NameShape()
  /// Whether what ``substitution()`` found is a template, so that template arguments belong to it.
  var lastSubstitutionIsTemplate = false
  /// Inside the type of a conversion operator, where template arguments may belong to the operator.
  var isInConversionType = false
  /// How many bytes may still be read a second time to settle `cv T_ I … E`.
  var lookaheadBudget: Int

  private let maximumDepth: Int
  private var depth = 0

  init(
    bytes: [UInt8], nodes: [Node], substitutions: [Substitution], maximumDepth: Int,
    unresolvedNames: UnresolvedNames
  ) {
    self.bytes = bytes
    self.nodes = nodes
    self.substitutions = substitutions
    self.maximumDepth = maximumDepth
    self.unresolvedNames = unresolvedNames
    lookaheadBudget = 8 * bytes.count
  }

  // MARK: Bytes

  /// The byte at the position; 0, which no production contains, at the end.
  var peek: UInt8 { position < bytes.count ? bytes[position] : 0 }
  /// The byte after ``peek``.
  var peekNext: UInt8 { position + 1 < bytes.count ? bytes[position + 1] : 0 }
  var isAtEnd: Bool { position >= bytes.count }

  func isAt(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Bool {
    peek == UInt8(ascii: first) && peekNext == UInt8(ascii: second)
  }

  mutating func consume(_ letter: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: letter) else { return false }
    position += 1
    return true
  }

  mutating func consume(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Bool {
    guard isAt(first, second) else { return false }
    position += 2
    return true
  }

  mutating func consume(word spelling: StaticString) -> Bool {
    let count = spelling.utf8CodeUnitCount
    guard bytes.count - position >= count else { return false }
    for offset in 0..<count where bytes[position + offset] != spelling.utf8Start[offset] {
      return false
    }
    position += count
    return true
  }

  func error(_ expected: MangledNameError.Expectation) -> MangledNameError {
    MangledNameError(offset: position, expected: expected)
  }

  mutating func expectEnd() throws(MangledNameError) {
    guard consume("E") else { throw error(.end) }
  }

  mutating func expectUnderscore() throws(MangledNameError) {
    guard consume("_") else { throw error(.underscore) }
  }

  // MARK: Depth

  /// Begins a production that can contain itself. Goes with ``leave()``.
  mutating func enter() throws(MangledNameError) {
    guard depth < maximumDepth else { throw error(.shallowerName) }
    depth += 1
  }

  mutating func leave() { depth -= 1 }

  // MARK: Nodes

  mutating func append(_ child: NodeIndex, to list: inout ChildList) {
    if list.last == .none {
      list.first = child
    } else {
      nodes[Int(list.last)].nextSibling = child
    }
    list.last = child
  }

  /// Completes a node that reaches from `start` to the position.
  mutating func make(
    _ kind: NodeKind, from start: Int, _ children: ChildList = ChildList(), value: UInt32 = 0
  ) -> NodeIndex {
    let index = NodeIndex(truncatingIfNeeded: nodes.count)
    nodes.append(
      Node(
        kind: kind, value: value, start: UInt32(truncatingIfNeeded: start),
        end: UInt32(truncatingIfNeeded: position), firstChild: children.first))
    return index
  }

  mutating func make(
    _ kind: NodeKind, from start: Int, _ child: NodeIndex, value: UInt32 = 0
  ) -> NodeIndex {
    make(kind, from: start, ChildList(first: child, last: child), value: value)
  }

  mutating func make(
    _ kind: NodeKind, from start: Int, _ first: NodeIndex, _ second: NodeIndex, value: UInt32 = 0
  ) -> NodeIndex {
    nodes[Int(first)].nextSibling = second
    return make(kind, from: start, ChildList(first: first, last: second), value: value)
  }

  // MARK: Numbers

  /// `<number> ::= [n] <digits>`, as a node.
  mutating func number() throws(MangledNameError) -> NodeIndex {
    let start = position
    _ = consume("n")
    try skipDigits()
    return make(.number, from: start)
  }

  mutating func skipDigits() throws(MangledNameError) {
    guard peek.isDigit else { throw error(.number) }
    while peek.isDigit { position += 1 }
  }

  /// `[<number>] _`: the optional number of a closure, an unnamed type, a parameter.
  mutating func optionalNumberAndUnderscore() throws(MangledNameError) {
    while peek.isDigit { position += 1 }
    try expectUnderscore()
  }

  /// Decimal digits as a value that fits a name; larger ones are an error.
  mutating func smallNumber() throws(MangledNameError) -> Int {
    guard peek.isDigit else { throw error(.number) }
    var result = 0
    while peek.isDigit {
      result = result * 10 + Int(peek - UInt8(ascii: "0"))
      guard result <= Int32.max else { throw error(.number) }
      position += 1
    }
    return result
  }
}
