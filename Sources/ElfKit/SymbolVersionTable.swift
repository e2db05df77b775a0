/// `vs_vers`: an entry of `.gnu.version`, which has one for each dynamic symbol (gABI GNU
/// versioning "Symbol Version Table").
public struct VersionIndex: RawRepresentable, Hashable, Sendable {
  /// The entry as it is in the file.
  public var rawValue: UInt16

  /// An entry of `.gnu.version`, or `vna_other` of a version need.
  @inline(__always)
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// An entry with the number of a version, which has 15 bits, and the hidden bit.
  @inline(__always)
  public init(number: UInt16, isHidden: Bool = false) {
    rawValue = number & Self.numberBits | (isHidden ? Self.hiddenBit : 0)
  }

  /// `VER_NDX_LOCAL`; see ``SymbolVersionTable/Meaning/local``.
  public static let local = VersionIndex(rawValue: 0)
  /// `VER_NDX_GLOBAL`: global, without a version.
  public static let global = VersionIndex(rawValue: 1)

  /// `VERSYM_HIDDEN`, a bit of ``rawValue``.
  static let hiddenBit: UInt16 = 0x8000
  /// `VERSYM_VERSION`, the bits of ``rawValue`` that number a version.
  static let numberBits: UInt16 = 0x7fff

  /// The number of the version without the hidden bit: `vd_ndx` or `vna_other` of its record.
  public var number: UInt16 { rawValue & Self.numberBits }

  /// `VERSYM_HIDDEN`: not the definition that a reference without version is bound to by link
  /// editors.
  public var isHidden: Bool { rawValue & Self.hiddenBit != 0 }
}

/// What the entries of `.gnu.version` stand for, by the records of the file.
///
/// A number is looked up in both chains of records, as the dynamic linker of glibc does
/// (`_dl_check_map_versions`): a definition counts before a need.
public struct SymbolVersionTable: Sendable {
  /// What an entry stands for.
  public enum Meaning: Hashable, Sendable {
    /// `VER_NDX_LOCAL`: no version. By the specification the symbol is not available to other
    /// files. Link editors and dynamic linkers disagree on definitions:
    ///
    /// | | |
    /// |---|---|
    /// | ld.bfd, gold after 2.45, glibc, musl | take them for unversioned symbols |
    /// | gold up to 2.45, mold | ignore them |
    /// | lld | refuses the file |
    ///
    /// Undefined symbols with this index are unversioned for all (`VER_NDX_NONE`): ld.bfd writes
    /// it up to 2.34 and from 2.46 on.
    case local
    /// `VER_NDX_GLOBAL`, or the number of the definition that stands for the file itself
    /// (`VER_FLG_BASE`): no version.
    case global
    /// A version that the file defines: its position in ``SymbolVersions/definitions``.
    case definition(Int)
    /// A version of another file: its position in ``SymbolVersions/needs``. On a definition it is
    /// the version of an object that has been copied from there.
    case need(Int)
    /// A number without a record. Link editors refuse the file.
    case undefined

    /// Whether a symbol has no version, for those that go by ``local`` as ld.bfd and glibc do.
    public var isUnversioned: Bool { self == .local || self == .global }
  }

  /// The records of the file.
  public let versions: SymbolVersions
  /// By number.
  private var meanings: [Meaning] = [.local, .global]

  /// A table by the records of a file.
  public init(_ versions: SymbolVersions) {
    self.versions = versions
    for (position, need) in versions.needs.enumerated() {
      setMeaning(of: need.index, .need(position))
    }
    for (position, definition) in versions.definitions.enumerated() {
      setMeaning(of: definition.index, definition.isBase ? .global : .definition(position))
    }
  }

  private mutating func setMeaning(of number: UInt16, _ meaning: Meaning) {
    while meanings.count <= Int(number) { meanings.append(.undefined) }
    meanings[Int(number)] = meaning
  }

  /// What an entry stands for, whether hidden or not.
  public subscript(index: VersionIndex) -> Meaning {
    let number = Int(index.number)
    return number < meanings.count ? meanings[number] : .undefined
  }

  /// The definition that stands for the file itself (`VER_FLG_BASE`). Nil when there is none.
  public var base: SymbolVersions.Definition? { versions.definitions.first { $0.isBase } }

  /// The name of a version, in bytes. Nil for those without one.
  public func name(of meaning: Meaning) -> [UInt8]? {
    switch meaning {
    case .local, .global, .undefined: nil
    case .definition(let position): versions.definitions[position].name
    case .need(let position): versions.needs[position].name
    }
  }
}

extension ElfFile {
  /// Reads the version records and numbers them.
  ///
  /// - Throws: `ElfError` when the records do not form a chain inside their table.
  public func symbolVersionTable() throws(ElfError) -> SymbolVersionTable {
    SymbolVersionTable(try symbolVersions())
  }
}
