internal import AbiModel
internal import Findings
internal import Support

/// What ties a project's build to the ABI of a library: a piece of text for a build file, with the
/// project's names in it.
///
/// What the build then does, whatever the build system: programs are linked with a stub of the ABI,
/// so they are linked again when that changes and only then, and without the library; the library is
/// checked against the ABI; what runs programs depends on the library itself.
public struct Hook: Sendable {
  /// The name of the library.
  public let library: String
  /// The path of the ABI text.
  public let abi: String
  /// The names of programs that use the library.
  public let programs: [String]
  /// `DT_SONAME` of the library.
  public let soname: String

  /// - Parameter soname: The SONAME of the library; nil for what the build system would give it.
  public init(library: String, abi: String? = nil, programs: [String] = [], soname: String? = nil) {
    self.library = library
    self.abi = abi ?? library + ".abi"
    self.programs = programs.isEmpty ? ["hello"] : programs
    self.soname = soname ?? "lib\(library).so"
    givenSoname = soname
  }

  /// The SONAME, if it was given.
  let givenSoname: String?

  /// The first character of a name that a build file would take for syntax, if any.
  public static func unusable(in name: String) -> Character? {
    name.first { !($0.isASCII && ($0.isLetter || $0.isNumber)) && !"_.+-/".contains($0) }
  }

  /// The text for the build file of a project, with a line break at the end.
  public func text(for system: BuildSystem) -> String {
    let body =
      switch system {
      case .make: make
      case .cmake: cmake
      case .meson: meson
      case .ninja: ninja
      case .bazel: bazel
      case .swiftpm: swiftpm
      case .pkgConfig: pkgConfig
      case .github: github
      case .preCommit: preCommit
      }
    return body + "\n"
  }

  func each(_ line: (String) -> String) -> String {
    programs.map(line).joined(separator: "\n")
  }
}
