internal import Glibc
internal import Synchronization
public import SystemPackage

/// Files that a user named as inputs. Besides regular files these may be pipes and devices:
/// `/dev/stdin`, `/dev/null`, a FIFO, what a shell makes of `<(…)`.
///
/// What can be read only once is read once, to its end, and kept for as long as the process runs,
/// so that every part of a command reads the same bytes.
public enum InputFile {
  /// How much of a pipe or device is read, in bytes.
  public static let limit = 1 << 30

  /// The name of standard input among paths. It need not be one that `open` takes: a socket is
  /// not.
  public static let standardInput: FilePath = "/dev/stdin"

  private static let kept = Mutex<[FileIdentity: FilePath]>([:])

  /// The path of a regular file with the bytes of `path`: that itself, or, for a pipe or device, a
  /// copy of all that comes out of it. What is neither, or is not there, comes back as it is.
  ///
  /// Waits until a FIFO has a writer, and until the last writer closes it.
  ///
  /// - Throws: `InputError` when it cannot be read, or when it does not end within ``limit`` bytes.
  public static func readable(_ path: FilePath) throws(InputError) -> FilePath {
    var status = stat()
    guard stat(path.string, &status) == 0 else { return path }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return path
    // Standard input begins where whoever had it before has left it.
    case S_IFREG where path != standardInput: return path
    default: break
    }
    let identity = FileIdentity(of: status)
    return try kept.withLock { kept throws(InputError) in
      if let copy = kept[identity] { return copy }
      let copy = try copy(path)
      kept[identity] = copy
      return copy
    }
  }

  /// What ``readable(_:)`` has read of `path` before, else `path`. Never waits.
  package static func asRead(_ path: FilePath) -> FilePath {
    kept.withLock { kept in
      guard !kept.isEmpty, let identity = FileIdentity(path: path.string) else { return path }
      return kept[identity] ?? path
    }
  }

  /// Whether the name of the file says nothing of what is in it, as that of a pipe.
  public static func isNameless(_ path: FilePath) -> Bool {
    var status = stat()
    guard path != standardInput else { return true }
    guard stat(path.string, &status) == 0 else { return false }
    return status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR
  }

  private static func copy(_ path: FilePath) throws(InputError) -> FilePath {
    do {
      let copy = try anonymousFile()
      if path == standardInput {
        try transfer(.standardInput, to: copy, path)
      } else {
        let source = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        try source.closeAfter { try transfer(source, to: copy, path) }
      }
      // Opened by this path it is read from its beginning, each time.
      return FilePath("/proc/self/fd/\(copy.rawValue)")
    } catch {
      throw error as? InputError ?? InputError(.cannotRead, path: path.string, "\(error)")
    }
  }

  private static func transfer(
    _ source: FileDescriptor, to copy: FileDescriptor, _ path: FilePath
  ) throws {
    try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
      var size = 0
      while case let count = try source.read(into: buffer), count > 0 {
        size += count
        guard size <= limit else {
          throw InputError(
            .limit, path: path.string,
            "more than \(limit >> 30) GiB, which is the limit for a pipe or device; "
              + "write it to a file and name that")
        }
        try copy.writeAll(buffer[..<count])
      }
    }
  }

  /// A file in `$TMPDIR` or `/tmp` that has no name any more, so that it vanishes with the process.
  private static func anonymousFile() throws -> FileDescriptor {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    let directory = parent.isEmpty ? "/tmp" : parent
    var template = Array("\(directory)/abitool.XXXXXX".utf8CString)
    let descriptor = template.withUnsafeMutableBufferPointer { name in
      guard let name = name.baseAddress else { return Int32(-1) }
      let descriptor = mkstemp(name)
      if descriptor >= 0 { unlink(name) }
      return descriptor
    }
    guard descriptor >= 0 else {
      throw InputError(
        .cannotWrite, path: directory, "cannot make a temporary file: \(Errno(rawValue: errno))")
    }
    fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return FileDescriptor(rawValue: descriptor)
  }
}
