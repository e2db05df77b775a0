internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// Makes one ABI of the ABIs of all builds, from which each of them can be had again: with
/// conditions, width alternatives and two sizes where the builds differ.
struct JointAbi {
  private let matrix: SymbolMatrix
  private let declarations: [Declaration]
  private let included: [Bool]
  /// Whether even alignments are those of each build, and zero data is told from other data.
  private let isExact: Bool
  private let conditions: BuildConditions
  private let leaders: JointLeaders
  /// By leading item and build: the symbol in ``abi`` that stands for it.
  private var leadingSymbols: [JointItem.Key: [Int: Int]] = [:]
  private var abi = Abi()

  /// - Parameter included: whether a declaration is to be in the joint ABI.
  static func of(
    _ matrix: SymbolMatrix, _ declarations: [Declaration], included: [Bool], isExact: Bool
  ) -> Abi {
    var joint = JointAbi(matrix, declarations, included: included, isExact: isExact)
    joint.addSymbols()
    joint.addVersions()
    joint.abi.sort()
    return joint.abi
  }

  private init(
    _ matrix: SymbolMatrix, _ declarations: [Declaration], included: [Bool], isExact: Bool
  ) {
    self.matrix = matrix
    self.declarations = declarations
    self.included = included
    self.isExact = isExact
    conditions = BuildConditions(matrix.builds.map(\.build))
    leaders = JointLeaders(matrix) { Self.forEachItem(matrix, declarations, included, $0) }
    let sonames = Set(matrix.builds.map(\.commonSoname))
    if sonames.count == 1, let soname = sonames.first { abi.soname = soname }
  }

  private static func forEachItem(
    _ matrix: SymbolMatrix, _ declarations: [Declaration], _ included: [Bool],
    _ body: (JointItem) -> Void
  ) {
    for number in declarations.indices where included[number] {
      JointItem.items(number, declarations[number], matrix).forEach(body)
    }
  }

  /// Leaders first, so that the names of one object follow the lines of its leader.
  private mutating func addSymbols() {
    let largest = matrix.builds.map(\.abi).max { $0.symbols.count < $1.symbols.count } ?? Abi()
    abi.reserveCapacity(
      declarations.count,
      nameBytes: largest.heads.count / max(1, largest.symbols.count) * declarations.count)
    var followers: [JointItem] = []
    Self.forEachItem(matrix, declarations, included) { item in
      if leaders.isFollower(item.key) { followers.append(item) } else { add(item) }
    }
    followers.forEach { add($0) }
  }

  private mutating func add(_ item: JointItem) {
    var groups: [JointLine.Key: [JointItem.Cell]] = [:]
    // A weak definition does for what is strong elsewhere.
    let isStrong = !isExact && item.cells.contains { $0.symbol.binding == .global }
    for cell in item.cells {
      let leader = leaders.leader(of: item.key, in: cell.build)
        .flatMap { leadingSymbols[$0]?[cell.build] }
      groups[key(cell, leader: leader, isStrong: isStrong), default: []].append(cell)
    }
    for (key, cells) in groups.sorted(by: { precedes($0.value, $1.value) }) {
      for line in foldable(cells).flatMap({ lines(key, $0) }) {
        append(line, version: item.key.version)
        guard leaders.isLeader(item.key) else { continue }
        for cell in line.cells {
          leadingSymbols[item.key, default: [:]][cell.build] = abi.symbols.count - 1
        }
      }
    }
  }

  /// A line for each condition that it takes to name the builds.
  private func lines(_ key: JointLine.Key, _ cells: [JointItem.Cell]) -> [JointLine] {
    var builds = BuildSet()
    for cell in cells { builds.insert(cell.build) }
    return conditions.parts(of: builds).map { part in
      JointLine(
        key: key, cells: cells.filter { part.builds.contains($0.build) }, condition: part.condition)
    }
  }

  private func precedes(_ one: [JointItem.Cell], _ other: [JointItem.Cell]) -> Bool {
    (one[0].build, one[0].name) < (other[0].build, other[0].name)
  }

  private func key(_ cell: JointItem.Cell, leader: Int?, isStrong: Bool) -> JointLine.Key {
    let symbol = cell.symbol
    return JointLine.Key(
      binding: isStrong && symbol.binding == .weak ? .global : symbol.binding, type: symbol.type,
      storage: isExact || symbol.storage != .bss ? symbol.storage : .data,
      isProtected: symbol.isProtected, otherBits: symbol.otherBits,
      isHidden: symbol.isHidden,
      alignmentShift: isExact ? symbol.alignmentShift : nil, leader: leader)
  }

  // MARK: Words

  private func is32Bit(_ cell: JointItem.Cell) -> Bool {
    matrix.archs[matrix.archOfBuild[cell.build]].addressSize == 4
  }

  /// Cells that one line can stand for: one name and size on 64-bit builds, one on 32-bit ones.
  private func foldable(_ cells: [JointItem.Cell]) -> [[JointItem.Cell]] {
    let wide = Set(cells.filter { !is32Bit($0) }.map(Variant.init))
    let narrow = Set(cells.filter(is32Bit).map(Variant.init))
    if wide.count <= 1, narrow.count <= 1,
      wide.first.map(\.name) == narrow.first.map(\.name) || canAlternate(wide, narrow)
    {
      return [cells]
    }
    return Dictionary(grouping: cells, by: Variant.init).values.sorted(by: precedes)
  }

  private struct Variant: Hashable {
    var name: Int
    var size: UInt64

    init(_ cell: JointItem.Cell) {
      name = cell.name
      size = cell.symbol.size
    }
  }

  /// Quoted names cannot hold alternatives.
  private func canAlternate(_ wide: Set<Variant>, _ narrow: Set<Variant>) -> Bool {
    wide.union(narrow).allSatisfy { variant in
      matrix.withSpelledName(variant.name) { $0.first != Spelling.quote }
    }
  }

  // MARK: The ABI

  /// The version nodes of all builds; without all symbols, those that all have or a line needs.
  private mutating func addVersions() {
    var parents: [ByteName: [ByteName]] = [:]
    var uses: [ByteName: Int] = [:]
    for one in matrix.builds {
      for node in one.abi.versions {
        uses[node.name, default: 0] += 1
        for parent in node.parents where parents[node.name]?.contains(parent) != true {
          parents[node.name, default: []].append(parent)
        }
      }
    }
    // Those of the symbols are there already.
    var kept = Set(abi.versions.map(\.name))
    for (name, count) in uses where count == matrix.builds.count { kept.insert(name) }
    for name in kept.sorted() {
      abi.addVersion(name, parents: (parents[name] ?? []).filter(kept.contains))
    }
  }

  private mutating func append(_ line: JointLine, version: ByteName?) {
    let wide = line.cells.first { !is32Bit($0) }
    let narrow = line.cells.first(where: is32Bit)
    guard let first = wide ?? narrow else { return }
    var symbol = first.symbol
    symbol.binding = line.key.binding
    symbol.storage = line.key.storage
    if !isExact, line.cells.allSatisfy({ $0.symbol.storage == .bss }) { symbol.storage = .bss }
    symbol.size32 = nil
    if let wide, let narrow, wide.symbol.size != narrow.symbol.size {
      symbol.size32 = narrow.symbol.size
    }
    if !isExact { symbol.alignmentShift = alignmentShift(of: line.cells, symbol) }
    symbol.aliasGroup = line.key.leader.map { group(ledBy: $0) } ?? 0
    symbol.sourceLine = 0
    symbol.conditionIndex = nil
    let name = spelledName(wide, narrow)
    let version = version.map { abi.addVersion($0) }
    name.text.withUnsafeBytes {
      abi.append(
        symbol, spelled: $0, hasAlternatives: name.hasAlternatives, version: version,
        isHidden: line.key.isHidden)
    }
    abi.setCondition(line.condition, ofSymbolAt: abi.symbols.count - 1)
  }

  /// The group of names of the object that a symbol of ``abi`` is the first name of.
  private mutating func group(ledBy leader: Int) -> UInt32 {
    if abi.symbols[leader].aliasGroup == 0 { abi.symbols[leader].aliasGroup = abi.newAliasGroup() }
    return abi.symbols[leader].aliasGroup
  }

  private func spelledName(_ wide: JointItem.Cell?, _ narrow: JointItem.Cell?) -> (
    text: [UInt8], hasAlternatives: Bool
  ) {
    func text(_ cell: JointItem.Cell) -> [UInt8] {
      matrix.withSpelledName(cell.name) { [UInt8]($0) }
    }
    guard let wide else { return (narrow.map(text) ?? [], false) }
    guard let narrow, narrow.name != wide.name else { return (text(wide), false) }
    return (WidthAlternatives.folded(text(wide), text(narrow)), true)
  }

  /// The lowest alignment of the builds of one word size: addresses show more than an object
  /// asks for, never less. What is natural on each word size stays so.
  private func alignmentShift(of cells: [JointItem.Cell], _ symbol: Symbol) -> UInt8? {
    guard symbol.isData, symbol.size > 0 else { return symbol.alignmentShift }
    var lowest: [Bool: UInt8] = [:]
    var natural: [Bool: UInt8] = [:]
    for cell in cells {
      let size = cell.symbol.size
      natural[is32Bit(cell)] = Symbol.naturalAlignmentShift(size: size)
      let shift = UInt8(cell.symbol.alignment.trailingZeroBitCount)
      lowest[is32Bit(cell)] = min(lowest[is32Bit(cell)] ?? .max, shift)
    }
    let low = lowest.values.min() ?? 0
    let usual = natural.values.max() ?? 0
    if low >= usual { return natural.values.allSatisfy { $0 == low } ? nil : low }
    // Below the natural one everywhere: packed. Otherwise the natural one is safe for all.
    let isPacked = lowest.allSatisfy { $0.value < natural[$0.key] ?? 0 }
    return isPacked ? lowest.values.max() : nil
  }
}

/// A line of the joint ABI: the cells that it stands for.
struct JointLine {
  /// What cells of one line have in common.
  struct Key: Hashable {
    var binding: SymbolBinding
    var type: SymbolType
    var storage: Symbol.Storage
    var isProtected: Bool
    var otherBits: UInt8
    var isHidden: Bool
    var alignmentShift: UInt8?
    /// The symbol of the first name of the same object in the joint ABI.
    var leader: Int?
  }

  var key: Key
  var cells: [JointItem.Cell]
  var condition: Abi.Condition
}
