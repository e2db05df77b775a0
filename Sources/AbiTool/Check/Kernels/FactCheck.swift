internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// What is different about one symbol in the builds that have it.
struct FactCheck {
  private let matrix: SymbolMatrix
  private let words: BuildWords
  private let aliases: AliasTable

  init(_ matrix: SymbolMatrix, _ declarations: [Declaration], owners: [Int]) {
    self.matrix = matrix
    words = matrix.words
    aliases = AliasTable(matrix, declarations, owners: owners)
  }

  /// A symbol of the declaration in one build.
  private struct Cell {
    var build: Int
    var symbol: Symbol
  }

  func findings(about declaration: Declaration, number: Int) -> [Finding] {
    guard declaration.presence.count > 1 else { return [] }
    if isUniform(declaration), !aliases.differ(in: declaration, number: number) { return [] }
    var findings = versionFindings(declaration)
    for (version, cells) in cellsByVersion(declaration, mergesVersions: !findings.isEmpty) {
      findings += factFindings(cells, declaration, version)
    }
    findings += aliasFinding(declaration, number)
    return findings
  }

  /// The common case, decided without any allocation: one name, one version, the same facts.
  private func isUniform(_ declaration: Declaration) -> Bool {
    guard !declaration.isPaired, !matrix.hasSeveralVersions(declaration.name) else {
      return false
    }
    let name = declaration.name
    var first: (build: Int, symbol: Symbol)?
    for build in matrix.builds.indices {
      guard let symbol = matrix.symbol(name, in: build) else { continue }
      guard let (firstBuild, firstSymbol) = first else {
        first = (build, symbol)
        continue
      }
      guard symbol.hasFacts(of: firstSymbol),
        symbol.isHidden == firstSymbol.isHidden
      else { return false }
      if symbol.versionIndex == nil, firstSymbol.versionIndex == nil { continue }
      guard
        matrix.builds[build].abi.version(of: symbol)
          == matrix.builds[firstBuild].abi.version(of: firstSymbol)
      else { return false }
    }
    return true
  }

  private func cells(_ declaration: Declaration) -> [Cell] {
    declaration.names.flatMap { name in
      matrix.presence[name].numbers.flatMap { build in
        matrix.symbols(name, in: build).map { Cell(build: build, symbol: $0) }
      }
    }
  }

  private func version(of cell: Cell) -> ByteName? {
    matrix.builds[cell.build].abi.version(of: cell.symbol)
  }

  // MARK: Versions

  /// The versions of a name in a build: `@@LD_2 @LD_1`, empty without any.
  private func versionFindings(_ declaration: Declaration) -> [Finding] {
    var names: [Int: Set<ByteName>] = [:]
    var spelled: [Int: [String]] = [:]
    for cell in cells(declaration) {
      let version = version(of: cell)
      names[cell.build, default: []].insert(version ?? ByteName([]))
      let mark = matrix.builds[cell.build].abi.versionMark(of: cell.symbol)
      spelled[cell.build, default: []].append(mark.isEmpty ? "no version" : mark)
    }
    let sets = Set(names.values)
    let lists = Set(spelled.values.map { $0.sorted() })
    guard sets.count > 1 || lists.count > 1 else { return [] }
    var groups: [String: BuildSet] = [:]
    for (build, versions) in spelled {
      groups[versions.sorted().joined(separator: " "), default: BuildSet()].insert(build)
    }
    let code: FindingCode = sets.count > 1 ? .versionDiffers : .defaultVersionDiffers
    return [finding(code, declaration, nil, groups)]
  }

  /// Symbols to compare with each other. When versions differ in any case, the default ones.
  private func cellsByVersion(_ declaration: Declaration, mergesVersions: Bool)
    -> [(ByteName?, [Cell])]
  {
    let all = cells(declaration)
    if mergesVersions {
      var chosen: [Int: Cell] = [:]
      for cell in all where chosen[cell.build] == nil || cell.symbol.isDefaultVersion {
        chosen[cell.build] = cell
      }
      return [(nil, chosen.sorted { $0.key < $1.key }.map(\.value))]
    }
    var groups: [ByteName?: [Cell]] = [:]
    for cell in all { groups[version(of: cell), default: []].append(cell) }
    return groups.sorted { ($0.key?.bytes ?? []).lexicographicallyPrecedes($1.key?.bytes ?? []) }
  }

  // MARK: Facts

  private func factFindings(_ cells: [Cell], _ declaration: Declaration, _ version: ByteName?)
    -> [Finding]
  {
    guard let first = cells.first else { return [] }
    if let finding = factFinding(.kind, cells, declaration, version) { return [finding] }
    let tls = cells.count { $0.symbol.isTls }
    return SymbolFact.concerning(first.symbol).compactMap { fact in
      // Where only some are thread-local, type, section and address say the same once more.
      if tls > 0, tls < cells.count, [.type, .storage, .alignment].contains(fact) { return nil }
      return factFinding(fact, cells, declaration, version)
    }
  }

  private func factFinding(
    _ fact: SymbolFact, _ cells: [Cell], _ declaration: Declaration, _ version: ByteName?
  ) -> Finding? {
    guard let first = cells.first else { return nil }
    let value = fact.value(of: first.symbol)
    guard cells.contains(where: { fact.value(of: $0.symbol) != value }) else { return nil }
    guard let (code, severity) = judgement(of: fact, cells) else { return nil }
    var groups: [String: BuildSet] = [:]
    for cell in cells {
      groups[fact.words(for: cell.symbol), default: BuildSet()].insert(cell.build)
    }
    var finding = finding(code, declaration, first.symbol, groups)
    finding.severity = severity
    if let version {
      finding.version = version
      finding.isDefaultVersion = first.symbol.isDefaultVersion
    }
    return finding
  }

  /// How grave it is that a fact differs; nil when it does not matter.
  private func judgement(of fact: SymbolFact, _ cells: [Cell]) -> (FindingCode, Severity)? {
    switch fact {
    case .size:
      let isOfWordSize = Set(cells.map { SizeByWord(addressSize($0), $0.symbol.size) }).count
      let widths = Set(cells.map(addressSize))
      return isOfWordSize == widths.count && widths.count > 1
        ? (.wordSizedData, .information) : (.sizeDiffers, .error)
    case .storage:
      // To a program, zero data and other writable data are the same.
      let places = Set(cells.map { $0.symbol.storage == .bss ? .data : $0.symbol.storage })
      return (.storageDiffers, places.count > 1 ? .error : .information)
    case .other:
      // The bits mean something else on each architecture.
      return differsWithinArch(fact, cells) ? (.otherDiffers, .error) : nil
    case .alignment:
      // Up to the alignment of a large array of the compilers, it is an accident of the layout.
      let highest = cells.map(\.symbol.alignment).max() ?? 0
      return highest > 32 && differsWithinArch(fact, cells) ? (.alignmentDiffers, .warning) : nil
    case .binding:
      // The dynamic linker binds to a weak definition as to any other.
      return (fact.code, cells.contains { $0.symbol.binding == .unique } ? .error : .information)
    case .kind, .tls, .type, .visibility:
      return (fact.code, fact.code.severity)
    }
  }

  private struct SizeByWord: Hashable {
    var addressSize: Int
    var size: UInt64

    init(_ addressSize: Int, _ size: UInt64) {
      self.addressSize = addressSize
      self.size = size
    }
  }

  private func addressSize(_ cell: Cell) -> Int {
    matrix.archs[matrix.archOfBuild[cell.build]].addressSize ?? 0
  }

  private func differsWithinArch(_ fact: SymbolFact, _ cells: [Cell]) -> Bool {
    var seen: [Int: UInt64] = [:]
    for cell in cells {
      let arch = matrix.archOfBuild[cell.build]
      let value = fact.value(of: cell.symbol)
      if let other = seen[arch], other != value { return true }
      seen[arch] = value
    }
    return false
  }

  // MARK: Aliases

  private func aliasFinding(_ declaration: Declaration, _ number: Int) -> [Finding] {
    guard aliases.differ(in: declaration, number: number) else { return [] }
    var groups: [String: BuildSet] = [:]
    for build in declaration.presence.numbers {
      let leader = aliases.leader(of: number, in: build)
      let words = leader.map { "alias of \(aliases.name(ofDeclaration: $0).spelled)" }
      groups[words ?? "own object", default: BuildSet()].insert(build)
    }
    var finding = finding(.aliasDiffers, declaration, nil, groups)
    // Linkers merge equal constants, and a copy of one is as good as the other.
    if cells(declaration).allSatisfy({ $0.symbol.storage == .readOnly }) {
      finding.severity = .information
    }
    return [finding]
  }

  // MARK: Findings

  private func finding(
    _ code: FindingCode, _ declaration: Declaration, _ symbol: Symbol?, _ groups: [String: BuildSet]
  ) -> Finding {
    let name = matrix.name(declaration.name)
    let sorted = groups.sorted { (words.rank($0.value), $0.key) < (words.rank($1.value), $1.key) }
    let list = sorted.map { "\($0.key) on \(words.describe($0.value))" }
    return Finding(
      code, symbol: name, builds: matrix.builds(declaration.presence),
      details: sorted.map { Finding.Detail(matrix.builds($0.value), $0.key) },
      message: "\(name.spelled): \(list.joined(separator: "; "))")
  }
}
