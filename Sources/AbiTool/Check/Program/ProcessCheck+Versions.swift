internal import AbiModel
internal import Findings
internal import Support

// Version nodes: what the dynamic linker checks before it looks up a symbol.
extension ProcessCheck {
  /// As `_dl_check_map_versions` does (glibc, elf/dl-version.c).
  mutating func checkVersionNeeds(of index: Int) {
    let object = process.loaded[index].object
    var unchecked: Set<ByteName> = []
    for version in object.versions {
      guard let version, let file = version.file else { continue }
      guard let provider = process.loaded.firstIndex(where: { $0.isNamed(file) }) else {
        // A missing library is reported as such.
        continue
      }
      let target = process.loaded[provider].object
      guard target.hasVersionDefinitions else {
        if unchecked.insert(file).inserted {
          reportNeed(
            .versionUnchecked, needed: file, of: index,
            "\(name(of: provider)) has no versions, and one of it is needed"
          )
        }
        continue
      }
      guard !target.definedVersions.contains(version.name) else { continue }
      reportNeed(
        .versionMissing, severity: version.isWeak ? .warning : nil, version: version.name,
        needed: file, of: index,
        "\(name(of: provider)) does not define version \(version.name.spelled) of \(file.spelled)"
      )
    }
  }

  /// Whether the version node itself is not there, which has been reported.
  func isNodeMissing(_ version: LinkObject.Version) -> Bool {
    guard let file = version.file,
      let target = process.loaded.first(where: { $0.isNamed(file) })?.object
    else { return false }
    return target.hasVersionDefinitions && !target.definedVersions.contains(version.name)
  }
}
