import Foundation
import TestSupport
import Testing

/// A build system with its example project in `integrations/`.
enum BuildTool: String, CaseIterable, CustomTestStringConvertible {
  case make, ninja, meson
  case cmakeNinja = "cmake and ninja"
  case cmakeMake = "cmake and make"

  var testDescription: String { rawValue }

  var folder: String {
    switch self {
    case .make, .ninja, .meson: rawValue
    case .cmakeNinja, .cmakeMake: "cmake"
    }
  }

  /// Where the project's files come to be.
  var output: String {
    switch self {
    case .make: "build"
    case .ninja: "project/build"
    case .meson, .cmakeNinja, .cmakeMake: "build"
    }
  }

  /// The file name of the library itself.
  var library: String {
    switch self {
    case .make, .ninja: "greet.lib.so"
    case .meson, .cmakeNinja, .cmakeMake: "libgreet.so.1"
    }
  }
}

extension BuildTool {
  /// The library, as the log names it.
  var loggedLibrary: String { library.replacing(/\.so\.1$/, with: ".so") }
}

/// What a build did, from the build tool's own output.
struct BuildLog {
  var status: Int32
  var text: String

  /// The names of the files that were linked.
  var linked: Set<String> {
    let pattern = /(?:LINK|Linking (?:target|C executable|C shared library)) +(\S+)/
    return Set(
      text.matches(of: pattern).map {
        // CMake's Makefiles name a library without its version.
        String($0.output.1.split(separator: "/").last ?? "").replacing(/\.so\.1$/, with: ".so")
      })
  }

  /// The build tool says that there is nothing to do.
  var isEmpty: Bool {
    linked.isEmpty && !text.contains("CHECK") && !text.contains("ABI ")
      && !text.contains("Making") && !text.contains("Checking") && !text.contains("Generating")
  }
}

struct UnexpectedState: Error, CustomStringConvertible {
  var description: String
}

/// A copy of an example project, which tests change and build.
struct ExampleProject {
  let tool: BuildTool
  let directory: TemporaryDirectory

  /// Copies the example and configures its build.
  init(_ tool: BuildTool) throws {
    self.tool = tool
    directory = try TemporaryDirectory()
    let example = packageRoot.appendingPathComponent("integrations/\(tool.folder)/example").path
    // The sources are a link in the example, and files in the copy.
    try succeed("cp", ["-rL", example, directory.path("project")])
    try configure()
  }

  private func configure() throws {
    switch tool {
    case .make: break
    case .ninja:
      try succeed(
        directory.path("project/configure"), [abitoolPath], in: source,
        environment: Self.environment)
    case .meson:
      // Meson looks for abitool on the search path.
      try succeed(
        "meson", ["setup", directory.path("build"), source.path], environment: Self.environment)
    case .cmakeNinja, .cmakeMake:
      try succeed(
        "cmake",
        [
          "-S", source.path, "-B", directory.path("build"),
          "-G", tool == .cmakeNinja ? "Ninja" : "Unix Makefiles",
          "-DAbiTool_DIR=\(packageRoot.path)/integrations/cmake",
          "-DABITOOL_EXECUTABLE=\(abitoolPath)",
        ])
    }
  }

  /// `abitool` on the search path, and what it includes from the source tree.
  static var environment: [String: String] {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let folder = URL(fileURLWithPath: abitoolPath).deletingLastPathComponent().path
    return [
      "PATH": "\(folder):\(path)",
      "ABITOOL_SHARE": packageRoot.appendingPathComponent("integrations").path,
    ]
  }

  private var source: URL { directory.url.appendingPathComponent("project") }

  func built(_ name: String) -> String { directory.path("\(tool.output)/\(name)") }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: built(name)) }

  /// Builds everything, or one program, in parallel.
  func build(_ program: String? = nil) throws -> BuildLog {
    let outcome =
      switch tool {
      case .make:
        try run(
          "make",
          ["-j4", "O=\(directory.path("build"))", "ABITOOL=\(abitoolPath)"]
            + [program.map { built($0) }].compactMap(\.self),
          in: source, environment: Self.environment)
      case .ninja:
        try run(
          "ninja", [program.map { "build/\($0)" }].compactMap(\.self), in: source,
          environment: Self.environment)
      case .meson:
        try run(
          "ninja", ["-C", directory.path("build")] + [program].compactMap(\.self),
          environment: Self.environment)
      case .cmakeNinja, .cmakeMake:
        try run(
          "cmake",
          ["--build", directory.path("build"), "-j4"]
            + (program.map { ["--target", $0 == "greetings.txt" ? "greetings" : $0] } ?? []))
      }
    return BuildLog(status: outcome.status, text: outcome.text + outcome.errors)
  }

  /// Builds everything, which is to succeed.
  @discardableResult
  func buildAll() throws -> BuildLog {
    let log = try build()
    guard log.status == 0 else {
      throw UnexpectedState(description: "\(tool.rawValue): \(log.text)")
    }
    return log
  }

  /// Runs a program of the project.
  func output(of program: String) throws -> String { try succeed(built(program)) }

  func contents(_ name: String) throws -> String {
    try String(contentsOfFile: built(name), encoding: .utf8)
  }

  /// Replaces text in a source file, which is there.
  func edit(_ file: String, _ old: String, _ new: String) throws {
    let path = directory.path("project/src/\(file)")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard text.contains(old) else { throw UnexpectedState(description: "\(file) has no \(old)") }
    try text.replacingOccurrences(of: old, with: new)
      .write(toFile: path, atomically: false, encoding: .utf8)
  }
}
