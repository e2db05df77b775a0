import AbiTool
import ArgumentParser
import Glibc

/// The command line: arguments in, exit status out.
///
/// 0 clean, 1 the check found something to reject, 2 an input could not be used, 64 wrong usage.
@main
struct Abitool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abitool",
    abstract: "Symbol lists, stub libraries and link checks for ELF.",
    version: ToolVersion.current,
    subcommands: [
      ExtractCommand.self,
      StubCommand.self,
      IfsoCommand.self,
      CheckCommand.self,
      DiffCommand.self,
      TaintCommand.self,
      HookCommand.self,
    ])

  static func main() async {
    TemporaryFiles.removeOnSignals()
    do {
      if try IfsoCommand.runsPlain(CommandLine.arguments) { return }
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let error as InputError {
      Diagnostics.error(error.description)
      Glibc.exit(2)
    } catch {
      exit(withError: error)
    }
  }
}
