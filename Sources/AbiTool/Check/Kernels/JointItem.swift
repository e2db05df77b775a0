internal import AbiModel
internal import Findings
internal import Support

/// A declaration in one version: what a line of the joint ABI can stand for.
struct JointItem {
  /// The symbol of one build.
  struct Cell {
    var build: Int
    /// The number of the name in the matrix.
    var name: Int
    var symbol: Symbol
  }

  var declaration: Int
  var version: ByteName?
  var cells: [Cell]

  /// The items of the declarations that are included.
  static func items(
    of matrix: SymbolMatrix, _ declarations: [Declaration], included: [Bool]
  ) -> [JointItem] {
    var items: [JointItem] = []
    for (number, declaration) in declarations.enumerated() where included[number] {
      var places: [ByteName?: Int] = [:]
      for name in declaration.names {
        for build in matrix.presence[name].numbers {
          for symbol in matrix.symbols(name, in: build) {
            let version = matrix.builds[build].abi.version(of: symbol)
            let place = places[version] ?? items.count
            if place == items.count {
              places[version] = place
              items.append(JointItem(declaration: number, version: version, cells: []))
            }
            items[place].cells.append(Cell(build: build, name: name, symbol: symbol))
          }
        }
      }
    }
    return items
  }

  /// By build, for names of an object that is known by another name already: that other item.
  static func leaders(_ items: [JointItem], _ matrix: SymbolMatrix) -> [[Int: Int]] {
    var groups = [[UInt32: [Int]]](repeating: [:], count: matrix.builds.count)
    for (number, item) in items.enumerated() {
      for cell in item.cells where cell.symbol.aliasGroup != 0 {
        groups[cell.build][cell.symbol.aliasGroup, default: []].append(number)
      }
    }
    var order: [Int: (ByteName, ByteName)] = [:]
    func rank(_ number: Int) -> (ByteName, ByteName) {
      if let known = order[number] { return known }
      let name = items[number].cells.first.map { matrix.name($0.name) } ?? ByteName([])
      let rank = (name, items[number].version ?? ByteName([]))
      order[number] = rank
      return rank
    }
    return groups.map { groups in
      var leaders: [Int: Int] = [:]
      for members in groups.values {
        guard let leader = members.min(by: { rank($0) < rank($1) }) else { continue }
        for member in members where member != leader { leaders[member] = leader }
      }
      return leaders
    }
  }
}
