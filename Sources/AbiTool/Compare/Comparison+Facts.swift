internal import AbiModel
internal import ElfKit
internal import Support

// Symbol by symbol: what is different about one that is there.
extension Comparison {
  mutating func compare(_ place: Int) {
    guard let match = match(of: place) else { return }
    let (symbol, other) = (promised.symbols[place], actual.symbols[match])
    guard symbol.storage != .undefined else {
      if symbol.binding == .weak, other.binding != .weak {
        add(.wanted(isNew: false), place, match)
      }
      return
    }
    compareVersions(place, match)
    compareConditions(place, match)
    for fact in SymbolFact.differences(promised: symbol, actual: other)
    where fact != .other || isOtherPromised(symbol, other) {
      add(.fact(fact, isGreater: fact.value(of: other) > fact.value(of: symbol)), place, match)
    }
    let (size, otherSize) = (symbol.size32 ?? symbol.size, other.size32 ?? other.size)
    if symbol.isData, other.isData, symbol.size == other.size, size != otherSize {
      add(.size32(isGreater: otherSize > size), place, match)
    }
  }

  /// Whether two symbols differ in bits of `st_other` on which programs depend.
  private func isOtherPromised(_ symbol: Symbol, _ other: Symbol) -> Bool {
    guard let architecture else { return symbol.otherBits != other.otherBits }
    return architecture.promisedOtherBits(in: symbol.otherBits)
      != architecture.promisedOtherBits(in: other.otherBits)
  }

  private mutating func compareVersions(_ place: Int, _ match: Int) {
    let (symbol, other) = (promised.symbols[place], actual.symbols[match])
    switch (symbol.versionIndex, other.versionIndex) {
    case (nil, _?): add(.versionAdded, place, match)
    // That no version is left at all is said once.
    case (_?, nil): if !actual.versions.isEmpty { add(.versionUnchecked, place, match) }
    case (nil, nil), (_?, _?):
      guard symbol.isHidden != other.isHidden else { return }
      let isLost = other.isHidden && defaultVersion(of: symbol) == nil
      add(isLost ? .defaultLost : .defaultMoved, place, match)
    }
  }

  /// Lines of joint ABIs hold for some kernels and architectures.
  private mutating func compareConditions(_ place: Int, _ match: Int) {
    let was = promised.condition(of: promised.symbols[place])
    let isNow = actual.condition(of: actual.symbols[match])
    guard was != isNow else { return }
    func isNarrower(_ names: [String], than others: [String]) -> Bool {
      // An empty list is everything.
      guard !names.isEmpty else { return false }
      return others.isEmpty || !others.allSatisfy(names.contains)
    }
    let isLess =
      isNarrower(isNow.kernels, than: was.kernels) || isNarrower(isNow.archs, than: was.archs)
    add(.condition(isLess: isLess), place, match)
  }

  // MARK: Aliases

  /// Names of one object in what is promised are to be names of one object, and names of two are
  /// not.
  mutating func compareAliases() {
    var byPromised: [UInt32: Int] = [:]
    var byActual: [UInt32: Int] = [:]
    for place in promised.symbols.indices {
      guard let match = match(of: place) else { continue }
      let (symbol, other) = (promised.symbols[place], actual.symbols[match])
      if symbol.aliasGroup != 0 {
        if let leader = byPromised[symbol.aliasGroup] {
          if !isOneObject(match, self.match(of: leader)) { add(.aliasSplit, place, leader) }
        } else {
          byPromised[symbol.aliasGroup] = place
        }
      }
      guard other.aliasGroup != 0, symbol.isData else { continue }
      if let leader = byActual[other.aliasGroup] {
        let origin = promised.symbols[leader]
        if self.match(of: leader) != match,
          symbol.aliasGroup == 0 || symbol.aliasGroup != origin.aliasGroup
        {
          add(.aliasJoined, place, leader)
        }
      } else {
        byActual[other.aliasGroup] = place
      }
    }
  }

  private func isOneObject(_ one: Int, _ other: Int?) -> Bool {
    guard let other else { return true }
    let groups = (actual.symbols[one].aliasGroup, actual.symbols[other].aliasGroup)
    return one == other || (groups.0 != 0 && groups.0 == groups.1)
  }
}

// The library as a whole.
extension Comparison {
  /// False when nothing else can be compared: the two are for different machines.
  mutating func compareTargets(_ promised: ElfHeader?, _ actual: ElfHeader?) -> Bool {
    guard let promised, let actual else { return true }
    guard actual.isLoadable(with: promised) else {
      add(.target)
      return false
    }
    if !CallingConvention(promised).isCompatible(with: CallingConvention(actual)) { add(.flags) }
    return true
  }

  mutating func compareWhole() {
    if let soname = promised.soname, soname != actual.soname { add(.soname) }
    if !promised.versions.isEmpty, actual.versions.isEmpty {
      add(.nodes)
    } else {
      compareNodes()
    }
    let (was, isNow) = (Set(promised.needed), Set(actual.needed))
    for name in was.symmetricDifference(isNow).sorted() {
      add(.needed(isNew: isNow.contains(name)), name: name)
    }
  }

  private mutating func compareNodes() {
    var isUsed = [Bool](repeating: false, count: promised.versions.count)
    for symbol in promised.symbols {
      if let version = symbol.versionIndex { isUsed[Int(version)] = true }
    }
    let defined = Set(actual.versions.map(\.name))
    for (place, node) in promised.versions.enumerated() where !defined.contains(node.name) {
      add(.node(isUsed: isUsed[place]), name: node.name)
    }
    let known = Set(promised.versions.map(\.name))
    for node in actual.versions where !known.contains(node.name) {
      add(.nodeAdded, name: node.name)
    }
  }
}
