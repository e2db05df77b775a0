public import SystemPackage

/// Names of results that are made from many files.
public enum OutputNames {
  /// `libfoo` for `libfoo.so.1.2`, `ld-nova` for `ld-nova.lib.so`, the whole name otherwise.
  public static func name(for path: FilePath) -> String {
    let whole = path.lastComponent?.string ?? path.string
    let unversioned = withoutVersion(whole)
    for suffix in [".lib.so", ".so"] where unversioned.hasSuffix(suffix) {
      let stem = unversioned.dropLast(suffix.count)
      if !stem.isEmpty { return String(stem) }
    }
    return whole
  }

  /// Whether a file's name is that of a shared object: `libz.so`, `libz.so.1.2`.
  public static func isSharedObject(_ name: String) -> Bool {
    withoutVersion(name).hasSuffix(".so")
  }

  /// Without what follows `.so` as a version: digits and dots.
  private static func withoutVersion(_ name: String) -> Substring {
    var rest = name[...]
    while let last = rest.last, last.isNumber || last == "." { rest.removeLast() }
    return rest
  }

  /// One name for each path: the short one, where several files would have that the whole name of
  /// the file, and where several have that too the path with `_` for its slashes.
  ///
  /// - Throws: `InputError` when a path is there twice.
  public static func names(for paths: [FilePath]) throws(InputError) -> [String] {
    let forms: [(FilePath) -> String] = [
      name(for:),
      { $0.lastComponent?.string ?? $0.string },
      { String($0.string.drop(while: { $0 == "/" }).map { $0 == "/" ? "_" : $0 }) },
    ]
    var names = [String?](repeating: nil, count: paths.count)
    var taken: Set<String> = []
    for form in forms {
      var uses: [String: Int] = [:]
      let open = paths.indices.filter { names[$0] == nil }
      for index in open { uses[form(paths[index]), default: 0] += 1 }
      for index in open where uses[form(paths[index])] == 1 {
        if taken.insert(form(paths[index])).inserted { names[index] = form(paths[index]) }
      }
    }
    var result: [String] = []
    for (path, name) in zip(paths, names) {
      guard let name else { throw InputError(.usage, path: path.string, "the file is named twice") }
      result.append(name)
    }
    return result
  }
}
