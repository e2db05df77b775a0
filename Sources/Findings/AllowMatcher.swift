internal import Support

/// Finds the entries of an allow file that accept a finding.
struct AllowMatcher {
  private let entries: [AllowFile.Entry]
  /// By the code that the entries name; nil for those of all codes.
  private let patterns: [FindingCode?: PatternIndex]
  private let hasDemangled: Bool
  /// How often a pattern was tried on a name.
  private(set) var trials = 0

  init(_ entries: [AllowFile.Entry]) {
    self.entries = entries
    var numbers: [FindingCode?: [(pattern: Glob, number: Int)]] = [:]
    for (number, entry) in entries.enumerated() {
      numbers[entry.code, default: []].append((entry.pattern, number))
    }
    patterns = numbers.mapValues { PatternIndex($0) }
    hasDemangled = entries.contains { $0.pattern.meansDemangledNames }
  }

  /// The entries that accept a finding, in the order of the file.
  mutating func entries(accepting finding: Finding) -> [Int] {
    // An allow file cannot excuse itself.
    guard finding.code != .staleAllowance else { return [] }
    let indices = [patterns[finding.code], patterns[nil]].compactMap { $0 }
    guard !indices.isEmpty else { return [] }
    var found: Set<Int> = []
    for (name, meaning) in names(of: finding) {
      name.withUnsafeBytes { name in
        for number in indices.flatMap({ $0.candidates(for: name) }) where !found.contains(number) {
          let entry = entries[number]
          trials += 1
          guard meaning.contains(entry.pattern), entry.concerns(finding),
            entry.pattern.matches(name)
          else { continue }
          found.insert(number)
        }
      }
    }
    return found.sorted()
  }

  /// Which patterns a name is meant for.
  private enum Meaning {
    case all
    case withVersion
    case demangled

    func contains(_ pattern: Glob) -> Bool {
      switch self {
      case .all: true
      case .withVersion: pattern.pattern.utf8.contains(UInt8(ascii: "@"))
      case .demangled: pattern.meansDemangledNames
      }
    }
  }

  /// The names by which a pattern may mean a finding: those of its identity.
  private func names(of finding: Finding) -> [([UInt8], Meaning)] {
    guard let symbol = finding.symbol else {
      let names = [finding.version, finding.needed].compactMap { $0?.bytes }
      return (names.isEmpty ? [Array((finding.object ?? "").utf8)] : names).map { ($0, .all) }
    }
    var names: [([UInt8], Meaning)] = [(symbol.bytes, .all)]
    names += finding.spellings.map { (Array($0.value.utf8), .all) }
    if finding.version != nil, let head = finding.head {
      names.append((Array(head.utf8), .withVersion))
    }
    if hasDemangled, let demangled = finding.demangled {
      names.append((Array(demangled.utf8), .demangled))
    }
    return names
  }
}
