internal import AbiModel
internal import Findings
internal import Support

/// Which declarations name one object, build by build.
///
/// Only names that all builds have count: what is missing somewhere is a finding of its own.
struct AliasTable {
  private let declarations: [Declaration]
  private let matrix: SymbolMatrix
  /// By build, for members of a group that are not its leader: the leader.
  private var leaders: [[Int: Int]] = []
  private var members: Set<Int> = []

  init(_ matrix: SymbolMatrix, _ declarations: [Declaration], owners: [Int]) {
    self.matrix = matrix
    self.declarations = declarations
    for build in matrix.builds.indices {
      leaders.append(leadersOfBuild(build, owners))
      members.formUnion(leaders[build].keys)
    }
  }

  private func leadersOfBuild(_ build: Int, _ owners: [Int]) -> [Int: Int] {
    let abi = matrix.builds[build].abi
    var groups: [UInt32: [Int]] = [:]
    for symbol in abi.symbols where symbol.aliasGroup != 0 {
      guard let name = abi.withSpelledName(of: symbol, matrix.number(ofSpelled:)) else { continue }
      let owner = owners[name]
      guard declarations[owner].presence == matrix.allBuilds else { continue }
      groups[symbol.aliasGroup, default: []].append(owner)
    }
    var result: [Int: Int] = [:]
    for group in groups.values {
      // By name, so that the order of the builds does not matter.
      guard let leader = group.min(by: precedes) else { continue }
      for member in group where member != leader { result[member] = leader }
    }
    return result
  }

  private func precedes(_ one: Int, _ other: Int) -> Bool {
    name(ofDeclaration: one) < name(ofDeclaration: other)
  }

  func name(ofDeclaration number: Int) -> ByteName { matrix.name(declarations[number].name) }

  /// The declaration that leads the group; nil for the leader itself and without a group.
  func leader(of number: Int, in build: Int) -> Int? { leaders[build][number] }

  func differ(in declaration: Declaration, number: Int) -> Bool {
    guard members.contains(number), declaration.presence == matrix.allBuilds else { return false }
    let first = leaders[0][number]
    return leaders.contains { $0[number] != first }
  }
}
