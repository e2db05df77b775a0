internal import AbiModel
internal import Findings
internal import Mangling
internal import Support

/// What one declaration in source code becomes: a name on each architecture, the same one or
/// not. The rows of the check.
struct Declaration: Sendable {
  /// What only few have: there is a declaration for nearly each symbol.
  private final class Further: Sendable {
    let names: [Int]
    let differences: [[NameDifference]]

    init(names: [Int], differences: [[NameDifference]]) {
      self.names = names
      self.differences = differences
    }
  }

  private let storedName: Int32
  private var further: Further?
  /// The builds that have one of the names.
  private(set) var presence: BuildSet

  init(name: Int, presence: BuildSet) {
    storedName = Int32(name)
    self.presence = presence
  }

  /// The number of its name on the first architecture in the matrix.
  var name: Int { Int(storedName) }
  /// Those of its further names.
  var furtherNames: [Int] { further?.names ?? [] }
  /// For each further name, how the first differs from it.
  var differences: [[NameDifference]] { further?.differences ?? [] }
  var isPaired: Bool { further != nil }
  /// All numbers of names.
  var names: [Int] { [name] + furtherNames }

  /// Adds the name on a further architecture.
  mutating func add(_ name: Int, in builds: BuildSet, _ differences: [NameDifference]) {
    further = Further(
      names: furtherNames + [name], differences: self.differences + [differences])
    presence.formUnion(builds)
  }
}

/// Finds the names that one declaration has on the architectures, by their structure.
///
/// Equal names are one declaration. Of the others, those are paired that only the one or only the
/// other architecture has, and that have the same structure apart from what the two data models
/// decide, if there is one such pair only (``NamePairing``), and if some kernel has both.
struct DeclarationFinder {
  private let matrix: SymbolMatrix
  private(set) var declarations: [Declaration] = []
  /// The declaration of each name.
  private var owners: [Int32]
  private var parser = MangledNameParser()
  /// Parsed names, nil for those that are no C++ names.
  private var parsed: [Int: MangledName?] = [:]

  init(_ matrix: SymbolMatrix) {
    self.matrix = matrix
    owners = [Int32](repeating: -1, count: matrix.nameCount)
    for arch in matrix.archs.indices { addNames(of: arch) }
  }

  private mutating func addNames(of arch: Int) {
    let builds = matrix.buildsOfArch[arch]
    var new: [Int] = []
    for name in 0..<matrix.nameCount where matrix.presence[name].meets(builds) {
      if owners[name] < 0 { new.append(name) }
    }
    if arch > 0, !new.isEmpty { new = pair(new, of: arch) }
    declarations.reserveCapacity(declarations.count + new.count)
    for name in new {
      owners[name] = Int32(declarations.count)
      declarations.append(Declaration(name: name, presence: matrix.presence[name]))
    }
  }

  /// Adds those names to declarations that have none on this architecture. Returns the others.
  private mutating func pair(_ new: [Int], of arch: Int) -> [Int] {
    guard let model = matrix.archs[arch].model else { return new }
    let builds = matrix.buildsOfArch[arch]
    var rest = new.filter(isMangled)
    guard !rest.isEmpty else { return new }
    for earlier in 0..<arch {
      guard let earlierModel = matrix.archs[earlier].model else { continue }
      // Declarations that appeared with that architecture and have no name on this one.
      let candidates = declarations.indices.filter { index in
        let declaration = declarations[index]
        return !declaration.presence.meets(builds)
          && matrix.archs(matrix.presence[declaration.name]).first == earlier
          && isMangled(declaration.name)
      }
      guard !candidates.isEmpty, !rest.isEmpty else { continue }
      rest = pair(rest, model, with: candidates, earlierModel)
    }
    return new.filter { owners[$0] < 0 }
  }

  private mutating func pair(
    _ new: [Int], _ model: DataModel, with candidates: [Int], _ earlierModel: DataModel
  ) -> [Int] {
    var left: [MangledName] = []
    var leftPlaces: [Int] = []
    for candidate in candidates {
      guard let name = mangledName(declarations[candidate].name) else { continue }
      left.append(name)
      leftPlaces.append(candidate)
    }
    var right: [MangledName] = []
    var rightPlaces: [Int] = []
    for number in new {
      guard let name = mangledName(number) else { continue }
      right.append(name)
      rightPlaces.append(number)
    }
    for pair in NamePairing(left, earlierModel, right, model).pairs {
      let declaration = leftPlaces[pair.first]
      let name = rightPlaces[pair.second]
      // A kernel that has the one and not the other tells nothing about both.
      let kernels = matrix.kernels(matrix.presence[declarations[declaration].name])
      guard !kernels.isDisjoint(with: matrix.kernels(matrix.presence[name])) else { continue }
      owners[name] = Int32(declaration)
      declarations[declaration].add(name, in: matrix.presence[name], pair.differences)
    }
    return new.filter { owners[$0] < 0 }
  }

  private func isMangled(_ name: Int) -> Bool {
    matrix.withSpelledName(name, WeakCxx.isCxx)
  }

  private mutating func mangledName(_ number: Int) -> MangledName? {
    if let known = parsed[number] { return known }
    let name = matrix.withSpelledName(number) { try? parser.parse($0) }
    parsed[number] = .some(name)
    return name
  }

  /// The declaration of each name.
  var ownerOfName: [Int] { owners.map { Int($0) } }
}
