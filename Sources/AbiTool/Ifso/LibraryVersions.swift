internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// The versions that a library defines and needs, in its own order: linkers list those that a
/// program needs in the order in which its libraries define them.
struct LibraryVersions {
  private(set) var definitions: [SharedObject.Version] = []
  private(set) var needs: [SharedObject.VersionNeed] = []
  /// The name of the definition that stands for the file itself.
  private(set) var base: [UInt8]?

  /// What each version index of the file stands for: a position in ``definitions`` or, from there
  /// on, in ``needs``, counted from 1; 0 for no version. Nil for an index that is not defined.
  private var positions: [UInt16?] = [0, 0]

  init(_ table: SymbolVersions) {
    for definition in table.definitions {
      guard !definition.isBase else {
        base = definition.name
        setPosition(0, of: definition.index)
        continue
      }
      definitions.append(
        SharedObject.Version(
          name: definition.name, parents: definition.parents, isWeak: definition.isWeak))
      setPosition(definitions.count, of: definition.index)
    }
    for (number, need) in table.needs.enumerated() {
      let version = SharedObject.Version(name: need.name, isWeak: need.isWeak)
      if let last = needs.indices.last, needs[last].file == need.file {
        needs[last].versions.append(version)
      } else {
        needs.append(SharedObject.VersionNeed(file: need.file, versions: [version]))
      }
      setPosition(definitions.count + number + 1, of: need.index)
    }
  }

  private mutating func setPosition(_ position: Int, of index: UInt16) {
    while positions.count <= Int(index) { positions.append(nil) }
    positions[Int(index)] = UInt16(clamping: position)
  }

  /// The position of a symbol's version, counted from 1; 0 for none.
  @inline(__always)
  func position(of symbol: ElfSymbol) throws(ElfError) -> UInt16 {
    let index = Int(symbol.versionIndex)
    guard index < positions.count, let position = positions[index] else {
      // Without version records the table may hold anything; nobody reads it then.
      if positions.count == 2 { return 0 }
      throw ElfError(
        .malformed, "malformed ELF file: a symbol has version \(index), which is not defined")
    }
    // A version of another file on a definition is that of a symbol copied from there.
    if symbol.isDefined, Int(position) > definitions.count { return 0 }
    return position
  }
}
