internal import CElf

/// The version definitions and needs (`.gnu.version_d`, `.gnu.version_r`; gABI GNU versioning).
extension SharedObject {
  private static let verdefSize = 20
  private static let verdauxSize = 8
  private static let verneedSize = 16
  private static let vernauxSize = 16

  /// In bytes. The definition for the file itself comes first.
  var verdefSize: Int {
    versions.reduce(Self.verdefSize + Self.verdauxSize) {
      $0 + Self.verdefSize + (1 + $1.parents.count) * Self.verdauxSize
    }
  }

  /// gABI GNU versioning "Version Definitions".
  func writeVerdef(_ strings: DynamicStrings, _ writer: FieldWriter, at offset: Int) {
    var fields = FieldSequence(writer, at: offset)
    let base = Version(name: baseVersionName)
    for (index, version) in ([base] + versions).enumerated() {
      let names = [version.name] + version.parents
      let size = Self.verdefSize + names.count * Self.verdauxSize
      fields.half(UInt16(VER_DEF_CURRENT))  // vd_version
      fields.half(UInt16(index == 0 ? VER_FLG_BASE : version.isWeak ? VER_FLG_WEAK : 0))
      fields.half(UInt16(index + 1))  // vd_ndx
      fields.half(UInt16(names.count))  // vd_cnt
      fields.word(version.name.withUnsafeBytes { SymbolHash.sysv($0) })  // vd_hash
      fields.word(UInt32(Self.verdefSize))  // vd_aux
      fields.word(index == versions.count ? 0 : UInt32(size))  // vd_next
      for (place, name) in names.enumerated() {
        fields.word(strings.offset(of: name))  // vda_name
        fields.word(place == names.count - 1 ? 0 : UInt32(Self.verdauxSize))  // vda_next
      }
    }
  }

  /// In bytes.
  var verneedSize: Int {
    needs.reduce(0) { $0 + Self.verneedSize + $1.versions.count * Self.vernauxSize }
  }

  /// gABI GNU versioning "Version Requirements".
  func writeVerneed(_ strings: DynamicStrings, _ writer: FieldWriter, at offset: Int) {
    var fields = FieldSequence(writer, at: offset)
    var position = versions.count
    for (index, need) in needs.enumerated() {
      let size = Self.verneedSize + need.versions.count * Self.vernauxSize
      fields.half(UInt16(VER_NEED_CURRENT))  // vn_version
      fields.half(UInt16(need.versions.count))  // vn_cnt
      fields.word(strings.offset(of: need.file))  // vn_file
      fields.word(UInt32(Self.verneedSize))  // vn_aux
      fields.word(index == needs.count - 1 ? 0 : UInt32(size))  // vn_next
      for (place, version) in need.versions.enumerated() {
        position += 1
        fields.word(version.name.withUnsafeBytes { SymbolHash.sysv($0) })  // vna_hash
        fields.half(version.isWeak ? UInt16(VER_FLG_WEAK) : 0)  // vna_flags
        // vna_other
        fields.half(
          VersionIndex(number: UInt16(position + 1), isHidden: version.isHidden).rawValue)
        fields.word(strings.offset(of: version.name))  // vna_name
        let isLast = place == need.versions.count - 1
        fields.word(isLast ? 0 : UInt32(Self.vernauxSize))  // vna_next
      }
    }
  }

  /// How many versions symbols can have.
  var versionCount: Int { needs.reduce(versions.count) { $0 + $1.versions.count } }

  /// Whether `.gnu.version` says more than that all symbols are global and without version.
  func hasVersionTable(_ symbols: DynamicSymbolTable) -> Bool {
    versionCount > 0 || symbols.hasVersions
  }

  /// Whether there is a `.gnu.version_d`. Nobody reads `.gnu.version` without version records, so
  /// the one for the file itself is there where no other is.
  func definesVersions(_ symbols: DynamicSymbolTable) -> Bool {
    !versions.isEmpty || needs.isEmpty && hasVersionTable(symbols)
  }

  /// - Throws: `ElfError` when indices or counts have more bits than their fields.
  func checkVersions() throws(ElfError) {
    guard versionCount <= Self.maximumVersionCount else {
      throw ElfError(.limit, "\(versionCount) versions are more than vs_vers can number")
    }
    guard versions.allSatisfy({ $0.parents.count < Int(UInt16.max) }) else {
      throw ElfError(.limit, "a version inherits from more versions than vd_cnt can count")
    }
  }
}
