public import AbiModel
internal import ElfKit
public import Findings
public import Support
public import SystemPackage

/// Compares the builds of one library for several kernels and architectures, and finds what
/// keeps them from having one ABI.
public struct KernelCheck: Sendable {
  /// What builds are held to.
  public struct Options: Sendable {
    /// An ABI text that the builds are to keep.
    public var abi: FilePath?
    /// Whether that text lists what any of the builds has, even if it does not say so.
    public var isUnion = false
    /// Files whose references are kept although they are to weak C++ symbols.
    public var neededBy: [FilePath] = []
    /// Names that are internal.
    public var denied = DenyList()
    /// Reject what one architecture alone does not prove harmless.
    public var rejectsUnproven = false
    /// How many files are read at a time; nil for the number of cores.
    public var jobs: Int?

    /// No ABI and no denied names.
    public init() {}
  }

  /// How much goes into the joint ABI.
  public enum Joint: Sendable {
    /// What all builds share, and what an allow file accepts.
    case shared
    /// All symbols, with conditions where they are not everywhere.
    case all
    /// All symbols, and from the text exactly the ABI of each build can be had again.
    case exact
  }

  private let matrix: SymbolMatrix
  private let declarations: [Declaration]
  /// In the order in which they were found.
  public private(set) var findings: [Finding] = []
  /// For each finding, the declaration it is about.
  private var subjects: [Int?] = []

  /// Reads the builds and compares them.
  ///
  /// - Throws: `InputError` when a build or the ABI cannot be used: then nothing is known.
  public init(_ builds: [Build], options: Options) async throws(InputError) {
    var extraction = Extraction.Options()
    let promise = try options.abi.map { path throws(InputError) in
      try PromisedAbi(path: path, isUnion: options.isUnion)
    }
    extraction.recordsWeakNames = true
    if let promise { promise.abi.addNames(to: &extraction.neededNames) }
    for path in options.neededBy { try extraction.addNames(neededBy: path) }
    let loaded = try await LoadedBuild.load(builds, options: extraction, jobs: options.jobs)
    if !options.neededBy.isEmpty, loaded.allSatisfy({ $0.header == nil }) {
      throw InputError(
        .usage, path: "--needed-by", "all builds are ABI texts, from which nothing is dropped")
    }
    matrix = try SymbolMatrix(loaded)
    let finder = DeclarationFinder(matrix)
    declarations = finder.declarations

    checkPresence(options.denied)
    checkNames(rejectsUnproven: options.rejectsUnproven)
    checkFacts(owners: finder.ownerOfName)
    add(LibraryFactCheck(matrix).findings())
    if let promise {
      let compared = try matrix.builds.map { one throws(InputError) in
        PromiseCheck.Compared(
          build: one.build, header: one.header, comparison: try one.comparison(with: promise))
      }
      var check = PromiseCheck(promise, compared, matrix.words)
      add(promise.textFindings(denied: options.denied) + check.findings())
    }
  }

  private mutating func add(_ new: [Finding], about declaration: Int? = nil) {
    guard !new.isEmpty else { return }
    var new = new
    if let declaration, declarations[declaration].isPaired {
      let spellings = declarations[declaration].names.map { name in
        Finding.Detail(matrix.builds(matrix.presence[name]), matrix.name(name).spelled)
      }
      for index in new.indices { new[index].spellings = spellings }
    }
    findings += new
    subjects += new.map { _ in declaration }
  }

  /// What some kernels or architectures lack, and what is internal.
  private mutating func checkPresence(_ denied: DenyList) {
    var check = PresenceCheck(matrix, denied: denied)
    for (number, declaration) in declarations.enumerated() {
      if let finding = check.finding(about: declaration) { add([finding], about: number) }
    }
  }

  /// What depends on the architecture in C++ names. What is kernel-specific or internal is not
  /// judged once more.
  private mutating func checkNames(rejectsUnproven: Bool) {
    let judged = Set(subjects.compactMap { $0 })
    var pairs = ArchitectureCheck(matrix)
    var widths = WidthCheck(matrix, rejectsUnproven: rejectsUnproven)
    for (number, declaration) in declarations.enumerated() where !judged.contains(number) {
      add(pairs.findings(about: declaration), about: number)
      add(widths.findings(about: declaration), about: number)
    }
    add(widths.unprovenFindings())
  }

  /// What is different about symbols that several builds have.
  private mutating func checkFacts(owners: [Int]) {
    let internalSymbols = Set(
      zip(findings, subjects).compactMap { $0.code == .internalSymbol ? $1 : nil })
    let check = FactCheck(matrix, declarations, owners: owners)
    for (number, declaration) in declarations.enumerated()
    where !internalSymbols.contains(number) {
      add(check.findings(about: declaration, number: number), about: number)
    }
  }

  // MARK: The joint ABI

  /// The ABI of all builds together.
  ///
  /// - Parameter judged: ``findings`` after an allow file was applied to them.
  public func joint(_ joint: Joint, judged: [Finding]) -> Abi {
    var included = [Bool](repeating: true, count: declarations.count)
    for (finding, subject) in zip(judged, subjects) {
      guard let subject else { continue }
      if finding.allowance?.isOmitted == true { included[subject] = false }
      guard finding.severity == .error, finding.allowance == nil else { continue }
      if joint == .shared || finding.code == .internalSymbol { included[subject] = false }
    }
    return JointAbi.of(matrix, declarations, included: included, isExact: joint == .exact)
  }

  // MARK: Words

  /// How many symbols all builds have under one name.
  public var sharedCount: Int {
    declarations.count { !$0.isPaired && $0.presence == matrix.allBuilds }
  }

  /// What became of weak vtables and type infos, and which strong symbols may be no promise: words
  /// to go on with.
  public var cxxWords: String {
    var kept = CxxCounts()
    for name in 0..<matrix.nameCount {
      let isWeak = matrix.presence[name].numbers.contains {
        matrix.symbol(name, in: $0)?.binding != .global
      }
      matrix.withSpelledName(name) { kept.add($0, isWeak: isWeak) }
    }
    var droppedNames = NameSet()
    for build in matrix.builds {
      build.weakNames.forEach { name in
        if matrix.number(ofSpelled: name) == nil { droppedNames.insert(name) }
      }
    }
    var dropped = CxxCounts()
    droppedNames.forEach { dropped.add($0, isWeak: true) }
    return kept.words(beside: dropped)
  }

  /// `nova, hw, linux on x86_64, arm_v8a`, in the order in which the user named them.
  public static func words(for builds: [Build]) -> String {
    func unique(_ names: [String]) -> [String] {
      var seen: Set<String> = []
      return names.filter { !$0.isEmpty && seen.insert($0).inserted }
    }
    let kernels = unique(builds.map(\.kernel)).joined(separator: ", ")
    let archs = unique(builds.map(\.arch)).joined(separator: ", ")
    return [kernels, archs].filter { !$0.isEmpty }.joined(separator: " on ")
  }
}
