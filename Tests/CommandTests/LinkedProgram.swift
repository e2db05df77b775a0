import Foundation
import TestSupport

/// The linkers whose programs are compared, by their names for `-fuse-ld=`.
enum Linker: String, CaseIterable, Sendable, CustomStringConvertible {
  case bfd, gold, lld, mold

  var description: String { rawValue }
}

/// A program, as far as the ABI of a library determines it.
///
/// Linkers take more from a library than what it promises, and leave traces of it:
///
/// - GNU ld: names in `.dynstr` are in the order in which the library's hash table has them;
/// - gold and mold: undefined functions have the size that the function has in the library, and
///   symbols, with them copies of objects, the order that they have in it.
struct LinkedProgram {
  let path: String

  /// What must be the same in a program linked against a stub.
  func essence(of linker: Linker) throws -> String {
    switch linker {
    case .bfd, .lld:
      // Sections, segments, dynamic entries, versions, relocations, symbols and code.
      let code = try succeed("objdump", ["-d", "--no-show-raw-insn", path])
      return try succeed("readelf", ["-hlSdVrsW", path])
        + code.split(separator: "\n").dropFirst().joined(separator: "\n")
    case .gold, .mold:
      return try
        (entries("-s", Self.symbol) + entries("-r", Self.relocation)
        + entries("-d", Self.dynamicEntry))
        .joined(separator: "\n")
    }
  }

  private func entries(_ option: String, _ describe: (String) -> String?) throws -> [String] {
    try succeed("readelf", ["-W", option, path]).split(separator: "\n")
      .compactMap { describe(String($0)) }.sorted()
  }

  /// `NUM: VALUE SIZE TYPE BIND VIS NDX NAME` with what places and functions have to do with.
  private static func symbol(_ line: String) -> String? {
    let words = line.split(separator: " ").map(String.init)
    guard words.count >= 8, words[0].hasSuffix(":") else { return nil }
    let size = words[3] == "OBJECT" || words[3] == "TLS" ? words[2] : "-"
    // The index of a version depends on the order of symbols.
    return ([size] + words[3...]).filter { !$0.hasPrefix("(") }.joined(separator: " ")
  }

  /// `OFFSET INFO TYPE VALUE NAME + ADDEND` without numbers.
  private static func relocation(_ line: String) -> String? {
    let words = line.split(separator: " ").map(String.init)
    guard words.count >= 5, words[2].hasPrefix("R_") else { return nil }
    // An object with several names is copied under the first of them.
    return words[2].hasSuffix("_COPY") ? words[2] : words[2] + " " + words[4]
  }

  /// `TAG (TYPE) VALUE` without addresses.
  private static func dynamicEntry(_ line: String) -> String? {
    let words = line.split(separator: " ").map(String.init)
    guard words.count >= 3, words[0].hasPrefix("0x") else { return nil }
    return words[1] + (words.contains { $0.hasPrefix("[") } ? words[2...].joined() : "")
  }
}
