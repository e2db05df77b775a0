internal import Glibc
package import SystemPackage

/// A directory for the files of one job. It vanishes with the value, and when the process is told
/// to stop.
package struct ScratchDirectory: ~Copyable {
  package let path: FilePath

  /// Makes a directory in `$TMPDIR` or `/tmp` that only this user can read.
  ///
  /// - Throws: `InputError` that names the directory when that does not work.
  package init() throws(InputError) {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    var template = Array("\(parent.isEmpty ? "/tmp" : parent)/abitool.XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
    guard let made else {
      let reason = Errno(rawValue: errno)
      throw InputError(
        .cannotWrite, path: parent.isEmpty ? "/tmp" : parent,
        "cannot make a temporary directory: \(reason)")
    }
    path = FilePath(made)
    TemporaryFiles.add(path)
  }

  deinit {
    TemporaryFiles.removeTree(path)
    TemporaryFiles.remove(path)
  }

  package func appending(_ name: String) -> FilePath { path.appending(name) }

  /// Writes a file into the directory.
  package func write(_ contents: [UInt8], as name: String) throws(InputError) -> FilePath {
    let file = appending(name)
    do {
      let descriptor = try FileDescriptor.open(
        file, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: .ownerReadWrite)
      try descriptor.closeAfter { _ = try descriptor.writeAll(contents) }
    } catch {
      throw InputError(.cannotWrite, path: file.string, "cannot write: \(error)")
    }
    return file
  }
}
