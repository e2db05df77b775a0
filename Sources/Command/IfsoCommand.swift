import AbiModel
import AbiTool
import Findings
import Support
import ArgumentParser
import SystemPackage

/// `abitool ifso`: from a shared library to its interface library.
struct IfsoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ifso",
    abstract: "Write the interface library of a shared library, for build systems.",
    usage: """
      abitool ifso <library> <output>
      abitool ifso -o <directory> [--jobs <n>] <library> ...
      """,
    discussion: """
      The output has what a linker sees of the library and no code. Programs linked against it \
      are those that are linked against the library. An output that would not change keeps its \
      time stamp, so a build links programs again only when the library's interface changes.

      Examples:
        abitool ifso libfoo.so libfoo.ifso
        abitool ifso -o interfaces/ libfoo.so.1 libbar.so.2
      """)

  @Argument(
    help: ArgumentHelp("The shared library, and the file to write.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      """
      Take all files for libraries, and write the interface library of each into this directory, \
      under the library's name.
      """,
      valueName: "directory"),
    completion: .directory)
  var directory: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "How many libraries at a time. (default: the number of cores)", valueName: "n"))
  var jobs: Int?

  /// Runs `abitool ifso IN OUT` without options, which is what build systems run after every link.
  /// Parsing arguments takes longer than making the interface library of most.
  ///
  /// - Returns: false when the arguments are others.
  static func runsPlain(_ arguments: [String]) throws(InputError) -> Bool {
    guard arguments.count == 4, arguments[1] == "ifso",
      arguments[2...].allSatisfy({ !$0.isEmpty && !$0.hasPrefix("-") })
    else { return false }
    try InterfaceLibrary.write(for: FilePath(arguments[2]), to: FilePath(arguments[3]))
    return true
  }

  func validate() throws {
    if directory == nil, files.count != 2 {
      throw ValidationError(
        "Expected a library and the file to write; several libraries need -o <directory>.")
    }
    if files.isEmpty { throw ValidationError("Missing expected argument '<library>'.") }
    if let jobs, jobs < 1 { throw ValidationError("--jobs takes a number from 1 on.") }
  }

  func run() async throws {
    guard let directory else {
      try InterfaceLibrary.write(for: FilePath(files[0]), to: FilePath(files[1]))
      return
    }
    let libraries = files.map { FilePath($0) }
    let outputs = try InterfaceLibrary.outputs(for: libraries, in: FilePath(directory))
    let progress = Progress(total: libraries.count)
    let batch = Batch(count: libraries.count, jobs: jobs) { progress($0) }
    let failures = await batch.run { index throws(InputError) in
      try InterfaceLibrary.write(for: libraries[index], to: outputs[index])
    }
    for failure in failures { Diagnostics.error(failure.description) }
    if !failures.isEmpty { throw ExitCode(2) }
  }
}
