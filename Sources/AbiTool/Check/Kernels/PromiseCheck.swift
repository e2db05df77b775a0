internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// Whether the builds keep what an ABI text promises.
struct PromiseCheck {
  private let matrix: SymbolMatrix
  private let promise: PromisedAbi
  private let words: BuildWords
  private var relatives: NearestRelative

  init(_ matrix: SymbolMatrix, _ promise: PromisedAbi) {
    self.matrix = matrix
    self.promise = promise
    words = BuildWords(matrix.builds)
    relatives = NearestRelative(matrix)
  }

  /// What became of one line of the text in the builds.
  private struct Outcome {
    var symbol: Symbol
    var name: ByteName
    var missing = BuildSet()
    var kept = BuildSet()
    /// By fact, the builds in which it differs by what they have.
    var differing: [(fact: SymbolFact, size: Int, value: String, builds: BuildSet)] = []
  }

  mutating func findings() throws(InputError) -> [Finding] {
    var outcomes: [Outcome] = []
    /// By the line of the text, which is the same in all selections.
    var places: [UInt32: Int] = [:]
    var promised = [BuildSet](repeating: BuildSet(), count: matrix.nameCount)
    for number in matrix.builds.indices {
      let abi = try selection(for: number)
      for symbol in abi.symbols where symbol.storage != .undefined {
        let place = places[symbol.sourceLine] ?? outcomes.count
        if place == outcomes.count {
          places[symbol.sourceLine] = place
          outcomes.append(Outcome(symbol: symbol, name: ByteName(abi.nameBytes(of: symbol))))
        }
        let name = abi.withSpelledName(of: symbol, matrix.number(ofSpelled:))
        if let name { promised[name].insert(number) }
        compare(symbol, abi.version(of: symbol), name, number, &outcomes[place])
      }
    }
    var findings = promise.textFindings
    for outcome in outcomes { findings += self.findings(of: outcome) }
    return findings + unpromised(promised)
  }

  private func selection(for number: Int) throws(InputError) -> Abi {
    let build = matrix.builds[number].build
    return try promise.abi.selection(
      Abi.Selector(
        kernel: build.kernel.isEmpty ? nil : build.kernel,
        arch: build.arch.isEmpty ? nil : build.arch,
        addressSize: matrix.archs[matrix.archOfBuild[number]].addressSize),
      path: promise.path)
  }

  private func compare(
    _ symbol: Symbol, _ version: ByteName?, _ name: Int?, _ number: Int, _ outcome: inout Outcome
  ) {
    let abi = matrix.builds[number].abi
    // A text without versions promises the name in any.
    let actual = name.flatMap { name in
      matrix.symbols(name, in: number).first {
        version == nil || abi.version(of: $0) == version
      }
    }
    guard let actual else {
      outcome.missing.insert(number)
      return
    }
    outcome.kept.insert(number)
    for fact in Self.differences(promised: symbol, actual: actual) {
      let value = fact.words(for: actual)
      let same = outcome.differing.firstIndex { $0.fact == fact && $0.value == value }
      if let same {
        outcome.differing[same].builds.insert(number)
      } else {
        let order = actual.size > symbol.size ? 1 : -1
        outcome.differing.append((fact, order, value, BuildSet(number)))
      }
    }
  }

  /// The facts in which a build's symbol breaks the promise. Plain symbol files leave the size of
  /// weak data and all alignments open.
  static func differences(promised: Symbol, actual: Symbol) -> [SymbolFact] {
    guard promised.kindClass == actual.kindClass else { return [.kind] }
    return SymbolFact.concerning(promised).filter { fact in
      guard fact.value(of: promised) != fact.value(of: actual) else { return false }
      switch fact {
      case .alignment:
        return promised.alignmentShift != nil && promised.alignment < actual.alignment
      case .size: return !(promised.size == 0 && promised.binding == .weak)
      case .storage:
        let writable: [Symbol.Storage] = [.data, .bss]
        return !(writable.contains(promised.storage) && writable.contains(actual.storage))
      case .type: return !promised.isTls && !actual.isTls
      case .kind, .tls, .binding, .visibility, .other: return true
      }
    }
  }

  // MARK: Findings

  private mutating func findings(of outcome: Outcome) -> [Finding] {
    var findings: [Finding] = []
    if !outcome.missing.isEmpty { findings.append(missing(outcome)) }
    var rest = outcome.differing[...]
    while let first = rest.first {
      let (code, severity) = Self.judgement(of: first.fact, isLarger: first.size > 0)
      let same = rest.filter {
        $0.fact == first.fact && (first.fact != .size || $0.size == first.size)
      }
      rest = rest.filter {
        !($0.fact == first.fact && (first.fact != .size || $0.size == first.size))
      }
      let promised = first.fact.words(for: outcome.symbol)
      let list = same.map { "\($0.value) on \(words.describe($0.builds))" }
      var builds = BuildSet()
      for one in same { builds.formUnion(one.builds) }
      findings.append(
        finding(
          code, severity, outcome, builds,
          same.map { Finding.Detail(matrix.builds($0.builds), $0.value) },
          remark: "the ABI says \(promised)",
          message: "the ABI says \(promised), but it is "
            + list.joined(separator: "; ")))
    }
    return findings
  }

  private static func judgement(of fact: SymbolFact, isLarger: Bool) -> (FindingCode, Severity) {
    switch fact {
    case .size: isLarger ? (.tooSmall, .error) : (.tooLarge, .information)
    case .alignment: (.alignmentDiffers, .warning)
    default: (fact.code, fact.code.severity)
    }
  }

  private mutating func missing(_ outcome: Outcome) -> Finding {
    let builds = words.describe(outcome.missing)
    let isEverywhere = outcome.missing == matrix.allBuilds
    let relative = relatives.relative(of: outcome.name, in: outcome.missing)
    return finding(
      .missing, .error, outcome, outcome.missing,
      [Finding.Detail(matrix.builds(outcome.missing), "absent")]
        + (outcome.kept.isEmpty
          ? [] : [Finding.Detail(matrix.builds(outcome.kept), "there")]),
      remark: nil,
      message: isEverywhere ? "no build defines it" : "\(builds) does not define it",
      cure: relative.map { "\($0); or " + FindingCode.missing.cure })
  }

  private func unpromised(_ promised: [BuildSet]) -> [Finding] {
    (0..<matrix.nameCount).compactMap { name in
      guard matrix.presence[name] == matrix.allBuilds, promised[name].isEmpty else { return nil }
      let bytes = matrix.name(name)
      return Finding(
        .unpromised, symbol: bytes, builds: matrix.builds(matrix.allBuilds),
        message: "\(bytes.spelled) is in all builds, and \(promise.path) does not list it")
    }
  }

  private func finding(
    _ code: FindingCode, _ severity: Severity, _ outcome: Outcome, _ builds: BuildSet,
    _ details: [Finding.Detail], remark: String?, message: String, cure: String? = nil
  ) -> Finding {
    let line = Int(outcome.symbol.sourceLine)
    var finding = Finding(
      code, severity: severity, symbol: outcome.name, builds: matrix.builds(builds),
      details: details, remark: remark,
      place: Finding.Place(path: promise.path, line: line == 0 ? nil : line),
      message: "\(outcome.name.spelled): \(message)", cure: cure)
    let promised = promise.abi.symbols.first { $0.sourceLine == outcome.symbol.sourceLine }
    if let promised {
      finding.version = promise.abi.version(of: promised)
      finding.isDefaultVersion = promised.isDefaultVersion
    }
    return finding
  }
}
