internal import AbiModel
internal import ElfKit
internal import Findings
internal import Mangling
internal import Support

/// Whether builds keep what an ABI text promises: the comparisons of all builds, merged into one
/// finding for each line and cause.
struct PromiseCheck {
  /// A build with its comparison.
  struct Compared {
    var build: Build
    /// Of a library; nil of a text.
    var header: ElfHeader?
    var comparison: Comparison
  }

  private let promise: PromisedAbi
  private let builds: [Compared]
  private let words: BuildWords
  private var relatives: [Int: NearestName] = [:]

  /// - Parameter words: how sets of the builds are named.
  init(_ promise: PromisedAbi, _ builds: [Compared], _ words: BuildWords) {
    self.promise = promise
    self.builds = builds
    self.words = words
  }

  /// What is one finding: a line or a part of the library, and what is wrong with it.
  private struct Cause: Hashable {
    var code: FindingCode
    var severity: Severity
    /// The line of the text, which is the same in all selections.
    var line: UInt32
    var name: ByteName?
  }

  private struct Row {
    /// The first build with its difference.
    var build: Int
    var difference: Difference
    var code: FindingCode
    var severity: Severity
    /// What the builds have, in the order of the builds.
    var values: [(value: String, builds: BuildSet)] = []
    var all = BuildSet()

    mutating func add(_ value: String, _ build: Int) {
      all.insert(build)
      if let same = values.firstIndex(where: { $0.value == value }) {
        values[same].builds.insert(build)
      } else {
        values.append((value, BuildSet(build)))
      }
    }
  }

  mutating func findings() -> [Finding] {
    var rows: [Row] = []
    var places: [Cause: Int] = [:]
    for (number, one) in builds.enumerated() {
      let foreign = otherArchLines(one)
      for difference in one.comparison.differences
      where difference.concernsPromise && !isLeftOpen(difference, one.comparison) {
        let code = code(of: difference, foreign)
        let severity =
          code == difference.code
          ? one.comparison.severity(of: difference, as: .promise) : code.severity
        let cause = Cause(
          code: code, severity: severity,
          line: difference.promised.map { one.comparison.promised.symbols[$0].sourceLine } ?? 0,
          name: difference.name)
        let place = places[cause] ?? rows.count
        if place == rows.count {
          places[cause] = place
          rows.append(
            Row(build: number, difference: difference, code: code, severity: severity))
        }
        rows[place].add(value(of: difference, number), number)
      }
    }
    let new = unpromisedPlaces()
    var findings: [Finding] = []
    findings.reserveCapacity(rows.count + new.count)
    for row in rows where !isElsewhere(row) { findings.append(finding(row)) }
    for place in new { findings.append(unpromised(place)) }
    return findings
  }

  /// The lines that a build lacks and that are another architecture's names.
  private func otherArchLines(_ one: Compared) -> Set<Int> {
    let missing = one.comparison.differences.compactMap { difference in
      difference.kind == .missing ? difference.promised : nil
    }
    guard !missing.isEmpty else { return [] }
    let promised = one.comparison.promised
    var names = OtherArchNames(
      of: one.comparison.actual, for: one.header.flatMap { Architecture(of: $0) })
    let found = names.find(
      among: missing.map { ByteName(promised.nameBytes(of: promised.symbols[$0])) })
    return Set(found.map { missing[$0] })
  }

  /// What another build of a union has. One build tells nothing of the others.
  private func isElsewhere(_ row: Row) -> Bool {
    promise.abi.isUnion && row.difference.kind == .missing && row.all.count < builds.count
  }

  /// - Parameter foreign: the lines that are another architecture's names.
  private func code(of difference: Difference, _ foreign: Set<Int>) -> FindingCode {
    guard difference.kind == .missing, let line = difference.promised else {
      return difference.code
    }
    if foreign.contains(line) { return .otherArch }
    // Whether another build has it is not known.
    return promise.abi.isUnion && builds.count == 1 ? .notInThisBuild : difference.code
  }

  /// Plain symbol files say nothing of alignments, and have no letter for what is read-only once it
  /// is relocated, such as virtual tables.
  private func isLeftOpen(_ difference: Difference, _ comparison: Comparison) -> Bool {
    guard case .fact(let fact, _) = difference.kind, let place = difference.promised else {
      return false
    }
    switch fact {
    case .alignment: return comparison.promised.symbols[place].alignmentShift == nil
    case .storage: return comparison.promised.isPlain
    default: return false
    }
  }

  /// What a build has: a cell of the table.
  private func value(of difference: Difference, _ number: Int) -> String {
    let comparison = builds[number].comparison
    let other = difference.actual.map { comparison.actual.symbols[$0] }
    switch difference.kind {
    case .missing, .node, .nodes: return "absent"
    case .fact(let fact, _): return other.map(fact.words) ?? "absent"
    case .size32: return other.map { "\($0.size32 ?? $0.size)" } ?? "absent"
    case .version:
      let symbol = difference.promised.map { comparison.promised.symbols[$0] }
      let heads = symbol.map { comparison.candidates(for: $0) } ?? []
      return heads.map { comparison.actual.versionWords(of: comparison.actual.symbols[$0]) }
        .sorted().joined(separator: " and ")
    case .renamed: return other.map { comparison.actual.name(of: $0) } ?? "absent"
    case .soname: return comparison.actual.soname.map(\.spelled) ?? "no SONAME"
    case .aliasSplit: return "two objects"
    case .aliasJoined: return "one object"
    case .flags, .target:
      return builds[number].header.map {
        "\($0.targetName), flags 0x\(String($0.flags, radix: 16))"
      }
        ?? "not known"
    case .defaultMoved, .defaultLost, .versionAdded, .versionUnchecked:
      return other.map(comparison.actual.versionWords) ?? "absent"
    case .condition, .wanted, .weaklyWanted, .notWanted, .added, .nodeAdded, .needed: return ""
    }
  }

  // MARK: Findings

  private mutating func finding(_ row: Row) -> Finding {
    let comparison = builds[row.build].comparison
    let difference = row.difference
    let symbol = difference.promised.map { comparison.promised.symbols[$0] }
    let name = symbol.map { ByteName(comparison.promised.nameBytes(of: $0)) }
    let said = said(difference, comparison)
    let line = symbol.map { Int($0.sourceLine) } ?? 0
    var finding = Finding(
      row.code, severity: row.severity, symbol: name,
      version: symbol.flatMap(comparison.promised.version) ?? difference.name,
      isDefaultVersion: symbol?.isDefaultVersion ?? false,
      builds: row.all.numbers.map { builds[$0].build }.sorted(),
      details: row.values.map { value in
        Finding.Detail(value.builds.numbers.map { builds[$0].build }.sorted(), value.value)
      },
      // Of the library as a whole the message is all that a row shows.
      remark: symbol == nil ? nil : said.map { "the ABI says \($0)" },
      place: Finding.Place(path: promise.path, line: line == 0 ? nil : line),
      message: message(row, said))
    if let name, let symbol {
      finding.message =
        name.words(version: comparison.promised.versionMark(of: symbol)) + ": " + finding.message
    }
    if let cure = cure(row, name) { finding.cure = cure }
    // The library that breaks the promise; of several builds the list of them tells.
    if let first = row.all.first, row.all.count == 1, !builds[first].build.isNamed {
      finding.object = builds[first].build.path
    }
    return finding
  }

  /// What the text says, as far as a value says it.
  private func said(_ difference: Difference, _ comparison: Comparison) -> String? {
    let symbol = difference.promised.map { comparison.promised.symbols[$0] }
    switch difference.kind {
    case .fact(let fact, _): return symbol.map { fact.phrase(fact.words(for: $0)) }
    case .size32: return symbol.map { "\($0.size32 ?? $0.size) bytes on 32-bit targets" }
    case .soname: return comparison.promised.soname.map { "SONAME \($0.spelled)" }
    case .aliasSplit, .aliasJoined:
      guard let other = difference.actual else { return nil }
      let head = comparison.promised.head(of: comparison.promised.symbols[other])
      return difference.kind == .aliasSplit ? "alias=\(head)" : "two objects, this and \(head)"
    default: return nil
    }
  }

  private func message(_ row: Row, _ said: String?) -> String {
    func phrase(_ value: String) -> String {
      if case .fact(let fact, _) = row.difference.kind { return fact.phrase(value) }
      return value
    }
    let list = row.values.map { "\(phrase($0.value)) \(place($0.builds))" }.joined(separator: "; ")
    if let said { return "the ABI says \(said), and it is \(list)" }
    let name = row.difference.name?.spelled ?? ""
    switch row.difference.kind {
    case .missing:
      return row.all.count == builds.count && builds.count > 1
        ? "no build defines it" : "\(subject(row.all)) does not define it"
    case .renamed: return "\(subject(row.all)) has it with other types: \(list)"
    case .version: return "\(subject(row.all)) has it \(row.values[0].value) only"
    case .defaultMoved, .defaultLost, .versionAdded, .versionUnchecked: return "it is \(list)"
    case .node: return "\(subject(row.all)) does not define the version \(name)"
    case .nodes: return "\(subject(row.all)) defines no versions"
    case .flags: return "another calling convention than the ABI's: \(list)"
    case .target: return "another architecture than the ABI's: \(list)"
    default: return list
    }
  }

  /// `in libfoo.so`, or `on nova, hw`.
  private func place(_ set: BuildSet) -> String {
    let isNamed = set.first.map { builds[$0].build.isNamed } ?? false
    return (isNamed ? "on " : "in ") + words.describe(set)
  }

  private func subject(_ set: BuildSet) -> String { words.describe(set) }

  private mutating func cure(_ row: Row, _ name: ByteName?) -> String? {
    switch row.difference.kind {
    case .missing:
      guard row.code == .missing, let name, let relative = relative(of: name, row.build) else {
        return nil
      }
      return
        "\(words.describe(BuildSet(row.build))) has \(relative.words()); is that one meant? Else "
        + FindingCode.missing.cure
    case .aliasJoined:
      let promised = builds[row.build].comparison.promised
      return row.difference.actual.map {
        "add alias=\(promised.head(of: promised.symbols[$0])) to the line"
      }
    default: return nil
    }
  }

  private mutating func relative(of name: ByteName, _ number: Int) -> ByteName? {
    var relatives = self.relatives[number] ?? NearestName(of: builds[number].comparison.actual)
    defer { self.relatives[number] = relatives }
    return relatives.find(like: name)
  }

  // MARK: Not in the text

  /// What all builds have: symbols of the first one.
  private func unpromisedPlaces() -> [Int] {
    guard let first = builds.first?.comparison else { return [] }
    var counts = NameCounts()
    for one in builds {
      for difference in one.comparison.differences where difference.kind == .added {
        guard let place = difference.actual else { continue }
        counts.add(one.comparison.actual, place)
      }
    }
    return first.differences.compactMap { difference in
      guard difference.kind == .added, let place = difference.actual,
        counts.count(first.actual, place) == builds.count
      else { return nil }
      return place
    }
  }

  private func unpromised(_ place: Int) -> Finding {
    let actual = builds[0].comparison.actual
    let symbol = actual.symbols[place]
    let name = ByteName(actual.nameBytes(of: symbol))
    let words = name.words(version: actual.versionMark(of: symbol))
    return Finding(
      .unpromised, object: builds.count == 1 ? builds[0].build.path : nil, symbol: name,
      version: actual.version(of: symbol), isDefaultVersion: symbol.isDefaultVersion,
      builds: builds.map(\.build), message: "\(words): \(promise.path) does not list it")
  }
}

/// How many builds have a symbol, by its head.
private struct NameCounts {
  private var heads = NameSet()
  private var counts: [Int] = []

  mutating func add(_ abi: Abi, _ place: Int) {
    let number = abi.withHead(of: abi.symbols[place]) { heads.insert($0) }
    if number == counts.count { counts.append(0) }
    counts[number] += 1
  }

  func count(_ abi: Abi, _ place: Int) -> Int {
    abi.withHead(of: abi.symbols[place]) { heads.index(of: $0).map { counts[$0] } ?? 0 }
  }
}

extension Difference {
  /// Whether a text that promises has a say: what the library wants of programs, and what more it
  /// has, is no matter of its promise.
  fileprivate var concernsPromise: Bool {
    switch kind {
    case .added, .nodeAdded, .needed, .wanted, .weaklyWanted, .notWanted, .versionAdded: false
    default: true
    }
  }
}

extension Abi {
  /// `as @@V1`, `as @V1`, `hidden`, or `without a version`, for people.
  func versionWords(of symbol: Symbol) -> String {
    switch versionMark(of: symbol) {
    case "": "without a version"
    case "@": "hidden, without a version"
    case let mark: "as \(mark)"
    }
  }
}

extension ByteName {
  /// `Connection::ping() (_ZN10Connection4pingEv)`; the name itself when it is no C++ name.
  ///
  /// - Parameter version: what stands behind the name, `@@VERSION`.
  func words(version: String = "") -> String {
    guard let demangled = Demangler.demangle(bytes) else { return spelled + version }
    return "\(demangled) (\(spelled)\(version))"
  }
}
