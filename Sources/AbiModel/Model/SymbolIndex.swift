internal import Support

/// The symbols of an ABI by their names in bytes.
package struct SymbolIndex {
  private var names = NameSet()
  /// By the number of a name, the last of its symbols.
  private var last: [Int32] = []
  /// By symbol, the one of the same name before it, -1 for none.
  private var previous: [Int32]

  package init(_ abi: Abi) {
    previous = [Int32](repeating: -1, count: abi.symbols.count)
    for (index, symbol) in abi.symbols.enumerated() {
      let number = abi.withName(of: symbol) { names.insert($0) }
      if number < last.count {
        previous[index] = last[number]
        last[number] = Int32(index)
      } else {
        last.append(Int32(index))
      }
    }
  }

  /// The indices of the symbols of a name, whatever their versions.
  package func symbols(named name: UnsafeRawBufferPointer) -> Places {
    Places(previous: previous, place: names.index(of: name).map { last[$0] } ?? -1)
  }

  package struct Places: Sequence, IteratorProtocol {
    package let previous: [Int32]
    package var place: Int32

    package mutating func next() -> Int? {
      guard place >= 0 else { return nil }
      defer { place = previous[Int(place)] }
      return Int(place)
    }
  }
}

extension Abi {
  /// The bytes of a symbol's name, unquoted, in place where the text spells it so.
  @inline(__always)
  package func withName<Result>(of symbol: Symbol, _ body: (UnsafeRawBufferPointer) -> Result)
    -> Result
  {
    withSpelledName(of: symbol) { spelled in
      guard spelled.first == Spelling.quote else { return body(spelled) }
      return Spelling.bytes(ofSpelled: spelled).withUnsafeBytes(body)
    }
  }
}
