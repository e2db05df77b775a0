package import Support

// What stands in a line of the text, so that none is taken for another: `ByteName` is a name as ELF
// has it; these are its spellings.

/// A name as the text spells it: plain, quoted, or with width alternatives such as `{m|j}`.
package struct SpelledName: Hashable, Sendable {
  /// Printable ASCII.
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The name in bytes, with width alternatives decided.
  ///
  /// - Parameter wordSize: size of an address in bytes, 4 or 8.
  package func name(wordSize: Int) -> ByteName {
    let resolved = Spelling.resolve(bytes, wordSize: wordSize)
    return ByteName(resolved.withUnsafeBytes { Spelling.bytes(ofSpelled: $0) })
  }
}

/// The beginning of a symbol's line: `NAME[@[VERSION]|@@VERSION]`, without the blank behind it.
package struct Head: Hashable, Sendable, Comparable {
  /// Printable ASCII.
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The head of a symbol's line.
  package init(of line: AbiLine) {
    bytes = Array(line.bytes.prefix { $0 != UInt8(ascii: " ") })
  }

  /// The head on targets of one word size.
  package func resolved(wordSize: Int) -> Head { Head(Spelling.resolve(bytes, wordSize: wordSize)) }

  package static func < (left: Head, right: Head) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

/// A line of the text without its newline.
package struct AbiLine: Hashable, Sendable, Comparable {
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// For people.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// As `LC_ALL=C sort` has it.
  package static func < (left: AbiLine, right: AbiLine) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

extension Abi {
  /// The head of a symbol's line, with its width alternatives.
  package func spelledHead(of symbol: Symbol) -> Head {
    Head(withHead(of: symbol) { Array($0.dropLast()) })
  }

  /// The heads that a symbol has on 64-bit and 32-bit targets; one where they agree.
  package func heads(of symbol: Symbol) -> [Head] {
    let head = spelledHead(of: symbol)
    guard symbol.hasAlternatives else { return [head] }
    return [head.resolved(wordSize: 8), head.resolved(wordSize: 4)]
  }

  /// The names that a symbol has on 64-bit and 32-bit targets; one where they agree.
  package func names(of symbol: Symbol) -> [ByteName] {
    let spelled = SpelledName(withSpelledName(of: symbol) { [UInt8]($0) })
    guard symbol.hasAlternatives else { return [ByteName(nameBytes(of: symbol))] }
    return [spelled.name(wordSize: 8), spelled.name(wordSize: 4)]
  }

  /// Adds the names of all symbols, on 64-bit and 32-bit targets.
  package func addNames(to set: inout NameSet) {
    if set.isEmpty { set = NameSet(capacity: symbols.count, bytes: heads.count) }
    for symbol in symbols {
      guard symbol.hasAlternatives else {
        withName(of: symbol) { _ = set.insert($0) }
        continue
      }
      for name in names(of: symbol) { name.bytes.withUnsafeBytes { _ = set.insert($0) } }
    }
  }
}
