internal import Glibc
internal import SystemPackage

/// Paths without symbolic links.
package enum RealPath {
  /// `realpath`; nil when nothing is at `path`.
  package static func of(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// What a symbolic link says; nil when `path` is none.
  static func link(at path: FilePath) -> FilePath? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 1) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let count = readlink(path.string, start, Int(PATH_MAX))
      guard count > 0 else { return nil }
      start[count] = 0
      return FilePath(platformString: start)
    }
  }
}
