import Foundation
import TestSupport

/// A row of `fixtures/ld/planted.tsv`.
struct PlantedSymbol {
  var name: String
  var letter: String
  var kernels: String
  var archs: String
  var note: String
  /// The comment line above, which heads a group of rows.
  var section: String

  /// The name as ABI texts and findings spell it, without version.
  var spelled: String { String(name.prefix { $0 != "@" }) }

  var isToBeRejected: Bool {
    // Extraction leaves these out.
    guard !["U", "w", "-"].contains(letter), !section.hasPrefix("weak and unique"),
      !section.hasPrefix("internal")
    else { return false }
    // Dropped whatever its binding: no program refers to it.
    if name.hasPrefix("_ZTC") { return false }
    // The same name and size with other contents; one name everywhere.
    if name.hasPrefix("_ZTIN4Base13Irq") || name.hasPrefix("_ZTVN4Base13Irq") { return false }
    if note.hasPrefix("long double") { return false }
    // Only notes and warnings: alignment, and the bits of st_other on some architectures.
    if note.hasPrefix("alignment") || note.hasPrefix("st_other") { return false }
    // A weak definition is one.
    if note == "binding" { return false }
    // The second name of an alias group is reported, not its leader.
    if name == "ld_tick_count" { return false }
    return section.hasPrefix("kernel-specific") || section.hasPrefix("differs")
      || section.hasPrefix("exists on some")
  }

  static func all() throws -> [PlantedSymbol] {
    let table = try String(
      contentsOf: packageRoot.appendingPathComponent("fixtures/ld/planted.tsv"), encoding: .utf8)
    var section = ""
    var rows: [PlantedSymbol] = []
    for line in table.split(separator: "\n") {
      if line.hasPrefix("# ") {
        section = String(line.dropFirst(2))
        continue
      }
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard fields.count >= 4 else { continue }
      rows.append(
        PlantedSymbol(
          name: fields[0], letter: fields[1], kernels: fields[2], archs: fields[3],
          note: fields.count > 4 ? fields[4] : "", section: section))
    }
    return rows
  }
}
