internal import AbiModel
internal import Findings
internal import Glibc
internal import Support

/// The files that a check of programs is about: those named, and what is in directories.
public struct ProgramFiles: Sendable {
  /// A path, and whether it was found in a directory: such files may be anything.
  public struct File: Hashable, Sendable {
    /// The path, as the user named the file or the directory above it.
    public var path: String
    /// Whether it was found in a directory.
    public var isFound: Bool
  }

  /// Without repetitions; what was found in directories is sorted.
  public private(set) var files: [File] = []
  private var seen: Set<FileIdentity> = []

  /// Directories are searched with all below them; symbolic links to directories are not followed.
  public init(_ paths: [String]) {
    for path in paths {
      var status = stat()
      if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        search(path)
      } else {
        files.append(File(path: path, isFound: false))
      }
    }
  }

  private mutating func search(_ directory: String) {
    var pending = [
      directory.count > 1 && directory.hasSuffix("/") ? String(directory.dropLast()) : directory
    ]
    while let directory = pending.popLast() {
      for name in Sysroot("").entries(of: directory) {
        let path = "\(directory == "/" ? "" : directory)/\(name)"
        var status = stat()
        guard lstat(path, &status) == 0 else { continue }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: pending.append(path)
        case S_IFREG where Self.isDynamicElf(path):
          // Hard links are one file.
          if let identity = FileIdentity(path: path), seen.insert(identity).inserted {
            files.append(File(path: path, isFound: true))
          }
        default: continue
        }
      }
    }
    files.sort { $0.path < $1.path }
  }

  /// Whether the file begins as a program or library of this version of ELF does (`e_type`
  /// `ET_EXEC` or `ET_DYN`).
  private static func isDynamicElf(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return withUnsafeTemporaryAllocation(byteCount: 18, alignment: 2) { head in
      guard let start = head.baseAddress, read(descriptor, start, 18) == 18,
        head[0] == 0x7f, head[1] == UInt8(ascii: "E"), head[2] == UInt8(ascii: "L"),
        head[3] == UInt8(ascii: "F")
      else { return false }
      let type = head[5] == 2 ? head[17] : head[16]
      return type == 2 || type == 3
    }
  }
}
