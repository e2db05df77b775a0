internal import Glibc

/// A shell pattern (`*`, `?`, `[…]`) that is matched against whole names, by `fnmatch`.
public struct Glob: Hashable, Sendable {
  /// As the user wrote it.
  public let pattern: String

  /// A pattern with `*`, `?` and `[…]`.
  public init(_ pattern: String) { self.pattern = pattern }

  /// The pattern that stands for one name only.
  public init(escaping name: String) {
    pattern = name.reduce(into: "") { pattern, character in
      switch character {
      case "*", "?", "[": pattern += "[\(character)]"
      case "\\": pattern += "\\\\"
      default: pattern.append(character)
      }
    }
  }

  /// Whether the pattern stands for the whole name.
  public func matches(_ name: UnsafeRawBufferPointer) -> Bool {
    // fnmatch wants a NUL at the end, which names inside a larger text do not have.
    withUnsafeTemporaryAllocation(byteCount: name.count + 1, alignment: 1) { copy in
      copy.copyMemory(from: name)
      copy[name.count] = 0
      return fnmatch(pattern, copy.assumingMemoryBound(to: CChar.self).baseAddress, 0) == 0
    }
  }
}
