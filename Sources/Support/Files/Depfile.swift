public import SystemPackage

/// Dependencies in the form of Make, as compilers write them with `-MF`.
public enum Depfile {
  /// One rule: the target and what it is made from.
  public static func text(target: FilePath, prerequisites: [FilePath]) -> [UInt8] {
    let names = prerequisites.map { escaped($0.string) }
    return Array("\(escaped(target.string)): \(names.joined(separator: " "))\n".utf8)
  }

  private static func escaped(_ name: String) -> String {
    var result = ""
    for character in name {
      switch character {
      case " ", "#", "\\": result += "\\\(character)"
      case "$": result += "$$"
      default: result.append(character)
      }
    }
    return result
  }
}
