/// The position of a node in ``MangledName/nodes``.
typealias NodeIndex = UInt32

extension NodeIndex {
  /// No node.
  static var none: NodeIndex { .max }
}

/// One node of a parsed name.
///
/// Nodes lie in one array in the order in which they were completed, so that the children of a node,
/// and the target of a substitution, always come before it.
public struct Node: Sendable, Hashable {
  /// The production.
  public let kind: NodeKind
  /// What the kind says it is; 0 otherwise.
  public let value: UInt32
  let start: UInt32
  let end: UInt32
  let firstChild: NodeIndex
  var nextSibling: NodeIndex = .none

  /// The bytes of the mangled name that the node was read from.
  public var range: Range<Int> { Int(start)..<Int(end) }
}
