/// Which names of two targets are of one declaration, decided by structure alone.
///
/// Give it the names that only one of the targets has: equal names need no pairing. Two names are paired
/// when they have the same structure apart from the data model, and no other name of either target would do
/// with as few differences, of which those that no standard type explains count twice. Where several would do
/// equally none is taken; only the thunks of one function, and what is named after the sub-objects of one
/// object, are paired by the order of their offsets.
public struct NamePairing: Sendable {
  /// Two names of one declaration, by their positions in the lists, and how they differ.
  public struct Pair: Sendable {
    /// The position in the first list.
    public let first: Int
    /// The position in the second list.
    public let second: Int
    /// How the names differ; at least one difference.
    public let differences: [NameDifference]

    fileprivate var weight: Int { differences.reduce(0) { $0 + $1.weight } }
  }

  /// The pairs, ordered by the first list.
  public let pairs: [Pair]

  /// Pairs `first`, names of a target with the data model `firstModel`, with `second`.
  public init(
    _ first: [MangledName], _ firstModel: DataModel, _ second: [MangledName],
    _ secondModel: DataModel
  ) {
    var matcher = Matcher(
      first: first, second: second, firstModel: firstModel, secondModel: secondModel)
    // Equal values are stronger evidence than proportional ones, so they come first.
    matcher.match(ignoringValues: false)
    matcher.match(ignoringValues: true)
    pairs = matcher.pairs.sorted { $0.first < $1.first }
  }
}

private struct Matcher {
  /// Beyond this many comparisons within one key nothing is paired: it would be ambiguous anyway.
  static let maximumComparisons = 4096

  let first: [MangledName]
  let second: [MangledName]
  let firstModel: DataModel
  let secondModel: DataModel
  var pairs: [NamePairing.Pair] = []
  var pairedFirst: Set<Int> = []
  var pairedSecond: Set<Int> = []

  init(
    first: [MangledName], second: [MangledName], firstModel: DataModel, secondModel: DataModel
  ) {
    self.first = first
    self.second = second
    self.firstModel = firstModel
    self.secondModel = secondModel
  }

  mutating func match(ignoringValues: Bool) {
    var candidates: [StructuralKey: [Int]] = [:]
    for index in second.indices where !pairedSecond.contains(index) {
      candidates[second[index].structuralKey(ignoringValues: ignoringValues), default: []]
        .append(index)
    }
    var groups: [StructuralKey: [Int]] = [:]
    for index in first.indices where !pairedFirst.contains(index) {
      let key = first[index].structuralKey(ignoringValues: ignoringValues)
      if candidates[key] != nil { groups[key, default: []].append(index) }
    }
    for (key, group) in groups {
      matchGroup(group, candidates[key] ?? [])
    }
  }

  private mutating func matchGroup(_ lefts: [Int], _ rights: [Int]) {
    guard lefts.count * rights.count <= Self.maximumComparisons else { return }
    if lefts.count == rights.count, lefts.count > 1, matchByOffset(lefts, rights) { return }
    var possible: [NamePairing.Pair] = []
    for left in lefts {
      for right in rights {
        if let pair = pair(left, right) { possible.append(pair) }
      }
    }
    // Taking the certain pairs can make others certain.
    while !possible.isEmpty {
      let certain = certainPairs(possible)
      guard !certain.isEmpty else { return }
      certain.forEach { take($0) }
      possible.removeAll { pairedFirst.contains($0.first) || pairedSecond.contains($0.second) }
    }
  }

  /// The pairs whose differences weigh less than those of any other pair of either name.
  private func certainPairs(_ possible: [NamePairing.Pair]) -> [NamePairing.Pair] {
    let first = Dictionary(grouping: possible, by: \.first)
    let second = Dictionary(grouping: possible, by: \.second)
    func isBest(_ pair: NamePairing.Pair, of rivals: [NamePairing.Pair]?) -> Bool {
      (rivals ?? []).allSatisfy {
        $0.weight > pair.weight
          || $0.first == pair.first && $0.second == pair.second
      }
    }
    return possible.filter { isBest($0, of: first[$0.first]) && isBest($0, of: second[$0.second]) }
  }

  private func pair(_ left: Int, _ right: Int) -> NamePairing.Pair? {
    let differences = first[left].differences(from: second[right], firstModel, secondModel)
    guard !differences.isEmpty, differences.allSatisfy(\.isOfDataModel) else { return nil }
    return NamePairing.Pair(first: left, second: right, differences: differences)
  }

  private mutating func take(_ pair: NamePairing.Pair) {
    pairs.append(pair)
    pairedFirst.insert(pair.first)
    pairedSecond.insert(pair.second)
  }

  // MARK: Offsets

  /// Pairs the thunks of one function, and the sub-objects of one object: they lie in the same order on
  /// both targets.
  private mutating func matchByOffset(_ lefts: [Int], _ rights: [Int]) -> Bool {
    guard let left = sortedByOffset(lefts, in: first),
      let right = sortedByOffset(rights, in: second)
    else { return false }
    let found = zip(left, right).compactMap { pair($0, $1) }
    guard found.count == left.count,
      found.allSatisfy({ $0.differences.allSatisfy(isOfOffsetOrType) })
    else { return false }
    found.forEach { take($0) }
    return true
  }

  private func isOfOffsetOrType(_ difference: NameDifference) -> Bool {
    switch difference.kind {
    case .thunkOffset, .integer, .vaList, .longDouble, .literalValue(isPointerSized: true): true
    default: false
    }
  }

  private func sortedByOffset(_ indices: [Int], in names: [MangledName]) -> [Int]? {
    var sorted: [(index: Int, offsets: [Int])] = []
    for index in indices {
      guard let offsets = names[index].offsets else { return nil }
      sorted.append((index, offsets))
    }
    sorted.sort { $0.offsets.lexicographicallyPrecedes($1.offsets) }
    return sorted.map(\.index)
  }
}

extension MangledName {
  /// The magnitudes of the offsets in the name, of thunks and sub-objects; nil when there are none.
  fileprivate var offsets: [Int]? {
    var numbers: [Int] = []
    for node in nodes where node.kind == .callOffset || node.kind == .subobjectOffset {
      for digits in bytes[node.range].split(whereSeparator: { !$0.isDigit }) {
        guard digits.count < 16 else { return nil }
        numbers.append(digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
      }
    }
    return numbers.isEmpty ? nil : numbers
  }
}
