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
/// - Parameter cpuLimit: in seconds of CPU time, which a busy machine does not use up: a process that
///   takes more is killed (SIGXCPU, status 152). One that waits for ever is killed in the end, too.
public func run(
  _ program: String, _ arguments: [String] = [], in directory: URL? = nil,
  environment: [String: String] = [:], input: Data? = nil, cpuLimit: Int = 300
) throws -> Outcome {
  let executable = try locate(program).path
  // Messages of tools are compared, so they are to be in English.
  let variables = ProcessInfo.processInfo.environment
    .merging(["LC_ALL": "C", "PATH": searchPath]) { $1 }.merging(environment) { $1 }
  let scratch = try TemporaryDirectory()
  let files = ["in", "out", "err"].map { scratch.path($0) }
  try (input ?? Data()).write(to: URL(fileURLWithPath: files[0]))
  // Swift does not see the file action that changes the directory.
  let change = directory.map { ["/usr/bin/env", "-C", $0.path] } ?? []
  let child = try spawn(
    change + [executable] + arguments, variables.map { "\($0)=\($1)" }, files)
  limitCpuTime(of: child, seconds: cpuLimit)
  let killer = DispatchWorkItem { kill(child, SIGKILL) }
  DispatchQueue.global().asyncAfter(deadline: .now() + 1800, execute: killer)
  var status: Int32 = 0
  while waitpid(child, &status, 0) < 0, errno == EINTR {}
  killer.cancel()
  // WIFSIGNALED, WTERMSIG, WEXITSTATUS.
  let signal = status & 0x7f
  return Outcome(
    status: signal == 0 ? status >> 8 & 0xff : 128 + signal,
    output: try Data(contentsOf: URL(fileURLWithPath: files[1])),
    errors: String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: files[2])), as: UTF8.self))
}

/// Starts a program with files for its standard input, output and error.
///
/// Foundation's `Process` crashes now and then when it is used from several threads.
private func spawn(_ arguments: [String], _ environment: [String], _ files: [String]) throws
  -> pid_t
{
  var actions = posix_spawn_file_actions_t()
  var attributes = posix_spawnattr_t()
  posix_spawn_file_actions_init(&actions)
  posix_spawnattr_init(&attributes)
  defer {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }
  posix_spawn_file_actions_addopen(&actions, 0, files[0], O_RDONLY, 0)
  for (descriptor, file) in zip(Int32(1)..., files.dropFirst()) {
    posix_spawn_file_actions_addopen(&actions, descriptor, file, O_WRONLY | O_CREAT, 0o600)
  }
  // A child inherits the signals that its parent's thread blocks, and the threads of Swift's
  // runtime block SIGCHLD, for which some programs wait (CMake).
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  var child = pid_t()
  let strings = [arguments, environment].map { list in list.map { strdup($0) } + [nil] }
  defer { for string in strings.joined() { free(string) } }
  let error = posix_spawn(&child, arguments[0], &actions, &attributes, strings[0], strings[1])
  guard error == 0 else {
    throw MissingTool(description: "\(arguments[0]): \(String(cString: strerror(error)))")
  }
  return child
}

/// prlimit(2), which Swift does not see: glibc declares it for `_GNU_SOURCE`. A program that set the
/// limit and then started the other would be traced in its place by `LD_DEBUG`.
private func limitCpuTime(of child: pid_t, seconds: Int) {
  typealias Function =
    @convention(c) (pid_t, Int32, UnsafePointer<rlimit>?, UnsafeMutablePointer<rlimit>?) -> Int32
  guard let symbol = dlsym(nil, "prlimit") else { return }
  var limit = rlimit(rlim_cur: rlim_t(seconds), rlim_max: rlim_t(seconds) + 1)
  _ = unsafeBitCast(symbol, to: Function.self)(child, 0 /* RLIMIT_CPU */, &limit, nil)
}

/// The CPU time of this thread that `body` takes, in seconds.
public func cpuTime(of body: () throws -> Void) rethrows -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
  let start = now()
  try body()
  return now() - start
}

/// In seconds of CPU time: only a hang, or work that grows with the square of its input, takes so
/// long, even without optimisation.
public let hang = 60.0

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
  cpuLimit: Int = 300
) throws -> Outcome {
  try run(
    abitoolPath, arguments, in: directory, environment: environment, cpuLimit: cpuLimit)
}

/// `ABITOOL`, or the debug build of this package.
public let abitoolPath =
  ProcessInfo.processInfo.environment["ABITOOL"]
  ?? packageRoot.appendingPathComponent(".build/debug/abitool").path

public let packageRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Where programs are looked for: clang and ld.lld are those of the Swift toolchain, whatever
/// others a machine may happen to have.
private let searchPath: String = {
  let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
  let swift = path.split(separator: ":").map { "\($0)/swift" }
    .first(where: FileManager.default.isExecutableFile)
  guard let swift else { return path }
  let toolchain = URL(fileURLWithPath: swift).resolvingSymlinksInPath().deletingLastPathComponent()
  let links = packageRoot.appendingPathComponent(".build/test-tools")
  try? FileManager.default.createDirectory(at: links, withIntermediateDirectories: true)
  for tool in ["clang", "clang++", "ld.lld"] {
    // Another run of the tests may have made it.
    try? FileManager.default.createSymbolicLink(
      at: links.appendingPathComponent(tool),
      withDestinationURL: toolchain.appendingPathComponent(tool))
  }
  return "\(links.path):\(path)"
}()

private func locate(_ program: String) throws -> URL {
  if program.contains("/") { return URL(fileURLWithPath: program) }
  for directory in searchPath.split(separator: ":") {
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
