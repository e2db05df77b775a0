internal import Support

/// One build of a library: for a kernel, an architecture, both or neither.
public struct Build: Hashable, Comparable, Sendable {
  /// Thousands of findings may name hundreds of builds each, so a build is a reference.
  private final class Names: Sendable {
    let kernel: String
    let arch: String
    let role: String
    let path: String

    init(kernel: String, arch: String, role: String, path: String) {
      self.kernel = kernel
      self.arch = arch
      self.role = role
      self.path = path
    }
  }

  private let names: Names

  /// A build of the file at `path`.
  public init(kernel: String = "", arch: String = "", role: String = "", path: String) {
    names = Names(kernel: kernel, arch: arch, role: role, path: path)
  }

  /// Empty where the check knows one kernel only.
  public var kernel: String { names.kernel }
  /// As the user named it. Empty where the check knows one architecture only.
  public var arch: String { names.arch }
  /// What it is in a comparison of two: `old` or `new`. Else empty.
  public var role: String { names.role }
  /// The file, as the user would name it.
  public var path: String { names.path }

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

  /// By kernel, architecture, role and path.
  public static func == (left: Build, right: Build) -> Bool {
    left.names === right.names
      || (left.path == right.path && left.kernel == right.kernel && left.arch == right.arch
        && left.role == right.role)
  }

  /// Agrees with equality.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(path)
    hasher.combine(kernel)
    hasher.combine(arch)
    hasher.combine(role)
  }

  /// By kernel, architecture and path.
  public static func < (left: Build, right: Build) -> Bool {
    (left.kernel, left.arch, left.path) < (right.kernel, right.arch, right.path)
  }
}
