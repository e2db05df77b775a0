/// 128 bits that stand for the structure of a node and all below it.
///
/// The same on every machine and in every run. Equal structures have equal fingerprints however their
/// substitutions are written, and computing them takes one pass, because children and targets of
/// substitutions come before what refers to them.
struct Fingerprint: Hashable, Sendable {
  private var high: UInt64
  private var low: UInt64

  init(_ kind: NodeKind, _ value: UInt32) {
    high = 0x9E37_79B9_7F4A_7C15
    low = 0xD1B5_4A32_D192_ED03
    combine(UInt64(kind.rawValue) << 32 | UInt64(value))
  }

  /// For classes of types that are no node.
  init(classOf tag: UInt64) {
    high = 0x2545_F491_4F6C_DD1D
    low = 0x5851_F42D_4C95_7F2D
    combine(tag)
  }

  mutating func combine(_ word: UInt64) {
    high = Self.mix(high ^ word, 0xA076_1D64_78BD_642F)
    low = Self.mix(low &+ word, 0xE703_7ED1_A0B4_28DB)
  }

  mutating func combine(_ other: Fingerprint) {
    combine(other.high)
    combine(other.low)
  }

  mutating func combine(_ bytes: ArraySlice<UInt8>) {
    var word: UInt64 = 0
    var count = 0
    for byte in bytes {
      word = word << 8 | UInt64(byte)
      count += 1
      if count & 7 == 0 { combine(word) }
    }
    combine(word)
    combine(UInt64(count))
  }

  private static func mix(_ value: UInt64, _ factor: UInt64) -> UInt64 {
    let product = (value | 1 << 63).multipliedFullWidth(by: factor)
    return product.high ^ product.low ^ value.byteSwapped
  }
}

extension MangledName {
  /// What fingerprints leave out.
  enum Abstraction {
    /// Nothing: equal fingerprints mean equal entities.
    case nothing
    /// What the data model decides about types, and offsets in objects.
    case dataModel
    /// Also integer values: of literals, and the numbers in types of arrays, vectors and `_BitInt`.
    case dataModelAndValues
  }

  /// The fingerprint of every node, or of those up to the one at `last`.
  func fingerprints(
    without abstraction: Abstraction = .nothing, upTo last: Int? = nil
  ) -> [Fingerprint] {
    let indices = 0..<(last.map { $0 + 1 } ?? nodes.count)
    var result: [Fingerprint] = []
    result.reserveCapacity(indices.count)
    for index in indices {
      result.append(fingerprint(of: index, after: result, without: abstraction))
    }
    return result
  }

  private func fingerprint(
    of index: Int, after earlier: [Fingerprint], without abstraction: Abstraction
  ) -> Fingerprint {
    let node = nodes[index]
    switch node.kind {
    case .substitution: return earlier[Int(node.value)]
    // Without qualifiers `N … E` is only a way to write the name in it.
    case .nestedName where nodes[Int(node.firstChild)].nextSibling == .none:
      return earlier[Int(node.firstChild)]
    default: break
    }
    if abstraction != .nothing,
      let abstract = abstractFingerprint(of: index, after: earlier, without: abstraction)
    {
      return abstract
    }
    var result = Fingerprint(node.kind, node.value)
    if node.firstChild == .none {
      result.combine(text(of: index))
    } else {
      for child in children(of: index) { result.combine(earlier[child]) }
    }
    return result
  }

  private func abstractFingerprint(
    of index: Int, after earlier: [Fingerprint], without abstraction: Abstraction
  ) -> Fingerprint? {
    if vaList(index, .parameter) ?? vaList(index, .value) != nil { return Fingerprint(classOf: 1) }
    if longDouble(index) != nil { return Fingerprint(classOf: 2) }
    switch nodes[index].kind {
    case .builtinType:
      return integerClass(of: index).map { Fingerprint(classOf: 2 + UInt64($0.rawValue)) }
    case .callOffset, .subobjectOffset:
      var result = Fingerprint(nodes[index].kind, 0)
      // What is left is the form and the signs.
      for byte in text(of: index) where !byte.isDigit { result.combine(UInt64(byte)) }
      return result
    case .literal where abstraction == .dataModelAndValues:
      guard let type = firstChild(of: index), integerClass(of: type) != nil else { return nil }
      var result = Fingerprint(.literal, 0)
      result.combine(earlier[type])
      return result
    case .arrayType, .vectorType, .bitInt:
      guard abstraction == .dataModelAndValues, let number = firstChild(of: index),
        nodes[number].kind == .number
      else { return nil }
      var result = Fingerprint(nodes[index].kind, nodes[index].value)
      for child in children(of: index).dropFirst() { result.combine(earlier[child]) }
      return result
    default: return nil
    }
  }
}
