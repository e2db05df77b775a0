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
      Compares the builds of one library for several kernels, and with --archs for several \
      architectures: what all share can be a promise to programs, the rest is listed with the \
      reason and the cure.

      Exit status: 0 clean, 1 something is rejected, 2 an input could not be used.

      Examples:
        abitool check --kernels nova,hw,linux
        abitool check --kernels nova,hw,linux --archs x86_64,arm_v8a --dir bin --write ld.abi
        abitool check --kernels nova,hw,linux --abi ld.abi --allow ld.allow
        abitool check --abi ld.abi libc.abi
        abitool check --explain kernel-specific
      """)

  @OptionGroup(title: "Builds of one library")
  var kernels: CheckKernelsOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The ABI text that is to be kept.", valueName: "abi"),
    completion: .file())
  var abi: [String] = []

  @OptionGroup(title: "Programs and implementations")
  var link: LinkCheckOptions

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
    if isAboutTexts { return }
    let modes = [kernels.isWanted, link.isWanted, list, explain != nil].count { $0 }
    guard modes == 1 else {
      throw ValidationError(
        modes == 0
          ? "say what to check: --kernels NAME,… or --archs NAME,…, --library FILE or --program FILE"
          : "one of --kernels or --archs, --library or --program, --list and --explain at a time")
    }
    try link.validate(abi: abi)
  }

  /// With nothing to compare them with, ABI texts are checked for their form.
  private var isAboutTexts: Bool {
    !abi.isEmpty && !kernels.isWanted && !link.isWanted && !list && explain == nil
  }

  func run() async throws {
    if isAboutTexts {
      try checkTexts()
    } else if list {
      try Diagnostics.output(FindingCode.listing)
    } else if let code = explain.flatMap(FindingCode.named) {
      try Diagnostics.output(code.manual)
    } else if link.isWanted {
      try await link.run(abi: abi, report)
    } else {
      try await kernels.run(abi: abi, report)
    }
  }
}
