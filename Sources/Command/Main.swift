import AbiModel
import AbiTool
import Findings
import Support
import ArgumentParser
import Glibc

/// The command line: arguments in, exit status out.
///
/// 0 clean, 1 the check found something to reject, 2 an input could not be used, 64 wrong usage.
@main
struct Abitool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abitool",
    abstract: "Write down what a shared library promises, link against that, and check it.",
    discussion: """
      An ABI text lists the symbols that a library promises to those who link with it. It is \
      extracted from a library, reviewed and checked in. A stub made from it stands for the \
      library when programs are linked, and libraries and programs are checked against it.

      Exit status: 0 clean, 1 a check found something to reject, 2 an input could not be used, 64 \
      wrong usage.

      Examples:
        abitool extract libfoo.so.1 > libfoo.abi
        abitool stub libfoo.abi -o libfoo.abi.so
        abitool check --library build/libfoo.so.1 --abi libfoo.abi
        abitool diff libfoo.so.1.0 libfoo.so.1.1
      """,
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
