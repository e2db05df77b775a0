internal import AbiModel
internal import Findings
internal import Support

/// A build system, or a tool around builds, for which there is a hook.
public enum BuildSystem: String, CaseIterable, Sendable {
  case make, cmake, meson, ninja, bazel, swiftpm, github
  case pkgConfig = "pkg-config"
  case preCommit = "pre-commit"

  /// The file that projects include, below `share/abitool`; nil where a project has all in itself.
  public var includedFile: String? {
    switch self {
    case .make: "make/abi.mk"
    case .ninja: "ninja/abi.ninja"
    case .bazel: "bazel/abitool.bzl"
    case .cmake, .meson, .swiftpm, .pkgConfig, .github, .preCommit: nil
    }
  }

  /// Whether the text of the hook has the names of a library in it.
  public var namesLibrary: Bool {
    switch self {
    case .make, .cmake, .meson, .ninja, .bazel, .pkgConfig, .github: true
    case .swiftpm, .preCommit: false
    }
  }

  /// Whether the text of the hook has the names of programs in it.
  public var namesPrograms: Bool {
    switch self {
    case .make, .cmake, .meson, .ninja, .bazel: true
    case .pkgConfig, .github, .swiftpm, .preCommit: false
    }
  }

  /// Where the text of the hook goes.
  public var destination: String {
    switch self {
    case .make: "Makefile"
    case .cmake: "CMakeLists.txt"
    case .meson: "meson.build"
    case .ninja: "build.ninja"
    case .bazel: "BUILD.bazel"
    case .swiftpm: "Package.swift"
    case .pkgConfig: "NAME.pc"
    case .github: ".github/workflows/abi.yml"
    case .preCommit: ".pre-commit-config.yaml"
    }
  }
}
