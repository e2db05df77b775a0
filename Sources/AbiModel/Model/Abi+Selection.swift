public import Support

extension Abi {
  /// For which kernel and architecture an ABI is read.
  public struct Selector: Sendable {
    /// Nil when the ABI does not depend on the kernel.
    public var kernel: String?
    /// Nil when the ABI does not depend on the architecture.
    public var arch: String?
    /// Size of an address in bytes; nil when it is not known.
    public var addressSize: Int?

    public init(kernel: String? = nil, arch: String? = nil, addressSize: Int? = nil) {
      self.kernel = kernel
      self.arch = arch
      self.addressSize = addressSize
    }
  }

  /// Whether some lines hold for some builds only, or say different things for them.
  public var dependsOnBuild: Bool {
    !conditions.isEmpty
      || symbols.contains { $0.hasAlternatives || ($0.size32 != nil && $0.size32 != $0.size) }
  }

  /// The ABI of one build: lines for other builds are left out, width alternatives and sizes are
  /// decided.
  ///
  /// - Parameter path: how messages name the ABI.
  /// - Throws: `InputError` with the first line that depends on what the selector does not say.
  public func selection(_ selector: Selector, path: String) throws(InputError) -> Abi {
    guard dependsOnBuild else { return self }
    var result = Abi()
    result.soname = soname
    result.needed = needed
    let kept = versionsToKeep(try symbolsThatApply(selector, path: path))
    for node in versions where kept.contains(node.name) {
      result.addVersion(node.name, parents: node.parents.filter(kept.contains))
    }
    for index in symbols.indices {
      let symbol = symbols[index]
      guard applies(symbol, selector) else { continue }
      append(symbol, selector, to: &result)
    }
    result.sort()
    return result
  }

  private func append(_ symbol: Symbol, _ selector: Selector, to result: inout Abi) {
    var copy = symbol
    copy.conditionIndex = nil
    copy.size32 = nil
    if selector.addressSize == 4, let size32 = symbol.size32 { copy.size = size32 }
    let version = version(of: symbol).map { result.addVersion($0) }
    if symbol.hasAlternatives {
      let spelled = withSpelledName(of: symbol) { [UInt8]($0) }
      let name = Spelling.resolve(spelled, wordSize: selector.addressSize ?? 8)
      name.withUnsafeBytes {
        result.append(copy, name: $0, version: version, isDefault: symbol.isDefaultVersion)
      }
    } else {
      withSpelledName(of: symbol) {
        result.append(
          copy, spelled: $0, hasAlternatives: false, version: version,
          isDefault: symbol.isDefaultVersion)
      }
    }
  }

  private func applies(_ symbol: Symbol, _ selector: Selector) -> Bool {
    let condition = condition(of: symbol)
    return Self.names(condition.kernels, selector.kernel)
      && (condition.archs.isEmpty
        || condition.archs.contains { Self.isSameArch($0, selector.arch) })
  }

  private static func names(_ names: [String], _ wanted: String?) -> Bool {
    names.isEmpty || wanted.map(names.contains) == true
  }

  /// Architectures have several spellings.
  private static func isSameArch(_ one: String, _ other: String?) -> Bool {
    guard let other else { return false }
    if one == other { return true }
    guard let left = Architecture(named: one) else { return false }
    return left == Architecture(named: other)
  }

  /// The indices of the symbols that the build has.
  private func symbolsThatApply(_ selector: Selector, path: String) throws(InputError) -> [Int] {
    for symbol in symbols.sorted(by: { $0.sourceLine < $1.sourceLine }) {
      let condition = condition(of: symbol)
      let problem: String?
      if selector.addressSize == nil, symbol.hasAlternatives {
        problem = "the name differs between 32 and 64 bit; say which architecture is meant"
      } else if selector.addressSize == nil, let size32 = symbol.size32, size32 != symbol.size {
        problem = "the size differs between 32 and 64 bit; say which architecture is meant"
      } else if selector.arch == nil, !condition.archs.isEmpty {
        problem = "the symbol exists on some architectures only; say which is meant"
      } else if selector.kernel == nil, !condition.kernels.isEmpty {
        problem = "the symbol exists on some kernels only; say which is meant"
      } else {
        problem = nil
      }
      if let problem {
        throw InputError(
          path: path, line: symbol.sourceLine == 0 ? nil : Int(symbol.sourceLine),
          "\(head(of: symbol)): \(problem)")
      }
    }
    return symbols.indices.filter { applies(symbols[$0], selector) }
  }

  /// A version node goes with its symbols: one that has symbols in the text, but none in the
  /// build, is a node of other builds. A node without any symbol belongs to all.
  func versionsToKeep(_ selected: [Int]) -> Set<ByteName> {
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
