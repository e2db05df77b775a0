/// A mangled name and its structure.
///
/// The structure is a tree of ``Node`` stored in one array. A value is independent of the parser that
/// made it; dropping it before the next name is parsed lets the parser use its memory again.
public struct MangledName: Sendable {
  /// The name as given, `_Z` included.
  public let bytes: [UInt8]
  /// All nodes, children before their parents.
  public let nodes: [Node]
  /// The position in ``nodes`` of the ``NodeKind/mangledName`` node.
  public let root: Int

  /// The positions of the children of the node at `index`, in the order of the grammar.
  public func children(of index: Int) -> Children {
    Children(nodes: nodes, following: nodes[index].firstChild)
  }

  /// The position of the node that stands at `index` once a substitution has been followed.
  public func resolved(_ index: Int) -> Int {
    var index = index
    // A target is never later than what refers to it, so this ends.
    while nodes[index].kind == .substitution { index = Int(nodes[index].value) }
    return index
  }

  /// The bytes of the node at `index`.
  public func text(of index: Int) -> ArraySlice<UInt8> { bytes[nodes[index].range] }

  /// The children of a node.
  public struct Children: Sequence, IteratorProtocol, Sendable {
    let nodes: [Node]
    var following: NodeIndex

    /// The position of the next child.
    public mutating func next() -> Int? {
      guard following != .none else { return nil }
      let index = Int(following)
      following = nodes[index].nextSibling
      return index
    }
  }

  func firstChild(of index: Int) -> Int? {
    let child = nodes[index].firstChild
    return child == .none ? nil : Int(child)
  }

  func lastChild(of index: Int) -> Int? {
    var last: Int?
    for child in children(of: index) { last = child }
    return last
  }
}
