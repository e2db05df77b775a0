internal import Glibc

/// What makes two paths one file: device and inode.
package struct FileIdentity: Hashable {
  package var device: UInt64
  package var inode: UInt64

  /// Nil when nothing is at `path`.
  package init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(of: status)
  }

  init(of status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }

  /// Whether two paths lead to one file.
  package static func isSame(_ one: String, _ other: String) -> Bool {
    guard let left = FileIdentity(path: one), let right = FileIdentity(path: other) else {
      return false
    }
    return left == right
  }
}
