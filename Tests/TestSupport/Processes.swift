import Foundation

/// What a finished process left.
public struct Outcome: Sendable {
  /// Exit status, or 128 and the signal that ended it.
  public var status: Int32
  public var output: Data
  public var errors: String

  public var text: String { String(decoding: output, as: UTF8.self) }
  public var lines: [Substring] { text.split(separator: "\n") }
}

/// A tool that a test needs is not installed: `make test` installs all of them.
public struct MissingTool: Error, CustomStringConvertible {
  public var description: String
}

/// Runs a program of the search path, or one given by a path with a slash.
///
/// - Parameter timeout: in seconds; a process that takes longer is killed and has status 137.
public func run(
  _ program: String, _ arguments: [String] = [], in directory: URL? = nil,
  environment: [String: String] = [:], input: Data? = nil, timeout: Double = 120
) throws -> Outcome {
  let process = Process()
  process.executableURL = try locate(program)
  process.arguments = arguments
  if let directory { process.currentDirectoryURL = directory }
  // Messages of tools are compared, so they are to be in English.
  process.environment = ProcessInfo.processInfo.environment
    .merging(["LC_ALL": "C"]) { $1 }.merging(environment) { $1 }
  let scratch = try TemporaryDirectory()
  let files = ["out", "err", "in"].map { scratch.url.appendingPathComponent($0) }
  try (input ?? Data()).write(to: files[2])
  for file in files.prefix(2) { try Data().write(to: file) }
  process.standardOutput = try FileHandle(forWritingTo: files[0])
  process.standardError = try FileHandle(forWritingTo: files[1])
  process.standardInput = try FileHandle(forReadingFrom: files[2])
  // Foundation crashes now and then when several threads start processes.
  try launching.withLock { try withNoSignalBlocked { try process.run() } }
  let killer = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
  DispatchQueue.global().asyncAfter(deadline: .now() + timeout, execute: killer)
  process.waitUntilExit()
  killer.cancel()
  let signalled = process.terminationReason == .uncaughtSignal
  return Outcome(
    status: (signalled ? 128 : 0) + process.terminationStatus,
    output: try Data(contentsOf: files[0]),
    errors: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self))
}

/// A child inherits the signals that its parent's thread blocks, and the threads of Swift's runtime
/// block SIGCHLD, for which some programs wait (CMake).
private func withNoSignalBlocked<Result>(_ body: () throws -> Result) rethrows -> Result {
  var none = sigset_t()
  var blocked = sigset_t()
  sigemptyset(&none)
  pthread_sigmask(SIG_SETMASK, &none, &blocked)
  defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
  return try body()
}

private let launching = NSLock()

/// Runs a program that is to succeed, and gives its standard output.
@discardableResult
public func succeed(
  _ program: String, _ arguments: [String] = [], in directory: URL? = nil,
  environment: [String: String] = [:]
) throws -> String {
  let outcome = try run(program, arguments, in: directory, environment: environment)
  guard outcome.status == 0 else {
    throw MissingTool(
      description:
        "\(program) \(arguments.joined(separator: " ")): status \(outcome.status)\n\(outcome.errors)"
    )
  }
  return outcome.text
}

/// Runs the `abitool` that was built with the tests.
public func abitool(
  _ arguments: [String], in directory: URL? = nil, environment: [String: String] = [:],
  timeout: Double = 120
) throws -> Outcome {
  try run(
    abitoolPath, arguments, in: directory, environment: environment, timeout: timeout)
}

/// `ABITOOL`, or the debug build of this package.
public let abitoolPath =
  ProcessInfo.processInfo.environment["ABITOOL"]
  ?? packageRoot.appendingPathComponent(".build/debug/abitool").path

public let packageRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private func locate(_ program: String) throws -> URL {
  if program.contains("/") { return URL(fileURLWithPath: program) }
  let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
  for directory in path.split(separator: ":") {
    let candidate = "\(directory)/\(program)"
    if FileManager.default.isExecutableFile(atPath: candidate) {
      return URL(fileURLWithPath: candidate)
    }
  }
  throw MissingTool(description: "\(program) is not installed; make test installs it")
}

/// A directory that vanishes with the value.
public final class TemporaryDirectory: Sendable {
  public let url: URL

  public init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("abitool-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The path of a file in the directory.
  public func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Writes a file and gives its path.
  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String {
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    return path(name)
  }

  /// The names of the files in the directory, hidden ones included, sorted.
  public var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
  }
}

/// Where the dynamic linker of this machine finds a library.
public func systemLibrary(_ name: String) throws -> String {
  for directory in [
    "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib",
  ] where FileManager.default.fileExists(atPath: "\(directory)/\(name)") {
    return "\(directory)/\(name)"
  }
  throw MissingTool(description: "no \(name) on this machine")
}
