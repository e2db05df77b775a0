internal import AbiModel
internal import Findings
internal import Glibc
internal import Support
internal import Synchronization

/// A directory that is the root of the system in which programs are to run. Paths in programs and
/// symbolic links are taken relative to it, as after `chroot`.
public final class Sysroot: Sendable {
  /// Without a slash at its end; empty for `/`.
  let prefix: String
  /// Directories whose links have been followed, by their path in the system.
  private let directories = Mutex<[String: String?]>([:])
  /// A path with more links than the kernel follows is a loop (`ELOOP`).
  private static let maximumLinks = 40

  /// The root at `path`; empty for the system itself.
  public init(_ path: String) {
    var path = Substring(path)
    while path.last == "/" { path.removeLast() }
    prefix = String(path)
  }

  /// The path on this machine of an absolute `path` of the system, links followed. Nil when
  /// nothing is there.
  func locate(_ path: String) -> String? {
    if prefix.isEmpty { return Self.exists(path) ? path : nil }
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    let directory = String(path[..<slash])
    guard let parent = resolvedDirectory(directory) else { return nil }
    var links = 0
    guard let resolved = resolve(path[path.index(after: slash)...], in: parent, &links) else {
      return nil
    }
    return prefix + resolved
  }

  private func resolvedDirectory(_ path: String) -> String? {
    if let known = directories.withLock({ $0[path] }) { return known }
    var links = 0
    let resolved = resolve(path[...], in: "", &links)
    directories.withLock { $0[path] = resolved }
    return resolved
  }

  /// Follows `path` from the directory `base`, both in terms of the system.
  private func resolve(_ path: Substring, in base: String, _ links: inout Int) -> String? {
    var result = base
    for component in path.split(separator: "/") {
      switch component {
      case ".": continue
      case "..":
        result = String(result[..<(result.lastIndex(of: "/") ?? result.startIndex)])
      default:
        let next = "\(result)/\(component)"
        guard let target = Self.linkTarget(prefix + next) else {
          guard Self.exists(prefix + next) else { return nil }
          result = next
          continue
        }
        links += 1
        guard links <= Self.maximumLinks,
          let followed = resolve(target[...], in: target.hasPrefix("/") ? "" : result, &links)
        else { return nil }
        result = followed
      }
    }
    return result
  }

  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0
  }

  /// The text of a symbolic link; nil for everything else.
  private static func linkTarget(_ path: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let length = readlink(path, start, buffer.count)
      guard length > 0 else { return nil }
      let bytes = UnsafeRawBufferPointer(buffer)[..<length]
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// The path in the system of a file on this machine; the path itself when it is outside.
  func systemPath(of path: String) -> String {
    prefix.isEmpty || !path.hasPrefix(prefix + "/") ? path : String(path.dropFirst(prefix.count))
  }

  /// The entries of a directory of the system, sorted.
  func entries(of directory: String) -> [String] {
    guard let path = locate(directory), let handle = opendir(path) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
