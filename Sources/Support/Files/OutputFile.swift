internal import Glibc
public import SystemPackage

/// Writes a file whole or not at all: readers see the old bytes or the new ones, and on any error
/// nothing is left or changed.
public struct OutputFile: Sendable {
  /// The name of standard output among paths. It is written where it stands, and not replaced,
  /// also when it is a file.
  public static let standardOutput: FilePath = "/dev/stdout"

  /// As the user named it.
  public let path: FilePath
  /// Keep the file and its time stamp when the bytes would be the same.
  public var onlyIfChanged = false
  /// The permissions of a new file, before the umask. An existing file keeps its own.
  public var permissions: FilePermissions = .init(rawValue: 0o666)

  /// An output at `path`; libraries may be executed.
  public init(_ path: FilePath, onlyIfChanged: Bool = false, isLibrary: Bool = false) {
    self.path = path
    self.onlyIfChanged = onlyIfChanged
    if isLibrary { permissions = .init(rawValue: 0o777) }
  }

  /// Replaces the file by `contents`. Returns false when it was kept as it is.
  ///
  /// - Throws: `InputError` that names the file when it cannot be written.
  @discardableResult
  public func write(_ contents: UnsafeRawBufferPointer) throws(InputError) -> Bool {
    do {
      return try replace(contents)
    } catch {
      throw InputError(.cannotWrite, path: path.string, "cannot write: \(error)")
    }
  }

  /// Replaces the file by an array of bytes. See ``write(_:)``.
  @discardableResult
  public func write(_ contents: [UInt8]) throws(InputError) -> Bool {
    try contents.span.bytes.withUnsafeBytes { raw throws(InputError) in try write(raw) }
  }

  private func replace(_ contents: UnsafeRawBufferPointer) throws(Errno) -> Bool {
    if path == Self.standardOutput {
      try Self.errno { () in _ = try FileDescriptor.standardOutput.writeAll(contents) }
      return true
    }
    var status = stat()
    let exists = stat(path.string, &status) == 0
    if exists, status.st_mode & S_IFMT != S_IFREG {
      try Self.writeThrough(path, contents)
      return true
    }
    let target = try Self.target(of: path)
    if exists, onlyIfChanged, status.st_size == contents.count, Self.holds(target, contents) {
      return false
    }
    let mode = exists ? FilePermissions(rawValue: status.st_mode & 0o7777) : permissions
    try Self.createAndRename(target, contents, mode, keepMode: exists)
    return true
  }

  /// A link is written through, as compilers do, also when nothing is there yet where it leads.
  private static func target(of path: FilePath) throws(Errno) -> FilePath {
    if let real = RealPath.of(path.string) { return FilePath(real) }
    var path = path
    // As many as Linux follows (path_resolution(7)).
    for _ in 0..<40 {
      guard let link = RealPath.link(at: path) else { return path }
      path = path.removingLastComponent().pushing(link)
    }
    throw .tooManySymbolicLinkLevels
  }

  private static func holds(_ path: FilePath, _ contents: UnsafeRawBufferPointer) -> Bool {
    guard let old = try? InputBytes(found: path) else { return false }
    return old.withBytes { old in
      guard old.count == contents.count else { return false }
      guard let left = old.baseAddress, let right = contents.baseAddress else { return true }
      return memcmp(left, right, old.count) == 0
    }
  }

  /// A device or pipe is written in place: there is nothing to rename.
  private static func writeThrough(_ path: FilePath, _ contents: UnsafeRawBufferPointer)
    throws(Errno)
  {
    let file = try errno { () in try FileDescriptor.open(path, .writeOnly, options: .closeOnExec) }
    defer { try? file.close() }
    try errno { () in _ = try file.writeAll(contents) }
  }

  private static func createAndRename(
    _ target: FilePath, _ contents: UnsafeRawBufferPointer, _ mode: FilePermissions, keepMode: Bool
  ) throws(Errno) {
    let name = target.lastComponent?.string ?? "out"
    let temporary = target.removingLastComponent().appending(".\(name).\(getpid()).\(nextNumber())")
    let file = try errno { () in
      try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: mode)
    }
    TemporaryFiles.add(temporary)
    defer { TemporaryFiles.remove(temporary) }
    do {
      defer { try? file.close() }
      try errno { () in _ = try file.writeAll(contents) }
      if keepMode { fchmod(file.rawValue, mode.rawValue) }
    } catch {
      unlink(temporary.string)
      throw error
    }
    guard rename(temporary.string, target.string) == 0 else {
      let error = Errno(rawValue: Glibc.errno)
      unlink(temporary.string)
      throw error
    }
  }

  private static func nextNumber() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next() >> 16
  }

  private static func errno<Result>(_ body: () throws -> Result) throws(Errno) -> Result {
    do { return try body() } catch { throw (error as? Errno) ?? .ioError }
  }
}
