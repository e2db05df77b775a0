import ArgumentParser
import Support

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
      MergeCommand.self,
      TaintCommand.self,
      HookCommand.self,
    ])

  static func main() async {
    TemporaryFiles.removeOnSignals()
    do {
      let arguments = CommandLine.arguments
      try refuseUnclearUsage(arguments)
      if try IfsoCommand.runsPlain(arguments) || ExtractCommand.runsPlain(arguments) { return }
      var command = try parse(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      Diagnostics.exit(for: error)
    }
  }

  /// Only the subcommand is parsed that is asked for: the parser would look at all of them, several
  /// times. What it says of a mistake, it says of the whole command line.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let named = configuration.subcommands.first { $0._commandName == arguments[1] }
    if let named, let command = try? named.parse(Array(arguments.dropFirst(2))) { return command }
    return try parseAsRoot()
  }

  /// For what the parser would print the help, as if that had been asked for, and succeed.
  private static func refuseUnclearUsage(_ arguments: [String]) throws {
    // The runtime reads them from there.
    guard !arguments.isEmpty else {
      throw ValidationError("no arguments can be read; is /proc mounted?")
    }
    guard arguments.count > 1 else {
      throw ValidationError(
        "say what to do: \(names.joined(separator: ", ")); abitool --help explains")
    }
    guard arguments[1] == "help", arguments.count > 2, !arguments[2].hasPrefix("-") else { return }
    guard names.contains(arguments[2]) else {
      let near = names.filter { EditDistance.between($0, arguments[2]) < 3 }
      throw ValidationError(
        "there is no subcommand \(arguments[2]); "
          + (near.first.map { "did you mean \($0)?" }
            ?? "there are \(names.joined(separator: ", "))"))
    }
  }

  private static var names: [String] { configuration.subcommands.map { $0._commandName } }
}
