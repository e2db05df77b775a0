internal import Glibc
public import SystemPackage

/// Where the results of a command go.
public enum OutputPlace: Hashable, Sendable {
  case standardOutput
  case file(FilePath)
  /// - isMade: whether it is to be made.
  case directory(FilePath, isMissing: Bool)

  /// What a user means by the value of `-o`: standard output by `-` and by nothing; a directory by
  /// the name of one, and by a name that ends in a slash; else a file.
  public init(_ name: String?) {
    guard let name, name != "-", FilePath(name) != OutputFile.standardOutput else {
      self = .standardOutput
      return
    }
    let path = FilePath(name)
    var status = stat()
    let isThere = stat(path.string, &status) == 0
    if isThere, status.st_mode & S_IFMT == S_IFDIR {
      self = .directory(path, isMissing: false)
    } else if name.hasSuffix("/") {
      self = .directory(path, isMissing: true)
    } else {
      self = .file(path)
    }
  }

  /// The file for a result; nil for standard output.
  ///
  /// - Parameter name: what the result is called in a directory.
  public func path(of name: @autoclosure () -> String) -> FilePath? {
    switch self {
    case .standardOutput: nil
    case .file(let path): path
    case .directory(let path, _): path.appending(name())
    }
  }

  /// Does `work`, for which the directory is there. One that was made for it does not stay when
  /// nothing came into it.
  ///
  /// - Throws: `InputError` when the directory cannot be made, or what `work` throws.
  public func prepared<Result>(for work: () async throws -> Result) async throws -> Result {
    guard case .directory(let path, isMissing: true) = self else { return try await work() }
    guard mkdir(path.string, 0o777) == 0 || errno == EEXIST else {
      throw InputError(
        .cannotWrite, path: "\(path)/", "cannot make the directory: \(Errno(rawValue: errno))")
    }
    // Fails, as it should, when there is something in it.
    defer { rmdir(path.string) }
    return try await work()
  }
}
