import AbiTool
import ArgumentParser
import Support
import SystemPackage

/// `--needed-by`: what stays of the weak C++ symbols that extraction drops.
struct NeededByOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Keep the weak C++ symbols that these objects, archives, programs or libraries refer to.",
      valueName: "file"))
  var neededBy: [InputPath] = []

  var paths: [FilePath] { neededBy.map(\.path) }
}
