internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

// Symbol by symbol: what the text says against what the library has.
extension LibraryCheck {
  mutating func checkSymbols() {
    for place in promised.symbols.indices {
      let symbol = promised.symbols[place]
      // What the library wants of the program is no promise of the library.
      guard symbol.storage != .undefined else { continue }
      check(symbol, at: place)
    }
  }

  private mutating func check(_ symbol: Symbol, at place: Int) {
    let candidates = promised.withName(of: symbol) { Array(index.symbols(named: $0)) }
      .filter { actual.symbols[$0].storage != .undefined }
    guard !candidates.isEmpty else {
      reportMissing(symbol)
      return
    }
    guard let match = match(symbol, candidates) else {
      reportVersion(symbol, candidates)
      return
    }
    matches[place] = match
    let own = actual.symbols[match]
    if symbol.versionIndex != nil, symbol.isDefaultVersion, own.versionIndex != nil,
      !own.isDefaultVersion
    {
      report(
        .defaultVersionDiffers, symbol,
        "the ABI says that it is the default version, and \(path) has it as \(actual.head(of: own))"
      )
    }
    for fact in PromiseCheck.differences(promised: symbol, actual: own) {
      if fact == .alignment, symbol.impliedAlignment == own.impliedAlignment { continue }
      report(fact, symbol, own)
    }
  }

  /// A text without versions promises the name in any version, before all in the default one; a
  /// library without versions has every version.
  private func match(_ symbol: Symbol, _ candidates: [Int]) -> Int? {
    guard let version = promised.version(of: symbol) else {
      return candidates.first { actual.symbols[$0].versionIndex == nil }
        ?? candidates.first { actual.symbols[$0].isDefaultVersion } ?? candidates.first
    }
    guard !actual.versions.isEmpty else { return candidates.first }
    return candidates.first { actual.version(of: actual.symbols[$0]) == version }
  }

  private mutating func report(_ fact: SymbolFact, _ symbol: Symbol, _ own: Symbol) {
    let (said, has) = (fact.words(for: symbol), fact.words(for: own))
    let message = "the ABI says \(fact.phrase(said)), and it is \(fact.phrase(has)) in \(path)"
    switch fact {
    case .size:
      report(own.size > symbol.size ? .tooSmall : .tooLarge, symbol, message)
    case .kind, .tls, .type, .binding, .storage, .visibility, .other, .alignment:
      report(fact.code, symbol, message)
    }
  }

  private mutating func reportMissing(_ symbol: Symbol) {
    let name = ByteName(promised.nameBytes(of: symbol))
    let relative = RelatedName.find(like: name, in: actual)
    let cure = relative.map {
      "\(path) has \(ImageCheck.words($0)); " + FindingCode.missing.cure
    }
    var message = "\(path) does not define it"
    if let relative { message += "; it has \(ImageCheck.words(relative))" }
    report(.missing, symbol, message, cure: cure)
  }

  private mutating func reportVersion(_ symbol: Symbol, _ candidates: [Int]) {
    // That the node is not there has been said.
    if let version = promised.version(of: symbol),
      !actual.versions.contains(where: { $0.name == version })
    {
      return
    }
    let heads = candidates.map { actual.head(of: actual.symbols[$0]) }.sorted()
    report(
      .versionDiffers, symbol,
      "\(path) has it as \(heads.joined(separator: " and ")) only")
  }

  // MARK: Aliases

  /// Names of one object in the text are to be names of one object in the library, and names of
  /// two are not.
  mutating func checkAliases() {
    var promisedGroups: [UInt32: Int] = [:]
    var actualGroups: [UInt32: Int] = [:]
    for place in promised.symbols.indices {
      guard let match = matches[place] else { continue }
      let symbol = promised.symbols[place]
      let own = actual.symbols[match]
      if symbol.aliasGroup != 0 {
        if let leader = promisedGroups[symbol.aliasGroup] {
          if !isOneObject(match, matches[leader]) {
            report(
              .aliasDiffers, symbol,
              "the ABI says alias=\(promised.head(of: promised.symbols[leader])), and they are two objects in \(path)"
            )
          }
        } else {
          promisedGroups[symbol.aliasGroup] = place
        }
      }
      guard own.aliasGroup != 0, symbol.isData else { continue }
      if let leader = actualGroups[own.aliasGroup] {
        let other = promised.symbols[leader]
        if matches[leader] != match, symbol.aliasGroup == 0 || symbol.aliasGroup != other.aliasGroup
        {
          report(
            .aliasDiffers, symbol,
            "it is one object with \(promised.head(of: other)) in \(path), and the ABI says two",
            cure: "add alias=\(promised.head(of: other)) to the line")
        }
      } else {
        actualGroups[own.aliasGroup] = place
      }
    }
  }

  private func isOneObject(_ one: Int, _ other: Int?) -> Bool {
    guard let other else { return true }
    let groups = (actual.symbols[one].aliasGroup, actual.symbols[other].aliasGroup)
    return one == other || (groups.0 != 0 && groups.0 == groups.1)
  }

  // MARK: Not in the text

  /// `kept` is what extraction would write.
  mutating func findUnpromised(in kept: Abi) {
    let listed = SymbolIndex(promised)
    for symbol in kept.symbols where symbol.storage != .undefined {
      let isListed = kept.withName(of: symbol) { name in
        listed.symbols(named: name).contains { place in
          let version = promised.version(of: promised.symbols[place])
          return version == nil || version == kept.version(of: symbol)
        }
      }
      guard !isListed else { continue }
      var finding = Finding(
        .unpromised, symbol: ByteName(kept.nameBytes(of: symbol)),
        version: kept.version(of: symbol), isDefaultVersion: symbol.isDefaultVersion,
        builds: [Build(path: path)], place: Finding.Place(path: path),
        message: "")
      finding.message =
        "\(ImageCheck.words(finding.symbol ?? "")): the ABI \(promise.path) does not list it"
      findings.append(finding)
    }
  }

  // MARK: Words

  private mutating func report(
    _ code: FindingCode, _ symbol: Symbol, _ message: String, cure: String? = nil
  ) {
    let name = ByteName(promised.nameBytes(of: symbol))
    let version = promised.version(of: symbol)
    let suffix = version.map { (symbol.isDefaultVersion ? "@@" : "@") + $0.spelled } ?? ""
    let line = Int(symbol.sourceLine)
    findings.append(
      Finding(
        code, symbol: name, version: version, isDefaultVersion: symbol.isDefaultVersion,
        builds: [Build(path: path)],
        place: Finding.Place(path: promise.path, line: line == 0 ? nil : line),
        message: "\(ImageCheck.words(name, version: suffix)): \(message)", cure: cure))
  }
}

extension SymbolFact {
  /// A value as a part of a sentence.
  func phrase(_ value: String) -> String {
    switch self {
    case .size: "\(value) bytes"
    case .alignment: "aligned to \(value) bytes"
    case .type: "of type \(value)"
    case .other: "st_other \(value)"
    case .kind, .tls, .binding, .storage, .visibility: value
    }
  }
}
