internal import Support

/// One build of a library: for a kernel, an architecture, both or neither.
public struct Build: Hashable, Comparable, Sendable {
  /// Empty where the check knows one kernel only.
  public var kernel: String
  /// As the user named it. Empty where the check knows one architecture only.
  public var arch: String
  /// What it is in a comparison of two: `old` or `new`. Else empty.
  public var role: String
  /// The file, as the user would name it.
  public var path: String

  public init(kernel: String = "", arch: String = "", role: String = "", path: String) {
    self.role = role
    self.kernel = kernel
    self.arch = arch
    self.path = path
  }

  /// Whether it is a file for itself, and not one of several builds or one side of a comparison.
  package var isPlainFile: Bool { kernel.isEmpty && arch.isEmpty && role.isEmpty }

  /// `nova/x86_64`, `nova`, `x86_64`, the role, or the file.
  public var label: String {
    guard role.isEmpty else { return role }
    return switch (kernel.isEmpty, arch.isEmpty) {
    case (false, false): "\(kernel)/\(arch)"
    case (false, true): kernel
    case (true, false): arch
    case (true, true): path
    }
  }

  public static func < (left: Build, right: Build) -> Bool {
    (left.kernel, left.arch, left.path) < (right.kernel, right.arch, right.path)
  }
}
