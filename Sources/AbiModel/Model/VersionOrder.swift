package import Support

/// The order in which version nodes are numbered (`vd_ndx`) when a text does not say.
///
/// Linkers write the versions that a program needs in the order that they have in the library.
package enum VersionOrder {
  /// Two nodes that inherit from each other.
  package struct Cycle: Error {
    package var node: ByteName
    package var parent: ByteName
  }

  /// Parents before those that inherit from them, else as they come: indices into `nodes`.
  ///
  /// Libraries that add a node with each release have their nodes in this order.
  package static func implied(by nodes: [Abi.VersionNode]) -> Result<[Int], Cycle> {
    var indices: [ByteName: Int] = [:]
    for (index, node) in nodes.enumerated() { indices[node.name] = index }
    enum State { case new, open, done }
    var states = [State](repeating: .new, count: nodes.count)
    var order: [Int] = []
    for start in nodes.indices where states[start] == .new {
      // Depth first, with a stack of its own: a chain may have thousands of nodes.
      var stack = [(node: start, parent: 0)]
      states[start] = .open
      while let top = stack.last {
        let parents = nodes[top.node].parents
        guard top.parent < parents.count else {
          states[top.node] = .done
          order.append(top.node)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].parent += 1
        guard let parent = indices[parents[top.parent]] else { continue }
        switch states[parent] {
        case .done: break
        case .new:
          states[parent] = .open
          stack.append((parent, 0))
        case .open:
          return .failure(Cycle(node: nodes[top.node].name, parent: parents[top.parent]))
        }
      }
    }
    return .success(order)
  }
}
