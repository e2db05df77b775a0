import AbiModel
import AbiTool
import ArgumentParser
import Support
import SystemPackage

/// `abitool merge`: one ABI text out of several builds.
struct MergeCommand: ParsableCommand, RefusesUnusedOptions {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Make one ABI text of those of several builds.",
    usage: "abitool merge --union|--joint [<options>] [<kernel>=]<file> ...",
    discussion: """
      Each FILE is a library or an ABI text of one build. A union lists what any of the builds has, \
      in plain lines: a file to keep by hand. A joint text has conditions and {64|32} alternatives \
      where the builds differ, so that the stub of each build can be made from it; check --kernels \
      --write makes one of what was checked.

      Files such as ld-nova.lib.so and ld-hw.lib.so name their kernels; others are given as \
      KERNEL=FILE.

      Examples:
        abitool merge --union ld-nova.lib.so ld-hw.lib.so -o ld.abi
        abitool merge --joint x86_64/libfoo.so.1 arm_v8a/libfoo.so.1 -o libfoo.abi
      """)

  @Flag(help: "List what any of the builds has, in plain lines.")
  var union = false

  @Flag(help: "Say with conditions and alternatives which builds have what.")
  var joint = false

  @Argument(
    help: ArgumentHelp("Libraries or ABI texts, each of one build.", valueName: "file"))
  var files: [LibraryPath] = []

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The file to write. (default: standard output)", valueName: "out"),
    completion: .file())
  var output: String?

  @OptionGroup
  var rebuild: RebuildOptions

  func validate() throws {
    guard union != joint else {
      throw ValidationError("say which: --union or --joint")
    }
    guard files.count > 1 else {
      throw ValidationError("expected two builds or more")
    }
    try refuseUnusedOptions()
  }

  static let optionUses: OptionUses = [
    "union": [], "joint": [], "output": [], "if-changed": [[.outputFile]],
    "depfile": [[.outputFile]],
  ]

  var situations: Set<Situation> {
    Set(given: [.outputFile: OutputPlace(output) != .standardOutput])
  }

  func run() throws {
    let inputs = files.map { Merge.Input(path: $0.path, kernel: $0.name) }
    let abi = try Merge.abi(of: inputs, form: union ? .union : .joint)
    try rebuild.write(
      AbiPrinter(abi).text(), to: OutputPlace(output).path(of: "merged.abi"),
      from: inputs.map(\.path))
  }
}
