internal import ElfKit

/// The versions that a library defines, in its own order: linkers list those that a program
/// needs in the order in which its libraries define them.
struct LibraryVersions {
  private(set) var definitions: [SharedObject.Version] = []
  /// The name of the definition that stands for the file itself.
  private(set) var base: [UInt8]?
  /// The names, as linkers define absolute symbols of these names.
  private(set) var names = NameSet()
  /// What each version index of the file stands for: a position in ``definitions`` counted from
  /// 1, or 0 for no version of this library. Nil for an index that is not defined.
  private var positions: [UInt16?] = [0, 0]
  private let isEmpty: Bool

  init(_ table: SymbolVersions) {
    isEmpty = table.definitions.isEmpty && table.needs.isEmpty
    for need in table.needs { setPosition(0, of: need.index) }
    for definition in table.definitions {
      guard !definition.isBase else {
        base = definition.name
        setPosition(0, of: definition.index)
        continue
      }
      definitions.append(
        SharedObject.Version(
          name: definition.name, parents: definition.parents, isWeak: definition.isWeak))
      setPosition(UInt16(clamping: definitions.count), of: definition.index)
      definition.name.withUnsafeBytes { _ = names.insert($0) }
    }
  }

  private mutating func setPosition(_ position: UInt16, of index: UInt16) {
    while positions.count <= Int(index) { positions.append(nil) }
    positions[Int(index)] = position
  }

  /// The position of a defined symbol's version, counted from 1; 0 for none.
  @inline(__always)
  func position(of symbol: ElfSymbol) throws(ElfError) -> UInt16 {
    let index = Int(symbol.versionIndex)
    if index < positions.count, let position = positions[index] { return position }
    // Without version definitions the table may hold anything; nobody reads it then.
    guard isEmpty else {
      throw ElfError(
        .malformed, "malformed ELF file: a symbol has version \(index), which is not defined")
    }
    return 0
  }
}
