internal import Support

/// The symbols of an ABI by their names as the text spells them, in place: no name is copied.
package struct SymbolIndex: Sendable {
  private let abi: Abi
  private var table: NameTable
  /// By symbol, the one of the same name before it, -1 for none.
  private var previous: [Int32]

  package init(_ abi: Abi) {
    self.abi = abi
    table = NameTable(capacity: abi.symbols.count)
    previous = [Int32](repeating: -1, count: abi.symbols.count)
    abi.heads.withUnsafeBytes { heads in
      for index in abi.symbols.indices {
        let other = table.insert(index, name: Self.name(abi.symbols[index], heads)) {
          Self.name(abi.symbols[$0], heads)
        }
        if let other { previous[index] = Int32(other) }
      }
    }
  }

  private static func name(_ symbol: Symbol, _ heads: UnsafeRawBufferPointer)
    -> UnsafeRawBufferPointer
  {
    let start = Int(symbol.headOffset)
    return UnsafeRawBufferPointer(rebasing: heads[start..<start + Int(symbol.nameLength)])
  }

  /// The indices of the symbols of a name, whatever their versions.
  package func symbols(spelled name: UnsafeRawBufferPointer) -> [Int] {
    let last = abi.heads.withUnsafeBytes { heads in
      table.find(name) { Self.name(abi.symbols[$0], heads) }
    }
    guard var index = last else { return [] }
    var result = [index]
    while previous[index] >= 0 {
      index = Int(previous[index])
      result.append(index)
    }
    return result
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
