internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

// What changed in a symbol that is still there.
extension AbiDiff {
  mutating func compare(_ place: Int) {
    guard let match = matches[place] else { return }
    let (symbol, other) = (old.symbols[place], new.symbols[match])
    guard symbol.storage != .undefined else {
      if symbol.binding == .weak, other.binding != .weak {
        report(.mustDefine, other, of: new, "w", "U", "is now wanted of the program for certain")
      }
      return
    }
    compareVersions(symbol, other)
    compareConditions(symbol, other)
    guard symbol.kindClass == other.kindClass else {
      report(SymbolFact.kind, .error, symbol, other)
      return
    }
    for fact in SymbolFact.concerning(symbol) where fact.value(of: symbol) != fact.value(of: other)
    {
      // Where an object without an alignment of its own comes to lie is an accident.
      if fact == .alignment, symbol.impliedAlignment == other.impliedAlignment { continue }
      report(fact, Self.severity(of: fact, symbol, other), symbol, other)
    }
    if symbol.isData, symbol.size32 ?? symbol.size != other.size32 ?? other.size,
      symbol.size == other.size
    {
      report(
        .sizeDiffers, symbol, of: old, "\(symbol.size32 ?? symbol.size)",
        "\(other.size32 ?? other.size)", "has another size on 32-bit targets")
    }
  }

  private mutating func report(
    _ fact: SymbolFact, _ severity: Severity, _ symbol: Symbol, _ other: Symbol
  ) {
    let (was, isNow) = (fact.words(for: symbol), fact.words(for: other))
    report(
      severity == .information ? .madeWeaker : fact.code, severity: severity, symbol, of: old, was,
      isNow,
      remark: severity == .information ? fact.code.title : nil,
      "was \(fact.phrase(was)) and is \(fact.phrase(isNow))")
  }

  /// What a change means to a program that is linked with the old library and runs with the new.
  private static func severity(of fact: SymbolFact, _ symbol: Symbol, _ other: Symbol) -> Severity {
    switch fact {
    case .kind, .tls, .other: return .error
    // The dynamic linker binds weak symbols as others, and does not look at the type.
    case .binding, .type: return .information
    case .size:
      // Plain symbol files leave the size of weak data open.
      return symbol.size == 0 || other.size == 0 ? .information : .error
    case .storage:
      func isWritable(_ symbol: Symbol) -> Bool {
        symbol.storage == .data || symbol.storage == .bss
      }
      return isWritable(symbol) == isWritable(other) ? .information : .error
    case .visibility:
      guard other.isProtected else { return .information }
      return symbol.isData ? .error : .warning
    case .alignment:
      // A copy in a program is aligned as the old object was.
      return other.impliedAlignment > symbol.impliedAlignment ? .warning : .information
    }
  }

  // MARK: Versions

  private mutating func compareVersions(_ symbol: Symbol, _ other: Symbol) {
    let (was, isNow) = (old.head(of: symbol), new.head(of: other))
    switch (symbol.versionIndex, other.versionIndex) {
    case (nil, nil): return
    case (nil, _?):
      report(
        .madeWeaker, symbol, of: old, "no version", isNow, remark: "version",
        "has a version now, \(isNow); programs without versions take it")
    case (_?, nil):
      report(
        .versionUnchecked, symbol, of: old, was, "no version",
        "has no version any more; programs that want \(was) take it as it is")
    case (_?, _?): compareDefaults(symbol, other)
    }
  }

  private mutating func compareDefaults(_ symbol: Symbol, _ other: Symbol) {
    guard symbol.isDefaultVersion != other.isDefaultVersion else { return }
    let (was, isNow) = (old.head(of: symbol), new.head(of: other))
    guard symbol.isDefaultVersion else {
      report(
        .defaultMoved, other, of: new, was, isNow, "is now what new programs are linked with")
      return
    }
    let successor = new.withName(of: other) { name in
      newIndex.symbols(named: name).first { new.symbols[$0].isDefaultVersion }
    }
    if let successor {
      let head = new.head(of: new.symbols[successor])
      report(.defaultMoved, symbol, of: old, was, head, "new programs are linked with \(head)")
    } else {
      report(
        .defaultVersionDiffers, severity: .warning, symbol, of: old, was, isNow,
        "programs that are on disk run, and new ones do not link")
    }
  }

  // MARK: Conditions

  /// Lines of joint ABIs hold for some kernels and architectures.
  private mutating func compareConditions(_ symbol: Symbol, _ other: Symbol) {
    let (was, isNow) = (old.condition(of: symbol), new.condition(of: other))
    guard was != isNow else { return }
    let isLess =
      isNarrower(isNow.kernels, than: was.kernels) || isNarrower(isNow.archs, than: was.archs)
    report(
      isLess ? .removed : .madeWeaker, symbol, of: old, was.words, isNow.words,
      remark: "where it exists", "existed on \(was.words) and exists on \(isNow.words)")
  }

  /// An empty list is everything.
  private func isNarrower(_ names: [String], than others: [String]) -> Bool {
    guard !names.isEmpty else { return false }
    return others.isEmpty || !others.allSatisfy(names.contains)
  }

  // MARK: The library as a whole

  mutating func compareWhole() {
    if old.soname != new.soname {
      let (was, isNow) = (old.soname?.spelled ?? "none", new.soname?.spelled ?? "none")
      reportWhole(
        .sonameDiffers, was, isNow,
        "the SONAME was \(was) and is \(isNow): programs that are on disk look for the old one")
    }
    let nodes = Set(new.versions.map(\.name))
    for (place, node) in old.versions.enumerated() where !nodes.contains(node.name) {
      // Programs need the versions of symbols that they use; linkers add few others. To a library
      // without any version the dynamic linker does not object.
      let isUsed = old.symbols.contains { $0.versionIndex.map { Int($0) } == place }
      reportWhole(
        .versionNodeMissing, severity: isUsed && !new.versions.isEmpty ? .error : .warning,
        node.name.spelled, "-",
        "the version \(node.name.spelled) is not defined any more", version: node.name)
    }
    let known = Set(old.versions.map(\.name))
    for node in new.versions where !known.contains(node.name) {
      reportWhole(
        .added, "-", node.name.spelled, "the version \(node.name.spelled) is new",
        version: node.name)
    }
    compareNeeded()
  }

  private mutating func compareNeeded() {
    let (was, isNow) = (Set(old.needed), Set(new.needed))
    for name in was.symmetricDifference(isNow).sorted() {
      let isNew = isNow.contains(name)
      reportWhole(
        .madeWeaker, isNew ? "-" : name.spelled, isNew ? name.spelled : "-",
        "\(isNew ? "needs" : "no longer needs") \(name.spelled)")
    }
  }

  private mutating func reportWhole(
    _ code: FindingCode, severity: Severity? = nil, _ oldValue: String, _ newValue: String,
    _ message: String, version: ByteName? = nil
  ) {
    report(
      Finding(
        code, severity: severity, version: version, builds: builds,
        details: [
          Finding.Detail([builds[0]], oldValue), Finding.Detail([builds[1]], newValue),
        ], message: message, cure: code.cureOfChange))
  }

  // MARK: Aliases

  /// Names of one object must stay names of one object, and names of two of two.
  mutating func compareAliases() {
    var byOld: [UInt32: Int] = [:]
    var byNew: [UInt32: Int] = [:]
    for place in old.symbols.indices {
      guard let match = matches[place] else { continue }
      let (symbol, other) = (old.symbols[place], new.symbols[match])
      if let leader = byOld[symbol.aliasGroup] {
        let successor = matches[leader].map { new.symbols[$0] }
        if let successor, successor.aliasGroup == 0 || successor.aliasGroup != other.aliasGroup {
          reportAlias(symbol, old.head(of: old.symbols[leader]), isOneNow: false)
        }
      } else if symbol.aliasGroup != 0 {
        byOld[symbol.aliasGroup] = place
      }
      if let leader = byNew[other.aliasGroup] {
        let origin = old.symbols[leader]
        if origin.aliasGroup == 0 || origin.aliasGroup != symbol.aliasGroup {
          reportAlias(symbol, old.head(of: origin), isOneNow: true)
        }
      } else if other.aliasGroup != 0 {
        byNew[other.aliasGroup] = place
      }
    }
  }

  private mutating func reportAlias(_ symbol: Symbol, _ other: String, isOneNow: Bool) {
    report(
      .aliasDiffers, symbol, of: old, isOneNow ? "two objects" : "alias of \(other)",
      isOneNow ? "alias of \(other)" : "two objects",
      isOneNow
        ? "is one object with \(other) now, and was another"
        : "was one object with \(other), and is another now")
  }
}

extension Symbol {
  /// The alignment that a type of the object's size can have: the size of a C object is a multiple
  /// of its alignment.
  var impliedAlignment: UInt64 {
    size == 0 ? 1 : min(alignment, size & (0 &- size))
  }
}

extension Abi.Condition {
  var words: String {
    var parts: [String] = []
    if !kernels.isEmpty { parts.append("kernel=\(kernels.joined(separator: ","))") }
    if !archs.isEmpty { parts.append("arch=\(archs.joined(separator: ","))") }
    return parts.isEmpty ? "all" : parts.joined(separator: " ")
  }
}
