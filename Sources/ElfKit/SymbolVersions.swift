internal import CElf

/// Symbol versions that a file defines and needs (gABI GNU versioning: `.gnu.version_d`,
/// `.gnu.version_r`). Names are bytes.
public struct SymbolVersions: Hashable, Sendable {
  /// A version definition (`Verdef`).
  public struct Definition: Hashable, Sendable {
    /// `vd_ndx`, what `.gnu.version` refers to.
    public var index: UInt16
    /// The name of the version.
    public var name: [UInt8]
    /// The names after the first: the versions that this one inherits from.
    public var parents: [[UInt8]]
    /// `VER_FLG_BASE`: the file itself, not a version of symbols.
    public var isBase: Bool
    /// `VER_FLG_WEAK`.
    public var isWeak: Bool
  }

  /// A version that another file is to define (`Vernaux`).
  public struct Need: Hashable, Sendable {
    /// `vna_other`, what `.gnu.version` refers to.
    public var index: UInt16
    /// The name of the version.
    public var name: [UInt8]
    /// `vn_file`: the SONAME of the file that is to define it.
    public var file: [UInt8]
    /// `VER_FLG_WEAK`.
    public var isWeak: Bool
    /// The hidden bit of `vna_other`: an unversioned definition does not do.
    public var isHidden = false
  }

  /// `.gnu.version_d`, in the order of the file.
  public var definitions: [Definition] = []
  /// `.gnu.version_r`, in the order of the file.
  public var needs: [Need] = []

  /// No versions.
  public init() {}
}

extension ElfFile {
  /// Reads the version definitions and needs.
  ///
  /// - Throws: `ElfError` when the records do not form a chain inside their table.
  public func symbolVersions() throws(ElfError) -> SymbolVersions {
    let tables = try dynamicTables()
    var result = SymbolVersions()
    if let verdef = try tables.verdef.get() { result.definitions = try definitions(verdef) }
    if let verneed = try tables.verneed.get() { result.needs = try needs(verneed) }
    return result
  }

  /// `Verdef` and `Verdaux` (gABI GNU versioning "Version Definitions").
  private func definitions(_ chain: DynamicTables.Chain) throws(ElfError)
    -> [SymbolVersions.Definition]
  {
    var chain = try VersionChain(self, chain, "the version definitions")
    var result: [SymbolVersions.Definition] = []
    var numbers: Set<UInt16> = []
    try chain.forEachRecord(next: 16) { chain, offset throws(ElfError) in
      try chain.requireRevision(offset, UInt16(VER_DEF_CURRENT), "a version definition")
      guard let flags = chain.half(offset + 2), let index = chain.half(offset + 4),
        let count = chain.half(offset + 6), let auxiliary = chain.word(offset + 12)
      else {
        throw .malformed("version definition at byte \(offset) of its table")
      }
      var names: [[UInt8]] = []
      try chain.forEachAuxiliary(at: offset + auxiliary, count: count, next: 4) {
        chain, auxiliary throws(ElfError) in
        guard let name = chain.word(auxiliary) else {
          throw .malformed("name of the version definition at byte \(offset) of its table")
        }
        names.append(try chain.name(at: name, "a version definition"))
      }
      guard numbers.insert(VersionIndex(rawValue: index).number).inserted else {
        throw .malformed("two version definitions have the number \(index)")
      }
      guard let name = names.first else {
        throw .malformed("version definition \(index) has no name")
      }
      result.append(
        .init(
          index: VersionIndex(rawValue: index).number, name: name,
          parents: Array(names.dropFirst()), isBase: flags & UInt16(VER_FLG_BASE) != 0,
          isWeak: flags & UInt16(VER_FLG_WEAK) != 0))
    }
    return result
  }

  /// `Verneed` and `Vernaux` (gABI GNU versioning "Version Requirements").
  private func needs(_ chain: DynamicTables.Chain) throws(ElfError) -> [SymbolVersions.Need] {
    var chain = try VersionChain(self, chain, "the version needs")
    var result: [SymbolVersions.Need] = []
    try chain.forEachRecord(next: 12) { chain, offset throws(ElfError) in
      try chain.requireRevision(offset, UInt16(VER_NEED_CURRENT), "a version need")
      guard let count = chain.half(offset + 2), let fileName = chain.word(offset + 4),
        let auxiliary = chain.word(offset + 8)
      else {
        throw .malformed("version need at byte \(offset) of its table")
      }
      let file = try chain.name(at: fileName, "a version need")
      try chain.forEachAuxiliary(at: offset + auxiliary, count: count, next: 12) {
        chain, auxiliary throws(ElfError) in
        guard let flags = chain.half(auxiliary + 4), let other = chain.half(auxiliary + 6),
          let name = chain.word(auxiliary + 8)
        else {
          throw .malformed("version need at byte \(auxiliary) of its table")
        }
        let index = VersionIndex(rawValue: other)
        result.append(
          .init(
            index: index.number, name: try chain.name(at: name, "a version need"), file: file,
            isWeak: flags & UInt16(VER_FLG_WEAK) != 0, isHidden: index.isHidden))
      }
    }
    return result
  }
}

/// Walks a chain of version records. Their fields have the same places in both classes.
private struct VersionChain {
  private let fields: FieldReader
  private let count: Int
  private var strings: StringReader
  /// How many auxiliary records may still be read: no more than the bytes can hold, so that
  /// records that share them cannot make reading quadratic.
  private var auxiliariesLeft: Int

  init(_ file: borrowing ElfFile, _ chain: DynamicTables.Chain, _ what: String) throws(ElfError) {
    let records = try file.bytes(of: chain.range, what)
    fields = FieldReader(records, file.header.byteOrder)
    count = chain.count
    strings = StringReader(
      try file.bytes(of: chain.strings, "a string table"))
    // The smallest auxiliary record (`Verdaux`) has 8 bytes.
    auxiliariesLeft = records.count / 8
  }

  func half(_ offset: Int) -> UInt16? { fields.read(UInt16.self, at: offset) }
  func word(_ offset: Int) -> Int? { fields.read(UInt32.self, at: offset).map { Int($0) } }

  /// `vd_version`, `vn_version`: dynamic and link editors refuse a file with another one.
  func requireRevision(_ offset: Int, _ current: UInt16, _ what: String) throws(ElfError) {
    guard let revision = half(offset), revision != current else { return }
    throw ElfError(.unknown, "\(what) has the form \(revision), and only \(current) is known")
  }

  mutating func name(at offset: Int, _ what: String) throws(ElfError) -> [UInt8] {
    try strings.name(at: UInt64(offset), what)
  }

  /// - Parameters:
  ///   - next: where a record says how far the next one is: `vd_next`, `vn_next`.
  ///   - body: gets the offset of each record.
  mutating func forEachRecord(
    next: Int, _ body: (inout VersionChain, Int) throws(ElfError) -> Void
  ) throws(ElfError) {
    var offset = 0
    for _ in 0..<count {
      try body(&self, offset)
      guard let distance = word(offset + next), distance != 0 else { return }
      offset += distance
    }
  }

  /// - Parameter next: as for records: `vda_next`, `vna_next`.
  mutating func forEachAuxiliary(
    at start: Int, count: UInt16, next: Int,
    _ body: (inout VersionChain, Int) throws(ElfError) -> Void
  ) throws(ElfError) {
    var offset = start
    for _ in 0..<count {
      guard auxiliariesLeft > 0 else { throw .malformed("version records overlap") }
      auxiliariesLeft -= 1
      try body(&self, offset)
      guard let distance = word(offset + next), distance != 0 else { return }
      offset += distance
    }
  }
}
