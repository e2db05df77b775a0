import AbiTool
import ArgumentParser
import Support
import SystemPackage

/// `abitool hook`: what to put into a project's build files.
struct HookCommand: ParsableCommand, RefusesUnusedOptions {
  static let configuration = CommandConfiguration(
    commandName: "hook",
    abstract: "Print what a project's build needs to link with an ABI.",
    usage: "abitool hook [<options>] <system>",
    discussion: """
      Prints a piece of a build file with the project's names filled in: programs are linked with \
      a stub of the ABI, and the library is checked against it. \
      Read it before you add it.

      Examples:
        abitool hook cmake --library demo --abi demo.abi --program app
        abitool hook make --path
      """)

  @Argument(help: ArgumentHelp("The build system.", valueName: "system"))
  var system: BuildSystem

  @Option(
    help: ArgumentHelp(
      "The name of the library. (default: that of the ABI text)", valueName: "name"))
  var library: String?

  @Option(help: ArgumentHelp("The ABI text.", valueName: "file"), completion: .file())
  var abi: String?

  @Option(help: ArgumentHelp("A program that uses the library. Repeatable.", valueName: "name"))
  var program: [String] = []

  @Option(
    help: ArgumentHelp("The SONAME, if it is not what is usual there.", valueName: "name"))
  var soname: String?

  @Flag(help: "Print where the file is that build files include (make, ninja, bazel).")
  var path = false

  mutating func validate() throws {
    for name in [library, abi, soname].compactMap(\.self) + program {
      if name.isEmpty { throw ValidationError("a name is empty") }
      if let character = Hook.unusable(in: name) {
        throw ValidationError(
          "\(name): '\(character)' cannot be in a name; letters, digits and _ . + - / can")
      }
    }
    if path, system.includedFile == nil {
      throw ValidationError("projects include no file with \(system.rawValue)")
    }
    try refuseUnusedOptions()
  }

  static let optionUses: OptionUses = [
    "library": [[.hookText], [.hookOfLibrary]],
    "abi": [[.hookText], [.hookOfLibrary]],
    "program": [[.hookText], [.hookOfPrograms]],
    "soname": [[.hookText], [.hookOfLibrary]],
    "path": [],
  ]

  var situations: Set<Situation> {
    Set(given: [
      .hookText: !path, .hookOfLibrary: system.namesLibrary, .hookOfPrograms: system.namesPrograms,
    ])
  }

  func run() throws {
    if path, let file = system.includedFile {
      try Diagnostics.output(IncludedFiles.path(of: file).string + "\n")
      return
    }
    let hook = Hook(
      library: library ?? abi.map { StubNames.stem(of: FilePath($0)) } ?? "demo", abi: abi,
      programs: program,
      soname: soname)
    try Diagnostics.output(hook.text(for: system))
  }
}

extension BuildSystem: ExpressibleByArgument {}
