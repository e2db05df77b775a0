/// Why a name is not a mangled name.
public struct MangledNameError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What would have been right at the position, or which limit was reached.
  public enum Expectation: String, Sendable, Hashable {
    case prefix = "\"_Z\""
    case encoding, name, type, expression
    case unqualifiedName = "unqualified name"
    case sourceName = "identifier of the stated length"
    case specialName = "special name"
    case operatorName = "operator name"
    case number
    case substitution = "substitution that was defined before"
    case templateParameter = "template parameter"
    case templateArgument = "template argument"
    case requirement
    case underscore = "\"_\""
    case end = "\"E\""
    case endOfName = "end of the name"
    case shorterName = "name within the length limit"
    case shallowerName = "name within the depth limit"
  }

  /// The position in the name, in bytes from its start.
  public let offset: Int
  /// What was expected there.
  public let expected: Expectation

  /// A clause without subject: `byte 4: expected type`.
  public var description: String { "byte \(offset): expected \(expected.rawValue)" }
}
