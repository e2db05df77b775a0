internal import ElfKit
public import Support

extension Abi {
  /// The build that an ABI is read for.
  public struct Selector: Sendable {
    /// Which lines with `kernel=` apply.
    public enum Kernels: Hashable, Sendable {
      /// Nobody said: such a line is an error.
      case unspecified
      /// Those of this kernel.
      case named(String)
      /// None: what every kernel has is wanted.
      case agnostic
      /// All; they keep their `kernel=`.
      case all
    }

    /// Which lines with `kernel=` apply.
    public var kernels: Kernels
    /// Nil when it is not known: a line with `arch=` is an error then.
    public var architecture: Architecture?
    /// Size of an address in bytes; nil when it is not known.
    public var addressSize: Int?

    /// - Parameter addressSize: that of the architecture when it is left out.
    public init(
      kernels: Kernels = .unspecified, architecture: Architecture? = nil, addressSize: Int? = nil
    ) {
      self.kernels = kernels
      self.architecture = architecture
      self.addressSize = addressSize ?? architecture?.elfClass.addressSize
    }
  }

  /// Whether some lines hold for some builds only, or say different things for them.
  public var dependsOnBuild: Bool {
    !conditions.isEmpty
      || symbols.contains { $0.hasAlternatives || ($0.size32 != nil && $0.size32 != $0.size) }
  }

  /// The ABI of one build: lines for other builds are left out, width alternatives and sizes are
  /// decided. This is the one place that says which lines apply.
  ///
  /// - Parameter path: how messages name the ABI.
  /// - Throws: `InputError` with the first line that depends on what the selector does not say, or
  ///   that is no name, or another line's name, once alternatives are decided.
  public func selection(_ selector: Selector, path: String) throws(InputError) -> Abi {
    guard dependsOnBuild else { return self }
    try requireAnswers(of: selector, path: path)
    let applies = conditions.map { $0.applies(to: selector) }
    let selected = symbols.indices.filter { index in
      symbols[index].conditionIndex.map { applies[Int($0)] } ?? true
    }
    var result = Abi()
    result.soname = soname
    result.isUnion = isUnion
    result.isPlain = isPlain
    result.architecture = architecture
    result.needed = needed
    let kept = versionsToKeep(selected)
    for node in versions where kept.contains(node.name) {
      result.addVersion(node.name, parents: node.parents.filter(kept.contains))
    }
    result.versionOrder = versionOrder.filter(kept.contains)
    for index in selected { try append(symbols[index], selector, to: &result, path) }
    result.sort()
    try result.refuseRepetitions(path: path)
    return result
  }

  private func append(
    _ symbol: Symbol, _ selector: Selector, to result: inout Abi, _ path: String
  ) throws(InputError) {
    var copy = symbol
    copy.conditionIndex = nil
    copy.size32 = nil
    copy.hasAlternatives = false
    if selector.addressSize == 4, let size32 = symbol.size32 { copy.size = size32 }
    let version = version(of: symbol).map { result.addVersion($0) }
    var spelled = withSpelledName(of: symbol) { [UInt8]($0) }
    if symbol.hasAlternatives {
      spelled = Spelling.resolve(spelled, wordSize: selector.addressSize ?? 8)
      guard !spelled.isEmpty else {
        throw error(
          symbol, path, "is an empty name on \((selector.addressSize ?? 8) * 8)-bit targets")
      }
    }
    spelled.withUnsafeBytes {
      result.append(
        copy, spelled: $0, hasAlternatives: false, version: version, isHidden: symbol.isHidden)
    }
    guard selector.kernels == .all else { return }
    let kernels = condition(of: symbol).kernels
    result.setCondition(Condition(kernels: kernels), ofSymbolAt: result.symbols.count - 1)
  }

  private func error(_ symbol: Symbol, _ path: String, _ message: String) -> InputError {
    InputError(
      .needsSelection, path: path, line: symbol.sourceLine == 0 ? nil : Int(symbol.sourceLine),
      "\(head(of: symbol)): \(message)")
  }

  /// The first line, in the order of the text, for which the selector has no answer.
  private func requireAnswers(of selector: Selector, path: String) throws(InputError) {
    var first: (symbol: Symbol, question: String)?
    for symbol in symbols {
      guard let question = question(about: symbol, selector),
        first.map({ symbol.sourceLine < $0.symbol.sourceLine }) ?? true
      else { continue }
      first = (symbol, question)
    }
    if let first { throw error(first.symbol, path, first.question) }
  }

  private func question(about symbol: Symbol, _ selector: Selector) -> String? {
    if selector.addressSize == nil, symbol.hasAlternatives {
      return "the name differs between 32 and 64 bit; say which with --arch"
    }
    if selector.addressSize == nil, let size32 = symbol.size32, size32 != symbol.size {
      return "the size differs between 32 and 64 bit; say which with --arch"
    }
    guard let index = symbol.conditionIndex else { return nil }
    if selector.architecture == nil, !conditions[Int(index)].archs.isEmpty {
      return "the symbol exists on some architectures only; say which with --arch"
    }
    if selector.kernels == .unspecified, !conditions[Int(index)].kernels.isEmpty {
      return "the symbol exists on some kernels only; say which with --kernel"
    }
    return nil
  }

  /// Two lines may become one name when alternatives are decided.
  private func refuseRepetitions(path: String) throws(InputError) {
    for index in symbols.indices.dropFirst()
    where equalHeads(index, index - 1)
      && condition(of: symbols[index]).overlaps(condition(of: symbols[index - 1]))
    {
      let lines = [symbols[index - 1], symbols[index]].sorted { $0.sourceLine < $1.sourceLine }
      throw error(
        lines[1], path, "names the same symbol as line \(lines[0].sourceLine); remove one")
    }
  }

  /// A version node goes with its symbols: one that has symbols in the text, but none in the
  /// build, is a node of other builds. A node without any symbol belongs to all.
  private func versionsToKeep(_ selected: [Int]) -> Set<ByteName> {
    var isUsed = [Bool](repeating: false, count: versions.count)
    var isSelected = isUsed
    for symbol in symbols {
      if let version = symbol.versionIndex { isUsed[Int(version)] = true }
    }
    for index in selected {
      if let version = symbols[index].versionIndex { isSelected[Int(version)] = true }
    }
    var kept: Set<ByteName> = []
    for index in versions.indices where isSelected[index] || !isUsed[index] {
      kept.insert(versions[index].name)
    }
    return kept
  }
}

extension Abi.Condition {
  /// Whether a line with the condition holds for the build.
  func applies(to selector: Abi.Selector) -> Bool {
    let matchesKernel =
      switch selector.kernels {
      case .named(let kernel): kernels.isEmpty || kernels.contains(kernel)
      case .agnostic: kernels.isEmpty
      case .all, .unspecified: true
      }
    return matchesKernel
      && (archs.isEmpty || archs.contains { Architecture(named: $0) == selector.architecture })
  }

  /// Whether some kernel and architecture meets both conditions.
  package func overlaps(_ other: Abi.Condition) -> Bool {
    func meet(_ a: [String], _ b: [String]) -> Bool {
      a.isEmpty || b.isEmpty || a.contains(where: b.contains)
    }
    // Architectures have several spellings.
    func canonical(_ names: [String]) -> [String] {
      names.map { Architecture(named: $0)?.name ?? $0 }
    }
    return meet(kernels, other.kernels) && meet(canonical(archs), canonical(other.archs))
  }
}
