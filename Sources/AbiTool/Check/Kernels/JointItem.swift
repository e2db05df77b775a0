internal import AbiModel
internal import Findings
internal import Support

/// A declaration in one version: what a line of the joint ABI can stand for.
struct JointItem {
  /// Which declaration, in which version.
  struct Key: Hashable {
    var declaration: Int
    var version: ByteName?
  }

  /// The symbol of one build.
  struct Cell {
    var build: Int
    /// The number of the name in the matrix.
    var name: Int
    var symbol: Symbol
  }

  var key: Key
  var cells: [Cell]

  /// The items of a declaration.
  static func items(_ number: Int, _ declaration: Declaration, _ matrix: SymbolMatrix)
    -> [JointItem]
  {
    var items: [JointItem] = []
    for name in declaration.names {
      for build in matrix.presence[name].numbers {
        for symbol in matrix.symbols(name, in: build) {
          let version = matrix.builds[build].abi.version(of: symbol)
          let cell = Cell(build: build, name: name, symbol: symbol)
          if let place = items.firstIndex(where: { $0.key.version == version }) {
            items[place].cells.append(cell)
          } else {
            let key = Key(declaration: number, version: version)
            items.append(JointItem(key: key, cells: [cell]))
          }
        }
      }
    }
    return items
  }
}

/// Which items name an object that is known by another name already, build by build.
struct JointLeaders {
  /// By build, for such an item: that other one.
  private var leaders: [[JointItem.Key: JointItem.Key]] = []
  private var followers: Set<JointItem.Key> = []
  private var leading: Set<JointItem.Key> = []

  /// - Parameter items: those of the declarations that are included.
  init(_ matrix: SymbolMatrix, items: (_ body: (JointItem) -> Void) -> Void) {
    var groups = [[UInt32: [JointItem.Key]]](repeating: [:], count: matrix.builds.count)
    var ranks: [JointItem.Key: (ByteName, ByteName)] = [:]
    items { item in
      for cell in item.cells where cell.symbol.aliasGroup != 0 {
        groups[cell.build][cell.symbol.aliasGroup, default: []].append(item.key)
        ranks[item.key] = (matrix.name(item.cells[0].name), item.key.version ?? ByteName([]))
      }
    }
    func precedes(_ one: JointItem.Key, _ other: JointItem.Key) -> Bool {
      guard let left = ranks[one], let right = ranks[other] else { return false }
      return left < right
    }
    leaders = groups.map { groups in
      var leaders: [JointItem.Key: JointItem.Key] = [:]
      for members in groups.values {
        guard let leader = members.min(by: precedes) else { continue }
        for member in members where member != leader { leaders[member] = leader }
      }
      return leaders
    }
    followers = Set(leaders.flatMap(\.keys))
    leading = Set(leaders.flatMap(\.values))
  }

  /// The item whose object it names in a build.
  func leader(of item: JointItem.Key, in build: Int) -> JointItem.Key? { leaders[build][item] }

  func isFollower(_ item: JointItem.Key) -> Bool { followers.contains(item) }
  func isLeader(_ item: JointItem.Key) -> Bool { leading.contains(item) }
}
