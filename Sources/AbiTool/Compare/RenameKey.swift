internal import AbiModel
internal import Findings
internal import Mangling
internal import Support

/// What of a C++ name stays when only the width of integer types or the constness of types and
/// member functions changes.
struct RenameKey: Hashable {
  /// What is left out of the key.
  struct Abstraction: OptionSet {
    let rawValue: Int
    /// Which of the signed, or unsigned, integer types it is.
    static let width = Abstraction(rawValue: 1)
    /// `const`.
    static let constness = Abstraction(rawValue: 2)
  }

  private let bytes: [UInt8]

  /// Nil for names that are not C++ or are beyond what compilers make.
  init?(_ name: MangledName, without abstraction: Abstraction = [.width, .constness]) {
    var writer = KeyWriter(name: name, abstraction: abstraction)
    guard writer.write(name.root) else { return nil }
    bytes = writer.bytes
  }
}

/// Writes the tree of a name with all substitutions written out, so that equal structures give
/// equal bytes however they were abbreviated (Itanium C++ ABI 5.1.9 "Compression").
private struct KeyWriter {
  let name: MangledName
  let abstraction: RenameKey.Abstraction
  var bytes: [UInt8] = []
  private var budget = 10_000
  private var depth = 0

  init(name: MangledName, abstraction: RenameKey.Abstraction) {
    self.name = name
    self.abstraction = abstraction
  }

  /// False when the name is too large once it is written out.
  mutating func write(_ place: Int) -> Bool {
    budget -= 1
    depth += 1
    defer { depth -= 1 }
    guard budget > 0, depth < 200 else { return false }
    let index = name.resolved(place)
    let node = name.nodes[index]
    switch node.kind {
    case .builtinType: appendType(name.text(of: index))
    case .cvQualifiers: append(qualifiers: name.text(of: index))
    case .qualifiedType: return writeQualified(index)
    default: return writeOther(index)
    }
    return true
  }

  private mutating func writeOther(_ index: Int) -> Bool {
    let node = name.nodes[index]
    // `N … E` around a plain name is only a way to write it.
    if node.kind == .nestedName, let only = onlyRelevantChild(of: index) { return write(only) }
    bytes.append(UInt8(ascii: "("))
    bytes.append(node.kind.rawValue)
    bytes.append(UInt8(truncatingIfNeeded: node.value))
    bytes.append(UInt8(truncatingIfNeeded: node.value >> 8))
    var hasChildren = false
    for child in name.children(of: index) {
      hasChildren = true
      guard write(child) else { return false }
    }
    if !hasChildren { bytes.append(contentsOf: name.text(of: index)) }
    bytes.append(UInt8(ascii: ")"))
    return true
  }

  /// The child of a nested name without qualifiers that count.
  private func onlyRelevantChild(of index: Int) -> Int? {
    var relevant: [Int] = []
    for child in name.children(of: index) {
      if name.nodes[child].kind == .cvQualifiers, kept(name.text(of: child)).isEmpty { continue }
      relevant.append(child)
    }
    return relevant.count == 1 ? relevant[0] : nil
  }

  /// A type is written bare when none of its qualifiers counts.
  private mutating func writeQualified(_ index: Int) -> Bool {
    var children: [Int] = []
    for child in name.children(of: index) {
      if name.nodes[child].kind == .cvQualifiers, kept(name.text(of: child)).isEmpty { continue }
      children.append(child)
    }
    guard children.count > 1 else { return children.first.map { write($0) } ?? true }
    bytes.append(UInt8(ascii: "("))
    bytes.append(name.nodes[index].kind.rawValue)
    for child in children {
      guard write(child) else { return false }
    }
    bytes.append(UInt8(ascii: ")"))
    return true
  }

  private func kept(_ qualifiers: ArraySlice<UInt8>) -> [UInt8] {
    qualifiers.filter { $0 != UInt8(ascii: "K") || !abstraction.contains(.constness) }
  }

  private mutating func append(qualifiers: ArraySlice<UInt8>) {
    bytes.append(contentsOf: kept(qualifiers))
  }

  /// Itanium C++ ABI 5.1.5 "Builtin types": the letters of short to `__int128`.
  private mutating func appendType(_ type: ArraySlice<UInt8>) {
    guard abstraction.contains(.width), type.count == 1, let letter = type.first else {
      bytes.append(contentsOf: type)
      return
    }
    switch letter {
    case UInt8(ascii: "s"), UInt8(ascii: "i"), UInt8(ascii: "l"), UInt8(ascii: "x"),
      UInt8(ascii: "n"):
      bytes.append(UInt8(ascii: "I"))
    case UInt8(ascii: "t"), UInt8(ascii: "j"), UInt8(ascii: "m"), UInt8(ascii: "y"),
      UInt8(ascii: "o"):
      bytes.append(UInt8(ascii: "U"))
    default: bytes.append(letter)
    }
  }
}
