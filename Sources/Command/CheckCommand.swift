import AbiTool
import ArgumentParser

/// `abitool check`: builds against each other, an implementation or a program against an ABI.
///
/// Each mode has its options in a group and its work in a file of its own.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Find what keeps a library or program from being kernel-agnostic.",
    discussion: """
      Exit status: 0 clean, 1 something is rejected, 2 an input could not be used.

      Examples:
        abitool check --list
        abitool check --explain kernel-specific
      """)

  @OptionGroup(title: "Report")
  var report: ReportOptions

  @Flag(help: "Print all finding codes.")
  var list = false

  @Option(help: ArgumentHelp("Print what a finding code means, at length.", valueName: "code"))
  var explain: String?

  mutating func validate() throws {
    if let explain, FindingCode.named(explain) == nil {
      let hint = FindingCode.nearest(to: explain).map { "did you mean \($0.name)?" }
      throw ValidationError(
        "unknown finding code \(explain); \(hint ?? "abitool check --list prints all")")
    }
  }

  func run() async throws {
    if list {
      try Diagnostics.output(FindingCode.listing)
    } else if let code = explain.flatMap(FindingCode.named) {
      try Diagnostics.output(code.manual)
    }
  }
}
