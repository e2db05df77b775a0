/// An input that cannot be used: exit status 2. One line that names the place, the cause and what
/// to do.
public struct InputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The class of the failure, for callers that act on it.
  public enum Code: String, CaseIterable, Hashable, Sendable {
    /// A file that is not there, may not be read, or is no file.
    case cannotRead
    /// A file that cannot be written or made.
    case cannotWrite
    /// A text that does not follow its grammar.
    case syntax
    /// Not an ELF file where one is needed.
    case notElf
    /// An ELF file that ends too early or contradicts its format.
    case malformed
    /// A sound file without what is needed of it, such as symbols.
    case absent
    /// A sound file with something that cannot be dealt with here.
    case unsupported
    /// A file for another architecture than the one wanted.
    case wrongArchitecture
    /// A text that says different things for kernels or architectures, and none was named.
    case needsSelection
    /// Arguments that do not go together, or name what does not exist.
    case usage
    /// A tool that is missing, or failed.
    case tool
    /// More than can be dealt with.
    case limit
    /// A mistake of abitool itself.
    case internalError
  }

  /// The class of the failure.
  public var code: Code
  /// The file, as the user named it.
  public var path: String
  /// Counted from 1.
  public var line: Int?
  /// In bytes, counted from 1.
  public var column: Int?
  /// What is wrong and what to do, in words for the user.
  public var message: String

  /// - Parameter path: the file, or the option, as the user named it.
  public init(
    _ code: Code, path: String, line: Int? = nil, column: Int? = nil, _ message: String
  ) {
    self.code = code
    self.path = path
    self.line = line
    self.column = column
    self.message = message
  }

  /// `FILE:LINE:COLUMN: message`, as compilers write it.
  public var description: String {
    var place = path
    if let line { place += ":\(line)" }
    if let column { place += ":\(column)" }
    return "\(place): \(message)"
  }
}
