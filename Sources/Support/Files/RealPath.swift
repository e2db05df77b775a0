internal import Glibc

/// Paths without symbolic links.
package enum RealPath {
  /// `realpath`; nil when nothing is at `path`.
  package static func of(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
