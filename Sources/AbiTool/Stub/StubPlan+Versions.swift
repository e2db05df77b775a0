internal import AbiModel
internal import Findings
internal import Support

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
    let order = try order(of: abi)
    var places = [Int](repeating: 0, count: order.count)
    for (place, index) in order.enumerated() { places[index] = place }
    versions = order.map { abi.versions[$0] }
    for index in entries.indices {
      entries[index].version = entries[index].version.map { places[$0] }
    }
  }

  private func order(of abi: Abi) throws(InputError) -> [Int] {
    switch VersionOrder.implied(by: abi.versions) {
    case .failure(let cycle):
      throw InputError(
        path: path,
        "#%version \(cycle.node.spelled) \(cycle.parent.spelled): the two inherit from each other; remove one of the parents"
      )
    case .success(let implied):
      guard !abi.versionOrder.isEmpty else { return implied }
      var indices: [ByteName: Int] = [:]
      for (index, node) in abi.versions.enumerated() { indices[node.name] = index }
      let stated = abi.versionOrder.compactMap { indices[$0] }
      // Nodes that came to the text later follow.
      let missing = Set(implied).subtracting(stated)
      return stated + implied.filter(missing.contains)
    }
  }
}
