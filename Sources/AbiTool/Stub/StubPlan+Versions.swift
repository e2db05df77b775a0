// The third step: version nodes in the order in which they are numbered.
extension StubPlan {
  /// `vd_ndx` has 15 bits; 0 and 1 are taken, and the values from `VER_NDX_LORESERVE` are beyond.
  static let maximumVersionCount = 0x7fff - 2

  mutating func orderVersions(of abi: Abi) throws(InputError) {
    guard abi.versions.count <= Self.maximumVersionCount else {
      throw InputError(
        path: path,
        "\(abi.versions.count) versions; a library can have \(Self.maximumVersionCount)")
    }
    let order = try inheritanceOrder(of: abi.versions)
    var places = [Int](repeating: 0, count: order.count)
    for (place, index) in order.enumerated() { places[index] = place }
    versions = order.map { abi.versions[$0] }
    for index in entries.indices {
      entries[index].version = entries[index].version.map { places[$0] }
    }
  }

  /// Parents before those that inherit from them, else as they come.
  private func inheritanceOrder(of nodes: [Abi.VersionNode]) throws(InputError) -> [Int] {
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
          throw InputError(
            path: path,
            "#%version \(nodes[top.node].name.spelled) \(parents[top.parent].spelled): the two inherit from each other; remove one of the parents"
          )
        }
      }
    }
    return order
  }
}
