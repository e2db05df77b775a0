public import AbiModel
internal import ElfKit
public import Findings
internal import Mangling
internal import Support

/// What changed from one version of a library to the next, and what that means to programs that
/// are linked with the old one.
public struct AbiDiff: Sendable {
  public enum Verdict: String, Sendable {
    /// Nothing changed that a program can notice.
    case identical
    /// Programs that are linked with the old version work with the new one.
    case compatible
    /// Some programs do not.
    case breaking
  }

  public private(set) var findings: [Finding] = []
  public let builds: [Build]

  let old: Abi
  let new: Abi
  let newIndex: SymbolIndex
  /// By symbol of `old`, what has become of it.
  var matches: [Int?]
  private var isMatched: [Bool]

  /// - Parameters:
  ///   - oldPath: how messages name the old version.
  ///   - newPath: how they name the new one.
  public init(from old: Abi, _ oldPath: String, to new: Abi, _ newPath: String) {
    self.old = old
    self.new = new
    builds = [Build(role: "old", path: oldPath), Build(role: "new", path: newPath)]
    newIndex = SymbolIndex(new)
    matches = [Int?](repeating: nil, count: old.symbols.count)
    isMatched = [Bool](repeating: false, count: new.symbols.count)
    matchSymbols()
    compareWhole()
    for place in old.symbols.indices { compare(place) }
    compareAliases()
    findRenames()
    listRest()
    findings.sort(by: Finding.precedes)
  }

  /// What the findings come to; those that an allow file accepts do not count.
  public static func verdict(of findings: [Finding]) -> Verdict {
    if findings.contains(where: { $0.severity == .error && $0.allowance == nil }) {
      return .breaking
    }
    return findings.isEmpty ? .identical : .compatible
  }

  // MARK: Matching

  /// A symbol is the same when name and version are; then one that differs in that only one of
  /// both has a version.
  private mutating func matchSymbols() {
    let (old, new) = (old, new)
    for place in old.symbols.indices {
      let symbol = old.symbols[place]
      let version = old.version(of: symbol)
      take(place) {
        new.version(of: $0) == version && new.condition(of: $0) == old.condition(of: symbol)
      }
      take(place) { new.version(of: $0) == version }
    }
    for place in old.symbols.indices where matches[place] == nil {
      let isVersioned = old.symbols[place].versionIndex != nil
      take(place) {
        ($0.versionIndex != nil) != isVersioned && (isVersioned || $0.isDefaultVersion)
      }
    }
  }

  private mutating func take(_ place: Int, where isSame: (Symbol) -> Bool) {
    guard matches[place] == nil else { return }
    let symbol = old.symbols[place]
    let found = old.withName(of: symbol) { name in
      newIndex.symbols(named: name).first { candidate in
        !isMatched[candidate]
          && (new.symbols[candidate].storage == .undefined) == (symbol.storage == .undefined)
          && isSame(new.symbols[candidate])
      }
    }
    guard let found else { return }
    matches[place] = found
    isMatched[found] = true
  }

  // MARK: Reporting

  mutating func report(_ finding: Finding) { findings.append(finding) }

  /// A finding about an old symbol and what has become of it.
  mutating func report(
    _ code: FindingCode, severity: Severity? = nil, _ symbol: Symbol, of abi: Abi,
    _ oldValue: String, _ newValue: String, remark: String? = nil, _ message: String
  ) {
    let name = ByteName(abi.nameBytes(of: symbol))
    let version = abi.version(of: symbol)
    let suffix = version.map { (symbol.isDefaultVersion ? "@@" : "@") + $0.spelled } ?? ""
    findings.append(
      Finding(
        code, severity: severity, symbol: name, version: version,
        isDefaultVersion: symbol.isDefaultVersion, builds: builds,
        details: [
          Finding.Detail([builds[0]], oldValue), Finding.Detail([builds[1]], newValue),
        ],
        remark: remark, message: "\(ImageCheck.words(name, version: suffix)): \(message)",
        cure: code.cureOfChange))
  }

  // MARK: Gone and new

  private mutating func findRenames() {
    let (old, new) = (old, new)
    var gone: [Int] = old.symbols.indices.filter {
      matches[$0] == nil && old.symbols[$0].storage != .undefined
    }
    var added: [Int] = new.symbols.indices.filter {
      !isMatched[$0] && new.symbols[$0].storage != .undefined
    }
    pair(&gone, &added, oldKey: { AnyHashable(old.nameBytes(of: $0)) }) {
      AnyHashable(new.nameBytes(of: $0))
    }
    var parser = MangledNameParser()
    func key(_ abi: Abi, _ symbol: Symbol) -> AnyHashable? {
      guard let name = try? parser.parse(abi.nameBytes(of: symbol)), let key = RenameKey(name)
      else { return nil }
      return AnyHashable(key)
    }
    pair(&gone, &added, oldKey: { key(old, $0) }, newKey: { key(new, $0) })
  }

  /// Takes a pair for one symbol only when no other could be meant.
  private mutating func pair(
    _ gone: inout [Int], _ added: inout [Int], oldKey: (Symbol) -> AnyHashable?,
    newKey: (Symbol) -> AnyHashable?
  ) {
    var candidates: [AnyHashable: [Int]] = [:]
    for place in added {
      if let key = newKey(new.symbols[place]) { candidates[key, default: []].append(place) }
    }
    var groups: [AnyHashable: [Int]] = [:]
    for place in gone {
      if let key = oldKey(old.symbols[place]), candidates[key] != nil {
        groups[key, default: []].append(place)
      }
    }
    var taken: Set<Int> = []
    for (key, places) in groups {
      guard places.count == 1, let others = candidates[key], others.count == 1 else { continue }
      reportRenamed(places[0], others[0])
      matches[places[0]] = others[0]
      isMatched[others[0]] = true
      taken.insert(places[0])
    }
    gone.removeAll { taken.contains($0) }
    added.removeAll { isMatched[$0] }
  }

  private mutating func reportRenamed(_ place: Int, _ successor: Int) {
    let (symbol, other) = (old.symbols[place], new.symbols[successor])
    let remark = Self.renameRemark(old.nameBytes(of: symbol), new.nameBytes(of: other))
    let name = ImageCheck.words(
      ByteName(new.nameBytes(of: other)),
      version: new.version(of: other).map { (other.isDefaultVersion ? "@@" : "@") + $0.spelled }
        ?? "")
    report(
      .renamed, symbol, of: old, KindLetter(of: symbol).words(symbol), "-",
      remark: "\(remark): now \(name)", "is now \(name); it differs in \(remark)")
  }

  private static func renameRemark(_ old: [UInt8], _ new: [UInt8]) -> String {
    if old == new { return "the version" }
    var parser = MangledNameParser()
    func keys(_ abstraction: RenameKey.Abstraction) -> Bool {
      guard let one = try? parser.parse(old), let left = RenameKey(one, without: abstraction),
        let other = try? parser.parse(new), let right = RenameKey(other, without: abstraction)
      else { return false }
      return left == right
    }
    if keys(.width) { return "the width of an integer" }
    return keys(.constness) ? "constness" : "the width of an integer and constness"
  }

  private mutating func listRest() {
    for (place, symbol) in old.symbols.enumerated() where matches[place] == nil {
      let letter = KindLetter(of: symbol).words(symbol)
      if symbol.storage == .undefined {
        report(.madeWeaker, symbol, of: old, letter, "-", "is no longer wanted of the program")
      } else {
        report(.removed, symbol, of: old, letter, "-", "is gone")
      }
    }
    for (place, symbol) in new.symbols.enumerated() where !isMatched[place] {
      let letter = KindLetter(of: symbol).words(symbol)
      if symbol.storage == .undefined {
        // In the complete profile NEEDED libraries are there to define it.
        let isHard = symbol.binding != .weak && new.needed.isEmpty
        report(
          isHard ? .mustDefine : .madeWeaker, symbol, of: new, "-", letter,
          "is now wanted of the program")
      } else {
        report(.added, symbol, of: new, "-", letter, "is new")
      }
    }
  }
}

extension KindLetter {
  /// `T`, or `D 64` for data.
  func words(_ symbol: Symbol) -> String {
    symbol.isData ? "\(character) \(symbol.size)" : "\(character)"
  }
}
