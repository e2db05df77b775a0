public import SystemPackage

/// Names of results that are made from many files.
public enum OutputNames {
  /// `libfoo` for `libfoo.so.1.2`, `ld-nova` for `ld-nova.lib.so`, the whole name otherwise.
  public static func name(for path: FilePath) -> String {
    let whole = path.lastComponent?.string ?? path.string
    var end = whole.endIndex
    // Versions behind `.so`: digits and dots.
    while end > whole.startIndex, let last = whole[..<end].last, last.isNumber || last == "." {
      end = whole.index(before: end)
    }
    for suffix in [".lib.so", ".so"] where whole[..<end].hasSuffix(suffix) {
      let stem = whole[..<end].dropLast(suffix.count)
      if !stem.isEmpty { return String(stem) }
    }
    return whole
  }

  /// One name for each path. Those that would be the same are the whole names of the files.
  ///
  /// - Throws: `InputError` when two files have the same name altogether.
  public static func names(for paths: [FilePath]) throws(InputError) -> [String] {
    var uses: [String: Int] = [:]
    for path in paths { uses[name(for: path), default: 0] += 1 }
    var seen: Set<String> = []
    var result: [String] = []
    for path in paths {
      let short = name(for: path)
      let name = uses[short] == 1 ? short : path.lastComponent?.string ?? short
      guard seen.insert(name).inserted else {
        throw InputError(
          path: path.string, "another file has the name \(name) too; write them to different places"
        )
      }
      result.append(name)
    }
    return result
  }
}
