/// An input that cannot be used: exit status 2. One line that names the place, the cause and what
/// to do.
public struct InputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, as the user named it.
  public var path: String
  /// Counted from 1.
  public var line: Int?
  /// In bytes, counted from 1.
  public var column: Int?
  public var message: String

  public init(path: String, line: Int? = nil, column: Int? = nil, _ message: String) {
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
