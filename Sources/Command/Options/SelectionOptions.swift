import AbiModel
import ArgumentParser

/// For which kernel and architecture ABI texts are read.
struct SelectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The kernel that is meant, for ABIs with kernel= lines.", valueName: "kernel"))
  var kernel: String?

  @Option(
    help: ArgumentHelp(
      "The architecture that is meant, in GNU's, LLVM's or Genode's spelling.", valueName: "arch"))
  var arch: String?

  var architecture: Architecture? { arch.flatMap { Architecture(named: $0) } }

  func validate() throws {
    if let arch, architecture == nil {
      throw ValidationError(
        "--arch \(arch): no such architecture; known are \(Architecture.listing)")
    }
  }
}
