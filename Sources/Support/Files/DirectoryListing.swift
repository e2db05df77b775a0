internal import Glibc
package import SystemPackage

/// The names of the files in a directory.
package enum DirectoryListing {
  /// Sorted, without hidden ones. Nil when the directory cannot be read.
  package static func names(in directory: FilePath) -> [String]? {
    guard let stream = opendir(directory.string.isEmpty ? "." : directory.string) else {
      return nil
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
