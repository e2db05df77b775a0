internal import Glibc
public import SystemPackage

/// The bytes of a file, mapped for reading.
public struct InputBytes: ~Copyable {
  private let base: UnsafeMutableRawPointer?
  private let count: Int

  /// The bytes of a file that the user named; see ``InputFile``.
  ///
  /// - Throws: `InputError` when it cannot be read.
  public init(path: FilePath) throws(InputError) {
    (base, count) = try Self.map(try InputFile.readable(path), named: path)
  }

  /// The bytes of a file that nobody named, but that was found where it is looked for.
  ///
  /// - Throws: `InputError` when it is no regular file that can be read.
  package init(found path: FilePath) throws(InputError) {
    (base, count) = try Self.map(path, named: path)
  }

  deinit {
    if let base { munmap(base, count) }
  }

  /// The bytes, in place.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: base, count: count))
  }

  private static func map(_ path: FilePath, named name: FilePath)
    throws(InputError) -> (UnsafeMutableRawPointer?, Int)
  {
    // O_NONBLOCK: a FIFO that nobody named must not hang us; it is refused just below.
    let descriptor = open(path.string, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw InputError(.cannotRead, path: name.string, "\(Errno(rawValue: errno))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw InputError(.cannotRead, path: name.string, "\(Errno(rawValue: errno))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let what = status.st_mode & S_IFMT == S_IFDIR ? "is a directory" : "not a regular file"
      throw InputError(.cannotRead, path: name.string, what)
    }
    let size = Int(status.st_size)
    guard size > 0 else { return (nil, 0) }
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else {
      throw InputError(.cannotRead, path: name.string, "\(Errno(rawValue: errno))")
    }
    return (base, size)
  }
}
