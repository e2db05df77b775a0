public import Support

/// What a library promises to those who link with it: the value in the middle of the tool.
///
/// Everything reads into it or writes from it. Symbols are kept in the canonical order, which is
/// the order of their lines.
public struct Abi: Sendable {
  /// A version node (`Verdef`) and those that it inherits from.
  public struct VersionNode: Hashable, Sendable {
    /// `vda_name` of the first auxiliary entry.
    public var name: ByteName
    /// Those that it inherits from, in the order of the library.
    public var parents: [ByteName]

    /// A node with its parents.
    public init(name: ByteName, parents: [ByteName] = []) {
      self.name = name
      self.parents = parents
    }
  }

  /// Where a symbol is to be found: the kernels and architectures named, or all when empty.
  public struct Condition: Hashable, Sendable {
    /// Sorted; empty for all.
    public var kernels: [String]
    /// Sorted, as the text spells them; empty for all.
    public var archs: [String]

    /// Both lists are sorted and freed of duplicates.
    public init(kernels: [String] = [], archs: [String] = []) {
      self.kernels = Set(kernels).sorted()
      self.archs = Set(archs).sorted()
    }

    /// Whether it holds always.
    public var isEmpty: Bool { kernels.isEmpty && archs.isEmpty }
  }

  /// `DT_SONAME`.
  public var soname: ByteName?
  /// The architecture of the library that it was extracted from. Nil in texts for several.
  public var architecture: Architecture?
  /// Whether it lists what any of several builds has, and not what each has (`#%union`).
  public var isUnion = false
  /// Whether it was read from a plain symbol file, without directives: its letters say function or
  /// data, and no more.
  public package(set) var isPlain = false
  /// `DT_NEEDED`, sorted; complete profile only.
  public var needed: [ByteName] = []
  /// The version nodes of `#%version` lines and of the symbols' versions, sorted by name.
  public private(set) var versions: [VersionNode] = []
  /// The version nodes in the order of `vd_ndx`, where it is known and not what
  /// ``VersionOrder`` says; complete profile only.
  public var versionOrder: [ByteName] = []
  /// Those of ``Symbol/conditionIndex``.
  public private(set) var conditions: [Condition] = []
  /// In canonical order once ``sort()`` was called.
  public package(set) var symbols: [Symbol] = []

  /// The heads of all symbols, as the text spells them, one after the other.
  package var heads: [UInt8] = []
  private var versionIndices: [ByteName: Int32] = [:]
  /// What follows the name in a head, blank included, by version: `@@VERSION ` and `@VERSION `.
  private var headEnds: [(isDefault: [UInt8], isHidden: [UInt8])] = []
  private var conditionIndices: [Condition: Int32] = [:]
  private var nextAliasGroup: UInt32 = 1

  /// An ABI that promises nothing.
  public init() {}

  // MARK: Building

  /// Makes room for symbols before they are appended.
  ///
  /// - Parameter nameBytes: the length of their names in all, in bytes.
  package mutating func reserveCapacity(_ count: Int, nameBytes: Int) {
    symbols.reserveCapacity(count)
    // A blank, and what most versions take.
    heads.reserveCapacity(nameBytes + 16 * count)
  }

  /// Adds a version node, or the parents of one that is there already. Returns its index.
  @discardableResult
  public mutating func addVersion(_ name: ByteName, parents: [ByteName] = []) -> Int32 {
    if let index = versionIndices[name] {
      if !parents.isEmpty { versions[Int(index)].parents = parents }
      return index
    }
    let index = Int32(versions.count)
    versions.append(VersionNode(name: name, parents: parents))
    let spelled = name.spelled
    headEnds.append((Array("@@\(spelled) ".utf8), Array("@\(spelled) ".utf8)))
    versionIndices[name] = index
    return index
  }

  /// A fresh number for a group of names of one object.
  public mutating func newAliasGroup() -> UInt32 {
    defer { nextAliasGroup += 1 }
    return nextAliasGroup
  }

  /// Appends a symbol under the name `name`, which is any bytes but NUL.
  ///
  /// The symbol's version is the node at `version`, or none; `isHidden` is `VERSYM_HIDDEN`. Call ``sort()`` after the last.
  public mutating func append(
    _ symbol: consuming Symbol, name: UnsafeRawBufferPointer, version: Int32? = nil, isHidden: Bool = false
  ) {
    let offset = heads.count
    if Spelling.needsQuotes(name) {
      Spelling.appendQuoted(name, to: &heads)
    } else {
      heads.append(contentsOf: name)
    }
    finish(symbol, from: offset, version: version, isHidden: isHidden)
  }

  /// Appends a symbol whose name is given as the text spells it: quoted or with alternatives,
  /// already checked.
  package mutating func append(
    _ symbol: Symbol, spelled name: UnsafeRawBufferPointer, hasAlternatives: Bool,
    version: Int32?, isHidden: Bool
  ) {
    let offset = heads.count
    heads.append(contentsOf: name)
    var symbol = symbol
    symbol.hasAlternatives = hasAlternatives
    finish(symbol, from: offset, version: version, isHidden: isHidden)
  }

  private mutating func finish(
    _ symbol: consuming Symbol, from offset: Int, version: Int32?, isHidden: Bool
  ) {
    symbol.headOffset = UInt32(offset)
    symbol.nameLength = UInt32(heads.count - offset)
    if let version {
      let ends = headEnds[Int(version)]
      heads.append(contentsOf: isHidden ? ends.isHidden : ends.isDefault)
    } else {
      if isHidden { heads.append(UInt8(ascii: "@")) }
      heads.append(UInt8(ascii: " "))
    }
    symbol.headLength = UInt32(heads.count - offset)
    symbol.versionIndex = version
    symbol.isHidden = isHidden
    symbols.append(symbol)
  }

  /// The index of a condition, nil for one that always holds.
  public mutating func conditionIndex(of condition: Condition) -> Int32? {
    guard !condition.isEmpty else { return nil }
    if let index = conditionIndices[condition] { return index }
    conditions.append(condition)
    conditionIndices[condition] = Int32(conditions.count - 1)
    return Int32(conditions.count - 1)
  }

  /// Sets or removes the condition of a symbol.
  public mutating func setCondition(_ condition: Condition, ofSymbolAt index: Int) {
    symbols[index].conditionIndex = conditionIndex(of: condition)
  }

  /// Sorts the version nodes by name and renumbers the symbols' references to them.
  mutating func sortVersions() {
    let order = versions.indices.sorted { versions[$0].name < versions[$1].name }
    guard order != Array(versions.indices) else { return }
    var places = [Int32](repeating: 0, count: versions.count)
    for (place, index) in order.enumerated() { places[index] = Int32(place) }
    versions = order.map { versions[$0] }
    headEnds = order.map { headEnds[$0] }
    versionIndices = versionIndices.mapValues { places[Int($0)] }
    for index in symbols.indices {
      symbols[index].versionIndex = symbols[index].versionIndex.map { places[Int($0)] }
    }
  }

  /// Replaces what is known of a symbol beside its name, version and condition.
  public mutating func replaceFacts(ofSymbolAt index: Int, by facts: Symbol) {
    var symbol = symbols[index]
    symbol.binding = facts.binding
    symbol.type = facts.type
    symbol.storage = facts.storage
    symbol.isProtected = facts.isProtected
    symbol.otherBits = facts.otherBits
    symbol.alignmentShift = facts.alignmentShift
    symbol.aliasGroup = facts.aliasGroup
    symbol.size = facts.size
    symbol.size32 = facts.size32
    symbols[index] = symbol
  }

  // MARK: Reading

  /// The condition of a symbol: an empty one when it is there always.
  public func condition(of symbol: Symbol) -> Condition {
    symbol.conditionIndex.map { conditions[Int($0)] } ?? Condition()
  }

  /// The version of a symbol.
  public func version(of symbol: Symbol) -> ByteName? {
    symbol.versionIndex.map { versions[Int($0)].name }
  }

  /// The name of a symbol in bytes: unquoted; width alternatives stay as they are written.
  public func nameBytes(of symbol: Symbol) -> [UInt8] {
    withSpelledName(of: symbol) { Spelling.bytes(ofSpelled: $0) }
  }

  /// The name of a symbol as the text spells it, for people.
  public func name(of symbol: Symbol) -> String {
    withSpelledName(of: symbol) { String(decoding: $0, as: UTF8.self) }
  }

  /// What stands behind the name in a head: `@@VERSION`, `@VERSION`, `@`, or nothing.
  public func versionMark(of symbol: Symbol) -> String {
    guard let version = version(of: symbol) else { return symbol.isHidden ? "@" : "" }
    return (symbol.isHidden ? "@" : "@@") + version.spelled
  }

  /// `NAME[@[VERSION]|@@VERSION]` as the text spells it, for people.
  public func head(of symbol: Symbol) -> String {
    withHead(of: symbol) { String(decoding: $0.dropLast(), as: UTF8.self) }
  }

  /// The name as the text spells it, in place.
  @inline(__always)
  public func withSpelledName<Result, Failure: Error>(
    of symbol: Symbol, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = Int(symbol.headOffset)
    let bytes = heads.span.bytes.extracting(start..<start + Int(symbol.nameLength))
    return try bytes.withUnsafeBytes(body)
  }

  /// The head, the blank behind it included, in place.
  @inline(__always)
  package func withHead<Result, Failure: Error>(
    of symbol: Symbol, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = Int(symbol.headOffset)
    let bytes = heads.span.bytes.extracting(start..<start + Int(symbol.headLength))
    return try bytes.withUnsafeBytes(body)
  }
}
