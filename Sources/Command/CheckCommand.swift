import AbiModel
import AbiTool
import Findings
import Support
import ArgumentParser

/// `abitool check`: builds against each other, an implementation or a program against an ABI.
///
/// Each mode has its options in a group and its work in a file of its own.
struct CheckCommand: AsyncParsableCommand, RefusesUnusedOptions {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check a library's builds, an implementation or a program against what is promised.",
    usage: """
      abitool check [<options>] --kernels <name,…> [--archs <name,…>] [--abi <abi>]
      abitool check [<options>] --library <file> ... --abi <abi>
      abitool check [<options>] --program <file> ... [--abi <abi> ...] [--sysroot <dir>]
      abitool check [<options>] --abi <abi> ...
      abitool check --explain <code> | --list
      """,
    discussion: """
      With --kernels or --archs: the builds of one library for several kernels and architectures. \
      What all share can be a promise to programs; the rest is listed, with the cure.

      With --library: does an implementation keep the promise of an ABI? With --program: does a \
      program need nothing beyond the ABIs, libraries or system given? With --abi alone: is the \
      form of the texts right?

      Exit status: 0 clean, 1 something is rejected, 2 an input could not be used.

      Examples:
        abitool check --kernels nova,hw,linux
        abitool check --kernels nova,hw,linux --archs x86_64,arm_v8a
        abitool check --library ld-nova.lib.so --abi ld.abi --kernel nova
        abitool check --program init --abi ld.abi libc.abi
        abitool check --program /usr/bin --sysroot /
        abitool check --explain kernel-specific
      """)

  @OptionGroup(title: "Builds of one library")
  var kernels: CheckKernelsOptions

  @OptionGroup
  var promise: PromiseOptions

  @OptionGroup(title: "Programs and implementations")
  var link: LinkCheckOptions

  @OptionGroup
  var jobs: JobOptions

  @OptionGroup(title: "Report")
  var report: ReportOptions

  @Flag(help: "Print all finding codes.")
  var list = false

  @Option(
    help: ArgumentHelp(
      "Print what a finding code means, why it matters and what to do.", valueName: "code"))
  var explain: String?

  mutating func validate() throws {
    if let explain, FindingCode.named(explain) == nil {
      let hint = FindingCode.nearest(to: explain).map { "did you mean \($0.name)?" }
      throw ValidationError(
        "unknown finding code \(explain); \(hint ?? "abitool check --list prints all")")
    }
    let modes = [kernels.isWanted, link.isWanted, list, explain != nil].count { $0 }
    guard isAboutTexts || modes == 1 else {
      throw ValidationError(
        modes == 0
          ? """
          say what to check: --kernels NAME,… or --archs NAME,…, --library FILE, \
          --program FILE, or --abi FILE alone
          """
          : "one of --kernels or --archs, --library or --program, --list and --explain at a time")
    }
    try refuseUnusedOptions()
    try link.requireCounterpart(abi: abi)
    guard !kernels.isWanted || abi.count <= 1 else {
      throw ValidationError("--kernels checks against one --abi")
    }
  }

  static let optionUses = CheckKernelsOptions.optionUses
    .merging(LinkCheckOptions.optionUses) { $1 }
    .merging(ReportOptions.optionUses) { $1 }
    .merging(PromiseOptions.optionUses) { $1 }
    .merging([
      "jobs": [[.kernels, .programReport]],
      // Texts have no notes, and a line for each finding as it is.
      "all": [[.kernels, .library, .programReport], [.text], [.listing]],
      "list": [],
      "explain": [],
    ]) { $1 }

  var situations: Set<Situation> {
    let isProgramReport = !link.program.isEmpty && link.why == nil && !link.suggest
    let situations = kernels.situations.union(report.situations).union(link.situations(abi: abi))
    return situations.union(
      Set(given: [
        .texts: isAboutTexts,
        .promise: !abi.isEmpty && (kernels.isWanted || link.isLibraryCheck || isProgramReport),
        .report: kernels.isWanted || link.isLibraryCheck || isProgramReport || isAboutTexts,
      ]))
  }

  var abi: [InputPath] { promise.abi }

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
      try await link.run(promise, jobs, report)
    } else {
      try await kernels.run(promise, jobs, report)
    }
  }
}
