internal import AbiModel
internal import ElfKit
internal import Support

/// What is promised, by a text or an older version, against what is there: the one comparison
/// behind `check --library`, `check --kernels --abi` and `diff`.
///
/// Symbols are paired by name and version, then their facts, their aliases, and the libraries as
/// wholes are compared. What a difference means is for ``Measure`` to say.
struct Comparison: Sendable {
  /// One of the two sides.
  struct Side: Sendable {
    /// The ABI of one build.
    var abi: Abi
    /// Class, machine and flags; nil when they are not known.
    var header: ElfHeader?
  }

  let promised: Abi
  let actual: Abi
  /// What both are for, where it is known.
  let architecture: Architecture?
  private(set) var differences: [Difference] = []
  /// By symbol of `promised`, the symbol of `actual` that stands for it, or -1.
  private var stored: [Int32]
  private let index: SymbolIndex

  init(_ promise: Side, with library: Side) {
    promised = promise.abi
    actual = library.abi
    architecture =
      (library.header ?? promise.header).flatMap { Architecture(of: $0) }
      ?? actual.architecture ?? promised.architecture
    index = SymbolIndex(actual)
    stored = [Int32](repeating: -1, count: promised.symbols.count)
    guard compareTargets(promise.header, library.header) else { return }
    compareWhole()
    for place in promised.symbols.indices {
      stored[place] = Int32(match(promised.symbols[place]) ?? -1)
    }
    findRest()
    for place in promised.symbols.indices { compare(place) }
    compareAliases()
  }

  /// By symbol of `promised`, the symbol of `actual` that stands for it.
  func match(of place: Int) -> Int? { stored[place] < 0 ? nil : Int(stored[place]) }

  mutating func add(
    _ kind: Difference.Kind, _ promised: Int? = nil, _ actual: Int? = nil, name: ByteName? = nil
  ) {
    differences.append(
      Difference(kind: kind, promised: promised, actual: actual, name: name))
  }

  // MARK: Pairing

  /// The indices of the actual symbols of a promised symbol's name, whatever their versions.
  func candidates(for symbol: Symbol) -> [Int] {
    promised.withSpelledName(of: symbol) { index.symbols(spelled: $0) }
      .filter { (actual.symbols[$0].storage == .undefined) == (symbol.storage == .undefined) }
  }

  /// What a program that refers to the promised symbol is bound to, by the rules of glibc's
  /// `check_match` (elf/dl-lookup.c): a library without versions has every version, and a symbol
  /// without version stands for each that is not hidden; a reference without version takes a
  /// definition without one, else the default one.
  private func match(_ symbol: Symbol) -> Int? {
    let candidates = candidates(for: symbol)
    guard !candidates.isEmpty else { return nil }
    let version = promised.version(of: symbol)
    let condition = promised.condition(of: symbol)
    func first(_ isRight: (Symbol) -> Bool) -> Int? {
      let right = candidates.filter { isRight(actual.symbols[$0]) }
      return right.count < 2
        ? right.first
        : right.first { actual.condition(of: actual.symbols[$0]) == condition } ?? right.first
    }
    let same =
      first { actual.version(of: $0) == version && $0.isHidden == symbol.isHidden }
      ?? first { actual.version(of: $0) == version }
    if let same { return same }
    return version == nil
      ? first(\.isDefaultVersion) : first { $0.versionIndex == nil && !$0.isHidden }
  }

  /// What is only on one side.
  private mutating func findRest() {
    var isMatched = [Bool](repeating: false, count: actual.symbols.count)
    for match in stored where match >= 0 { isMatched[Int(match)] = true }
    var gone: [Int] = []
    for place in promised.symbols.indices where match(of: place) == nil {
      let symbol = promised.symbols[place]
      if symbol.storage == .undefined {
        add(.notWanted, place)
      } else if let other = candidates(for: symbol).first {
        // That the node is not there is said once.
        if !isNodeMissing(of: symbol) { add(.version, place, other) }
      } else {
        gone.append(place)
      }
    }
    var new = actual.symbols.indices.filter { !isMatched[$0] }
    let listed = new.isEmpty ? nil : SymbolIndex(promised)
    new.removeAll { place in
      let symbol = actual.symbols[place]
      return symbol.storage != .undefined && listed.map { isListed(symbol, $0) } == true
    }
    let added = new.filter { actual.symbols[$0].storage != .undefined }
    let renames = RenamePairs(gone, of: promised, added, of: actual)
    for place in gone {
      if let other = renames.successors[place] {
        add(.renamed, place, other)
      } else {
        add(.missing, place)
      }
    }
    let taken = Set(renames.successors.values)
    for place in new where !taken.contains(place) {
      if actual.symbols[place].storage != .undefined {
        add(.added, nil, place)
      } else {
        // In the complete profile needed libraries are there to define it.
        let isHard = actual.symbols[place].binding != .weak && actual.needed.isEmpty
        add(isHard ? .wanted(isNew: true) : .weaklyWanted, nil, place)
      }
    }
  }

  /// A text without versions promises the name in each.
  private func isListed(_ symbol: Symbol, _ index: SymbolIndex) -> Bool {
    let version = actual.version(of: symbol)
    return actual.withSpelledName(of: symbol) { name in
      index.symbols(spelled: name).contains { place in
        let other = promised.symbols[place]
        guard other.storage != .undefined else { return false }
        return other.versionIndex == nil || promised.version(of: other) == version
      }
    }
  }

  private func isNodeMissing(of symbol: Symbol) -> Bool {
    guard let version = promised.version(of: symbol), !actual.versions.isEmpty else { return false }
    return !actual.versions.contains { $0.name == version }
  }

  /// The default version of a name, when there is one.
  func defaultVersion(of symbol: Symbol) -> Int? {
    candidates(for: symbol).first { actual.symbols[$0].isDefaultVersion }
  }
}
