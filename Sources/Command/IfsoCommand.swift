import AbiTool
import ArgumentParser
import Support
import SystemPackage

/// `abitool ifso`: from a shared library to its interface library.
struct IfsoCommand: AsyncParsableCommand, RefusesUnusedOptions {
  static let configuration = CommandConfiguration(
    commandName: "ifso",
    abstract: "Write the interface library of a shared library, for build systems.",
    usage: """
      abitool ifso <library> <output>
      abitool ifso -o <out> [--jobs <n>] <library> ...
      """,
    discussion: """
      The output has what a linker sees of the library and no code. Programs linked against it \
      are those that are linked against the library. An output that would not change keeps its \
      time stamp, so a build links programs again only when the library's interface changes. With \
      -o all files are libraries; in a directory, their interface libraries have their names.

      Examples:
        abitool ifso libfoo.so libfoo.ifso
        abitool ifso -o interfaces/ libfoo.so.1 libbar.so.2
      """)

  @Argument(
    help: ArgumentHelp("The shared library, and the file to write.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @OptionGroup
  var output: OutputOptions

  @OptionGroup
  var jobs: JobOptions

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
    if output.output == nil, files.count != 2 {
      throw ValidationError(
        "Expected a library and the file to write; several libraries need -o <directory>.")
    }
    if files.isEmpty { throw ValidationError("Missing expected argument '<library>'.") }
    if output.output != nil { try output.requirePlace(forResultsOf: files.count) }
    try refuseUnusedOptions()
  }

  static let optionUses: OptionUses = ["output": [], "jobs": [[.librariesAlone]]]

  var situations: Set<Situation> { Set(given: [.librariesAlone: output.output != nil]) }

  func run() async throws {
    let isPair = output.output == nil
    let libraries = (isPair ? [files[0]] : files).map { InputPath(argument: $0).path }
    let place =
      isPair ? OutputPlace(files[1]) : try output.place(forResultsOf: libraries.count)
    try await place.prepared {
      let outputs: [FilePath] =
        switch place {
        case .standardOutput: [OutputFile.standardOutput]
        case .file(let file): [file]
        case .directory(let directory, _):
          try InterfaceLibrary.outputs(for: libraries, in: directory)
        }
      try await jobs.forEach(libraries.count) { index throws(InputError) in
        try InterfaceLibrary.write(for: libraries[index], to: outputs[index])
      }
    }
  }
}
