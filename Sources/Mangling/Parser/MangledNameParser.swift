/// Parses mangled names (Itanium C++ ABI 5.1), as GCC and Clang emit them today.
///
/// Time and memory are linear in the length of the name, whatever its bytes. Keep one parser for many
/// names: it uses the memory of the last one again once that name's ``MangledName`` is gone.
public struct MangledNameParser: Sendable {
  /// What a name may use, so that hostile input costs little.
  public struct Limits: Sendable {
    /// The longest name, in bytes.
    public var length: Int
    /// How deep productions may nest. The default fits a stack of 512 KiB, 2 MiB without
    /// optimisation; real names stay below 64.
    public var depth: Int

    /// Limits far above any name that a compiler made: 1 MiB and 256 levels.
    public init(length: Int = 1 << 20, depth: Int = 256) {
      self.length = min(length, Int(Int32.max))
      self.depth = depth
    }
  }

  private let limits: Limits
  private var bytes: [UInt8] = []
  private var nodes: [Node] = []
  private var substitutions: [Substitution] = []

  /// A parser that refuses names beyond `limits`.
  public init(limits: Limits = Limits()) { self.limits = limits }

  /// The structure of `name`, a whole symbol name without `@VERSION`.
  ///
  /// - Throws: ``MangledNameError`` when the name is not in the grammar or is beyond the limits.
  public mutating func parse(_ name: Span<UInt8>) throws(MangledNameError) -> MangledName {
    try checkLength(name.count)
    bytes.removeAll(keepingCapacity: true)
    name.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    return try parseBytes()
  }

  /// The structure of the bytes of `name`.
  ///
  /// - Throws: ``MangledNameError``, as for ``parse(_:)-(Span<UInt8>)``.
  public mutating func parse(_ name: [UInt8]) throws(MangledNameError) -> MangledName {
    try checkLength(name.count)
    bytes = name
    return try parseBytes()
  }

  /// The structure of the bytes of `name`.
  ///
  /// - Throws: ``MangledNameError``, as for ``parse(_:)-(Span<UInt8>)``.
  public mutating func parse(_ name: UnsafeRawBufferPointer) throws(MangledNameError) -> MangledName
  {
    try checkLength(name.count)
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: name)
    return try parseBytes()
  }

  /// The structure of the UTF-8 bytes of `name`.
  ///
  /// - Throws: ``MangledNameError``, as for ``parse(_:)-(Span<UInt8>)``.
  public mutating func parse(_ name: String) throws(MangledNameError) -> MangledName {
    try parse(Array(name.utf8))
  }

  private func checkLength(_ count: Int) throws(MangledNameError) {
    guard count <= limits.length else {
      throw MangledNameError(offset: limits.length, expected: .shorterName)
    }
  }

  private mutating func parseBytes() throws(MangledNameError) -> MangledName {
    do throws(MangledNameError) {
      return try parseBytes(unresolvedNames: .asTypes)
    } catch {
      // The two spellings of `sr` cannot be told apart where they begin. A name is of one
      // compiler, so a second reading of the whole name is enough.
      guard error.expected != .prefix, hasUnresolvedName else { throw error }
      do throws(MangledNameError) {
        return try parseBytes(unresolvedNames: .asLevels)
      } catch let second {
        throw second.offset > error.offset ? second : error
      }
    }
  }

  private var hasUnresolvedName: Bool {
    var previous: UInt8 = 0
    for byte in bytes {
      if previous == UInt8(ascii: "s"), byte == UInt8(ascii: "r") { return true }
      previous = byte
    }
    return false
  }

  private mutating func parseBytes(
    unresolvedNames: NameReader.UnresolvedNames
  ) throws(MangledNameError) -> MangledName {
    nodes.removeAll(keepingCapacity: true)
    substitutions.removeAll(keepingCapacity: true)
    var reader = NameReader(
      bytes: bytes, nodes: take(&nodes), substitutions: take(&substitutions),
      maximumDepth: limits.depth, unresolvedNames: unresolvedNames)
    defer {
      nodes = reader.nodes
      substitutions = reader.substitutions
    }
    let root = try reader.mangledName()
    return MangledName(bytes: bytes, nodes: reader.nodes, root: Int(root))
  }
}

/// Moves an array out of `place`, so that its new owner can change it without a copy.
private func take<Element>(_ place: inout [Element]) -> [Element] {
  var taken: [Element] = []
  swap(&taken, &place)
  return taken
}
