import AbiModel
import AbiTool
import Findings
import Support
import ArgumentParser
import SystemPackage

/// `abitool check --kernels`: builds of one library against each other.
struct CheckKernelsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The kernels, separated by commas.", valueName: "name,…"),
    transform: NameList.init)
  var kernels: NameList?

  @Option(
    help: ArgumentHelp("The architectures, separated by commas.", valueName: "name,…"),
    transform: NameList.init)
  var archs: NameList?

  @Option(
    help: ArgumentHelp(
      "The name of the library: {lib} in the pattern. (default: ld)", valueName: "name"))
  var lib: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Where the builds are. Repeatable.", valueName: "dir"),
    completion: .directory)
  var dir: [String] = []

  @Option(
    help: ArgumentHelp(
      "The name of a build's file; ELF or ABI text. By default \(BuildLocator.usualPattern), "
        + "or .abi in place of .lib.so.",
      valueName: "pattern"))
  var pattern: String?

  @Option(
    help: ArgumentHelp(
      "Where the file of an architecture is; {file} is what --pattern gives. (default: "
        + "\(BuildLocator.usualArchPattern))",
      valueName: "pattern"))
  var archPattern: String?

  @OptionGroup
  var needed: NeededByOptions

  enum SizeType: String, CaseIterable, ExpressibleByArgument {
    case evidence, strict
  }

  @Option(
    help: """
      What one architecture does not prove, such as unsigned long that may be size_t: evidence \
      counts it, strict rejects it. (default: evidence)
      """)
  var sizeType: SizeType?

  @Option(
    help: ArgumentHelp(
      "Write the joint ABI: what all builds share, and what the allow file accepts.",
      valueName: "out"))
  var write: OutputPath?

  @Option(
    help: ArgumentHelp(
      "Write entries of an allow file for what is rejected; each waits for its reason.",
      valueName: "out"))
  var writeAllow: OutputPath?

  @Flag(
    help: "With --write: all symbols, with kernel= and arch= conditions and {64|32} alternatives.")
  var join = false

  @Flag(help: "With --join: keep even the accidental alignments of each build.")
  var exact = false

  @OptionGroup
  var rebuild: RebuildOptions

  static let optionUses: OptionUses = [
    "kernels": [],
    "archs": [],
    "lib": [[.kernels]],
    "dir": [[.kernels]],
    "pattern": [[.kernels]],
    "arch-pattern": [[.archs]],
    "needed-by": [[.kernels]],
    "size-type": [[.kernels]],
    "write": [[.kernels]],
    "write-allow": [[.kernels]],
    "join": [[.write]],
    "exact": [[.join]],
    "if-changed": [[.write]],
    "depfile": [[.write]],
  ]

  var situations: Set<Situation> {
    Set(given: [
      .kernels: isWanted, .archs: archs != nil, .write: write != nil, .join: join,
    ])
  }

  var isWanted: Bool { kernels != nil || archs != nil }

  func run(
    _ promise: PromiseOptions, _ jobs: JobOptions, _ reportOptions: ReportOptions
  ) async throws {
    var locator = BuildLocator()
    if let lib { locator.library = lib }
    locator.kernels = kernels?.names ?? []
    locator.archs = archs?.names ?? []
    if !dir.isEmpty { locator.directories = dir.map { FilePath($0) } }
    locator.pattern = pattern
    if let archPattern { locator.archPattern = archPattern }
    let builds = try locator.builds()

    var options = KernelCheck.Options()
    options.abi = promise.abi.first?.path
    options.isUnion = promise.union
    options.denied = try promise.denied()
    options.neededBy = needed.paths
    options.rejectsUnproven = sizeType == .strict
    options.jobs = jobs.jobs
    let check = try await KernelCheck(builds, options: options)
    let findings = try reportOptions.allowing(check.findings, builds: builds)
    if let writeAllow {
      try OutputFile(writeAllow.path).write(AllowFile.text(for: findings, builds: builds))
    }
    if let write {
      let joint = check.joint(join ? (exact ? .exact : .all) : .shared, judged: findings)
      try rebuild.write(
        AbiPrinter(joint).text(), to: write.path,
        from: builds.map { FilePath($0.path) } + needed.paths
          + promise.abi.map(\.path) + [promise.deny, reportOptions.allow].compactMap { $0?.path })
    }
    let places = KernelCheck.words(for: builds)
    let cxxWords = check.cxxWords
    try reportOptions.finish(
      Report(
        command: "check", subject: locator.library, builds: builds, findings: findings,
        approval: "one ABI for \(places), \(check.sharedCount) symbols" + cxxWords,
        rejection: "not one ABI for \(places)" + cxxWords))
  }
}

/// Names separated by commas.
struct NameList {
  var names: [String]

  init(_ text: String) {
    names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}
