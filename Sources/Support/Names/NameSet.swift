/// A set of names that is asked about bytes in place: no value is made to look one up.
///
/// Its names lie in one arena and are at most 4 GiB in all.
public struct NameSet: Sendable {
  private var names: [UInt8] = []
  /// Where each name ends.
  private var ends: [UInt32] = []
  private var table: NameTable

  /// An empty set.
  public init() { table = NameTable() }

  /// An empty set with room for names.
  ///
  /// - Parameter bytes: how long they are in all.
  package init(capacity: Int, bytes: Int) {
    table = NameTable(capacity: capacity)
    ends.reserveCapacity(capacity)
    names.reserveCapacity(bytes)
  }

  /// How many names there are.
  public var count: Int { ends.count }
  /// Whether there is no name.
  public var isEmpty: Bool { ends.isEmpty }

  /// The number of a name, counted from 0 in the order of insertion. Nil when it is not in.
  public func index(of name: UnsafeRawBufferPointer) -> Int? {
    names.withUnsafeBytes { names in
      table.find(name) { Self.name($0, names, ends).equals(name) }
    }
  }

  /// Whether a name is in the set.
  public func contains(_ name: UnsafeRawBufferPointer) -> Bool { index(of: name) != nil }

  /// Whether two sets have no name in common.
  package func isDisjoint(with other: NameSet) -> Bool {
    names.withUnsafeBytes { names in
      !(0..<count).contains { other.contains(Self.name($0, names, ends)) }
    }
  }

  /// Adds a name and returns its number.
  @discardableResult
  public mutating func insert(_ name: UnsafeRawBufferPointer) -> Int {
    let number = ends.count
    let known = names.withUnsafeBytes { names in
      table.find(name, orEnter: number) { Self.name($0, names, ends).equals(name) }
    }
    if let known { return known }
    names.append(contentsOf: name)
    ends.append(UInt32(names.count))
    return number
  }

  /// Hands each name to `body`, in the order of insertion.
  public func forEach(_ body: (UnsafeRawBufferPointer) -> Void) {
    names.withUnsafeBytes { names in
      for number in ends.indices { body(Self.name(number, names, ends)) }
    }
  }

  private static func name(
    _ number: Int, _ names: UnsafeRawBufferPointer, _ ends: [UInt32]
  ) -> UnsafeRawBufferPointer {
    let start = number == 0 ? 0 : Int(ends[number - 1])
    return UnsafeRawBufferPointer(rebasing: names[start..<Int(ends[number])])
  }
}
