internal import Support

/// Joins findings of one identity, in whatever order they come.
///
/// What was found in several builds or processes is one finding: the graver severity, the builds,
/// files, symbols and details of all, and the words of the one that is first in the order of ranks.
public struct FindingMerge: Sendable {
  private var entries: [MergedFinding] = []
  private var places: [Finding.Identity: Int] = [:]

  /// Begins without findings.
  public init() {}

  /// Adds what was found in one place.
  ///
  /// - Parameter rank: the number of the place in an order that does not depend on who is done
  ///   first.
  public mutating func add(_ findings: [Finding], rank: Int) {
    for (number, finding) in findings.enumerated() {
      let order = MergeOrder(rank: rank, number: number)
      let identity = finding.identity
      if let place = places[identity] {
        entries[place].add(finding, order)
      } else {
        places[identity] = entries.count
        entries.append(MergedFinding(finding, order))
      }
    }
  }

  /// The joined findings, in the order of ranks.
  public func findings() -> [Finding] {
    entries.sorted { $0.order < $1.order }.map(\.joined)
  }
}

extension Finding {
  /// One finding for each identity, in the order of their first.
  public static func merged(_ findings: [Finding]) -> [Finding] {
    var merge = FindingMerge()
    merge.add(findings, rank: 0)
    return merge.findings()
  }
}

/// Where a finding comes: in which place, and as which one there.
private struct MergeOrder: Comparable {
  var rank: Int
  var number: Int

  static func < (left: MergeOrder, right: MergeOrder) -> Bool {
    (left.rank, left.number) < (right.rank, right.number)
  }
}

/// What is known of one identity so far.
private struct MergedFinding: Sendable {
  private var first: Finding
  private(set) var order: MergeOrder
  private var builds: Set<Build>
  private var neededBy: Set<String>
  private var symbols: Set<ByteName>
  private var details: MergedDetails
  private var spellings: MergedDetails

  init(_ finding: Finding, _ order: MergeOrder) {
    first = finding
    self.order = order
    builds = Set(finding.builds)
    neededBy = Set(finding.neededBy)
    symbols = Set(finding.symbols)
    details = MergedDetails(finding.details, order)
    spellings = MergedDetails(finding.spellings, order)
  }

  mutating func add(_ finding: Finding, _ order: MergeOrder) {
    builds.formUnion(finding.builds)
    neededBy.formUnion(finding.neededBy)
    symbols.formUnion(finding.symbols)
    details.add(finding.details, order)
    spellings.add(finding.spellings, order)
    let severity = min(first.severity, finding.severity)
    if order < self.order {
      first = finding
      self.order = order
    }
    first.severity = severity
  }

  var joined: Finding {
    var result = first
    result.builds = builds.sorted()
    result.neededBy = neededBy.sorted()
    result.symbols = symbols.sorted()
    result.details = details.joined
    result.spellings = spellings.joined
    // Of the files that need it, the first one, whichever was looked at first.
    if let file = result.neededBy.first, result.place?.line == nil {
      result.place = Finding.Place(path: file)
    }
    return result
  }
}

/// Details with the builds of those of one value joined.
private struct MergedDetails: Sendable {
  private struct Value {
    var order: MergeOrder
    var number: Int
    var builds: Set<Build>
  }

  private var values: [String: Value] = [:]

  init(_ details: [Finding.Detail], _ order: MergeOrder) { add(details, order) }

  mutating func add(_ details: [Finding.Detail], _ order: MergeOrder) {
    for (number, detail) in details.enumerated() {
      var value = values[detail.value] ?? Value(order: order, number: number, builds: [])
      values[detail.value] = nil
      if (order, number) < (value.order, value.number) {
        value.order = order
        value.number = number
      }
      value.builds.formUnion(detail.builds)
      values[detail.value] = value
    }
  }

  var joined: [Finding.Detail] {
    values.sorted { ($0.value.order, $0.value.number) < ($1.value.order, $1.value.number) }
      .map { Finding.Detail($0.value.builds.sorted(), $0.key) }
  }
}
