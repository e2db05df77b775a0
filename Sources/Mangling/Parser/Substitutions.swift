// Itanium C++ ABI 5.1.9 "Compression".

extension NameReader {
  /// Makes `node` something that a later `S_` can refer to.
  mutating func define(_ node: NodeIndex, isTemplate: Bool) {
    substitutions.append(Substitution(node: node, isTemplate: isTemplate))
  }

  func isModule(_ node: NodeIndex) -> Bool {
    let node = nodes[Int(node)]
    return node.kind == .substitution && nodes[Int(node.value)].kind == .moduleName
  }

  /// `<substitution> ::= S <seq-id> _ | S_ | Sa | Sb | Ss | Si | So | Sd`, with ABI tags.
  ///
  /// An abbreviation with ABI tags is a new candidate.
  mutating func substitution() throws(MangledNameError) -> NodeIndex {
    let start = position
    switch peekNext {
    case "a", "b", "s", "i", "o", "d":
      position += 2
      let result = make(.standardSubstitution, from: start)
      lastSubstitutionIsTemplate = true
      guard isAtAbiTag else { return result }
      let tagged = try abiTags(of: result, from: start)
      define(tagged, isTemplate: peek == UInt8(ascii: "I"))
      return tagged
    default:
      let index = try substitutionIndex()
      guard index < substitutions.count else {
        position = start
        throw error(.substitution)
      }
      lastSubstitutionIsTemplate = substitutions[index].isTemplate
      return make(.substitution, from: start, value: substitutions[index].node)
    }
  }

  /// `_` is the first one, `0_` the second; digits are base 36.
  private mutating func substitutionIndex() throws(MangledNameError) -> Int {
    position += 1
    if consume("_") { return 0 }
    var index = 0
    repeat {
      switch peek {
      case "0"..."9": index = index * 36 + Int(peek - UInt8(ascii: "0"))
      case "A"..."Z": index = index * 36 + Int(peek - UInt8(ascii: "A")) + 10
      default: throw error(.substitution)
      }
      guard index < substitutions.count else { throw error(.substitution) }
      position += 1
    } while !consume("_")
    return index + 1
  }
}
