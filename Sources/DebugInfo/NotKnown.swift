internal import CDw

extension DebugInfo {
  /// Why the DWARF of a file does not answer.
  public struct NotKnown: Error, Hashable, Sendable {
    /// The class of the reason, for callers that act on it.
    public enum Cause: Hashable, Sendable {
      /// There is no DWARF.
      case absent
      /// A relocatable object, whose DWARF is complete only when it is linked.
      case relocatable
      /// A section is compressed in a way that cannot be read here.
      case compression
      /// A part is in another file (of `dwz`), which is not there.
      case supplementary
      /// A version or a form of DWARF that is not read.
      case unsupported
      /// It contradicts the DWARF format.
      case malformed
    }

    /// The class of the reason.
    public var cause: Cause
    /// What is wrong, in words for the user.
    public var reason: String

    init(_ cause: Cause, _ reason: String) {
      self.cause = cause
      self.reason = reason
    }

    static let absent = NotKnown(.absent, "no DWARF; stripped, or built without -g")
    static let relocatable = NotKnown(
      .relocatable, "the DWARF of an object file is complete only when it is linked")

    static func malformed(_ what: String) -> NotKnown {
      NotKnown(.malformed, "malformed DWARF: \(what)")
    }

    /// What libelf here has no decompressor for.
    static func compressed(_ method: String, section name: String) -> NotKnown {
      NotKnown(
        .compression,
        ".debug_\(name) is compressed with \(method), which this build of abitool does not read; "
          + "decompress a copy with objcopy --decompress-debug-sections")
    }

    /// The failure that libdw reported last (`dwarf_errno`, `dwarf_errmsg`).
    static func libdw() -> NotKnown {
      let number = dwarf_errno()
      return .malformed(
        dwarf_errmsg(number).map { String(cString: $0) } ?? "libdw gives no reason")
    }
  }
}
