/// Numbered names that are kept elsewhere, by name; several may be alike.
package struct NameIndex: Sendable {
  private var table: NameTable
  /// By number, the one of the same name before it, -1 for none.
  private var previous: [Int32]

  /// - Parameter nameOf: the names of the numbers below `count`.
  package init(count: Int, nameOf: (Int) -> UnsafeRawBufferPointer) {
    table = NameTable(capacity: count)
    previous = [Int32](repeating: -1, count: count)
    for number in 0..<count {
      let name = nameOf(number)
      let other = table.insert(number, name: name) { nameOf($0).equals(name) }
      if let other { previous[number] = Int32(other) }
    }
  }

  /// The number of the same name before this one.
  package func previous(of number: Int) -> Int? {
    previous[number] < 0 ? nil : Int(previous[number])
  }

  /// The numbers of a name, the last one first.
  package func numbers(
    of name: UnsafeRawBufferPointer, nameOf: (Int) -> UnsafeRawBufferPointer
  ) -> [Int] {
    guard var number = table.find(name, isNamed: { nameOf($0).equals(name) }) else {
      return []
    }
    var result = [number]
    while let other = previous(of: number) {
      result.append(other)
      number = other
    }
    return result
  }
}
