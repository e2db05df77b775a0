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

  @Option(help: ArgumentHelp("The name of the library: {lib} in the pattern.", valueName: "name"))
  var lib = "ld"

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
      "Where the file of an architecture is; {file} is what --pattern gives.", valueName: "pattern")
  )
  var archPattern = BuildLocator.usualArchPattern

  @Option(
    help: ArgumentHelp(
      "Names that are internal, one pattern a line.", valueName: "file"),
    completion: .file())
  var deny: String?

  enum SizeType: String, CaseIterable, ExpressibleByArgument {
    case evidence, strict
  }

  @Option(
    help: """
      What one architecture does not prove, such as unsigned long that may be size_t: evidence \
      counts it, strict rejects it.
      """)
  var sizeType = SizeType.evidence

  @Option(
    help: ArgumentHelp(
      "Write the joint ABI: what all builds share, and what the allow file accepts.",
      valueName: "out"),
    completion: .file())
  var write: String?

  @Flag(
    help: "With --write: all symbols, with kernel= and arch= conditions and {64|32} alternatives.")
  var join = false

  @Flag(help: "With --join: keep even the accidental alignments of each build.")
  var exact = false

  @Flag(help: "With --write: keep the file and its time stamp when it would not change.")
  var ifChanged = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "How many files to read at a time. (default: the number of cores)", valueName: "n"))
  var jobs: Int?

  var isWanted: Bool { kernels != nil || archs != nil }

  mutating func validate() throws {
    if write == nil, join || ifChanged {
      throw ValidationError("\(join ? "--join" : "--if-changed") says how to --write OUT")
    }
    if exact, !join { throw ValidationError("--exact goes with --join") }
    if let jobs, jobs < 1 { throw ValidationError("--jobs is at least 1") }
  }

  func run(abi: [String], _ reportOptions: ReportOptions) async throws {
    guard abi.count <= 1 else {
      throw ValidationError("--kernels checks against one --abi")
    }
    var locator = BuildLocator()
    locator.library = lib
    locator.kernels = kernels?.names ?? []
    locator.archs = archs?.names ?? []
    if !dir.isEmpty { locator.directories = dir.map { FilePath($0) } }
    locator.pattern = pattern
    locator.archPattern = archPattern
    let builds = try locator.builds()

    var options = KernelCheck.Options()
    options.abi = abi.first.map { FilePath($0) }
    if let deny { options.denied = try DenyList(path: FilePath(deny)) }
    options.rejectsUnproven = sizeType == .strict
    options.jobs = jobs
    let check = try await KernelCheck(builds, options: options)
    let findings = try reportOptions.allowing(check.findings, builds: builds)
    if let write {
      let joint = check.joint(join ? (exact ? .exact : .all) : .shared, judged: findings)
      try OutputFile(FilePath(write), onlyIfChanged: ifChanged).write(AbiPrinter(joint).text())
    }
    let places = KernelCheck.words(for: builds)
    try reportOptions.finish(
      Report(
        command: "check", subject: lib, builds: builds, findings: findings,
        approval: "one ABI for \(places), \(check.sharedCount) symbols",
        rejection: "not one ABI for \(places)"))
  }
}

/// Names separated by commas.
struct NameList {
  var names: [String]

  init(_ text: String) {
    names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}
