internal import CElf
internal import Glibc

/// Symbol versions that a file defines and needs (gABI GNU versioning: `.gnu.version_d`,
/// `.gnu.version_r`). Names are bytes.
public struct SymbolVersions: Hashable, Sendable {
  /// A version definition (`Verdef`).
  public struct Definition: Hashable, Sendable {
    /// `vd_ndx`, what `.gnu.version` refers to.
    public var index: UInt16
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
    public var name: [UInt8]
    /// `vn_file`: the SONAME of the file that is to define it.
    public var file: [UInt8]
    /// `VER_FLG_WEAK`.
    public var isWeak: Bool
    /// The hidden bit of `vna_other`: an unversioned definition does not do.
    public var isHidden = false
  }

  public var definitions: [Definition] = []
  public var needs: [Need] = []

  public init() {}
}

extension ElfFile {
  /// Reads the version definitions and needs.
  ///
  /// - Throws: `ElfError` when the records do not form a chain inside their section.
  public func symbolVersions() throws(ElfError) -> SymbolVersions {
    try symbolVersions(try locateDynamicTables())
  }

  func symbolVersions(_ tables: DynamicTables) throws(ElfError) -> SymbolVersions {
    var result = SymbolVersions()
    if let verdef = tables.verdef { result.definitions = try definitions(verdef) }
    if let verneed = tables.verneed { result.needs = try needs(verneed) }
    return result
  }

  private func definitions(_ chain: DynamicTables.Chain) throws(ElfError)
    -> [SymbolVersions.Definition]
  {
    let data = try data(chain.range, as: ELF_T_VDEF, "the version definitions")
    var strings = StringReader(
      bytes(try self.data(chain.strings, as: ELF_T_BYTE, "a string table")))
    var budget = AuxiliaryBudget(bytes: chain.range.size)
    var result: [SymbolVersions.Definition] = []
    var offset = 0
    for _ in 0..<chain.count {
      var raw = GElf_Verdef()
      guard gelf_getverdef(data, Int32(clamping: offset), &raw) != nil else {
        throw .malformed("version definition at byte \(offset) of its section")
      }
      var names: [[UInt8]] = []
      var auxiliary = offset + Int(raw.vd_aux)
      for _ in 0..<raw.vd_cnt {
        try budget.spend()
        var aux = GElf_Verdaux()
        guard gelf_getverdaux(data, Int32(clamping: auxiliary), &aux) != nil else {
          throw .malformed("name of the version definition at byte \(offset) of its section")
        }
        names.append(try strings.name(at: UInt64(aux.vda_name), "a version definition"))
        guard aux.vda_next != 0 else { break }
        auxiliary += Int(aux.vda_next)
      }
      guard let name = names.first else {
        throw .malformed("version definition \(raw.vd_ndx) has no name")
      }
      result.append(
        .init(
          index: VersionIndex(rawValue: raw.vd_ndx).number, name: name, parents: Array(names.dropFirst()),
          isBase: raw.vd_flags & UInt16(VER_FLG_BASE) != 0,
          isWeak: raw.vd_flags & UInt16(VER_FLG_WEAK) != 0))
      guard raw.vd_next != 0 else { break }
      offset += Int(raw.vd_next)
    }
    return result
  }

  private func needs(_ chain: DynamicTables.Chain) throws(ElfError) -> [SymbolVersions.Need] {
    let data = try data(chain.range, as: ELF_T_VNEED, "the version needs")
    var strings = StringReader(
      bytes(try self.data(chain.strings, as: ELF_T_BYTE, "a string table")))
    var budget = AuxiliaryBudget(bytes: chain.range.size)
    var result: [SymbolVersions.Need] = []
    var offset = 0
    for _ in 0..<chain.count {
      var raw = GElf_Verneed()
      guard gelf_getverneed(data, Int32(clamping: offset), &raw) != nil else {
        throw .malformed("version need at byte \(offset) of its section")
      }
      let file = try strings.name(at: UInt64(raw.vn_file), "a version need")
      var auxiliary = offset + Int(raw.vn_aux)
      for _ in 0..<raw.vn_cnt {
        try budget.spend()
        var aux = GElf_Vernaux()
        guard gelf_getvernaux(data, Int32(clamping: auxiliary), &aux) != nil else {
          throw .malformed("version need at byte \(auxiliary) of its section")
        }
        let index = VersionIndex(rawValue: aux.vna_other)
        result.append(
          .init(
            index: index.number,
            name: try strings.name(at: UInt64(aux.vna_name), "a version need"),
            file: file, isWeak: aux.vna_flags & UInt16(VER_FLG_WEAK) != 0,
            isHidden: index.isHidden))
        guard aux.vna_next != 0 else { break }
        auxiliary += Int(aux.vna_next)
      }
      guard raw.vn_next != 0 else { break }
      offset += Int(raw.vn_next)
    }
    return result
  }
}

/// Bounds the auxiliary records of a chain by what its bytes can hold, so that records that
/// share their names cannot make reading quadratic.
private struct AuxiliaryBudget {
  var left: UInt64

  /// The smallest auxiliary record (`Verdaux`) has 8 bytes.
  init(bytes: UInt64) { left = bytes / 8 }

  mutating func spend() throws(ElfError) {
    guard left > 0 else { throw .malformed("version records overlap") }
    left -= 1
  }
}
