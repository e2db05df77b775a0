/// The version definitions (`.gnu.version_d`; gABI GNU versioning "Version Definitions").
extension SharedObject {
  private static let verdefSize = 20
  private static let verdauxSize = 8

  /// In bytes. The definition for the file itself comes first.
  var verdefSize: Int {
    versions.reduce(Self.verdefSize + Self.verdauxSize) {
      $0 + Self.verdefSize + (1 + $1.parents.count) * Self.verdauxSize
    }
  }

  func writeVerdef(_ strings: DynamicStrings, _ writer: FieldWriter, at offset: Int) {
    var fields = FieldSequence(writer, at: offset)
    let base = Version(name: baseVersionName)
    for (index, version) in ([base] + versions).enumerated() {
      let names = [version.name] + version.parents
      let size = Self.verdefSize + names.count * Self.verdauxSize
      // VER_FLG_BASE, VER_FLG_WEAK.
      let flags: UInt16 = index == 0 ? 1 : version.isWeak ? 2 : 0
      fields.half(1)  // vd_version: VER_DEF_CURRENT
      fields.half(flags)
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

  /// - Throws: `ElfError` when indices or counts have more bits than their fields.
  func checkVersions() throws(ElfError) {
    // vs_vers has 15 bits beside VERSYM_HIDDEN; 0 and 1 are taken, and 0x7fff stays free.
    guard versions.count <= 0x7fff - 2 else {
      throw ElfError(.limit, "\(versions.count) versions are more than vs_vers can number")
    }
    guard versions.allSatisfy({ $0.parents.count < Int(UInt16.max) }) else {
      throw ElfError(.limit, "a version inherits from more versions than vd_cnt can count")
    }
  }
}
