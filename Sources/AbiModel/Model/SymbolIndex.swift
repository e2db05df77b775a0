internal import Support

/// The symbols of an ABI by their names as the text spells them, in place: no name is copied.
package struct SymbolIndex: Sendable {
  private let abi: Abi
  private let index: NameIndex

  package init(_ abi: Abi) {
    self.abi = abi
    index = abi.heads.withUnsafeBytes { heads in
      NameIndex(count: abi.symbols.count) { Self.name(abi.symbols[$0], heads) }
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
    abi.heads.withUnsafeBytes { heads in
      index.numbers(of: name) { Self.name(abi.symbols[$0], heads) }
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
