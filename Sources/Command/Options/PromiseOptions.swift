import ArgumentParser
import Findings
import Support

/// The texts that something is held to.
struct PromiseOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The ABI texts that are to be kept.", valueName: "abi"))
  var abi: [InputPath] = []

  @Flag(help: "Take the ABI texts for unions: what any of several builds has (as #%union says).")
  var union = false

  @Option(help: ArgumentHelp("Names that are internal, one pattern a line.", valueName: "file"))
  var deny: InputPath?

  static let optionUses: OptionUses = [
    "abi": [[.kernels, .library, .program, .texts]],
    "union": [[.promise]],
    "deny": [[.kernels, .library, .texts]],
  ]

  func denied() throws(InputError) -> DenyList {
    guard let deny else { return DenyList() }
    return try DenyList(path: deny.path)
  }
}
