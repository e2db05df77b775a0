import AbiModel
import AbiTool
import ArgumentParser
import Support
import SystemPackage

/// `abitool extract`: from an ELF file to ABI text.
struct ExtractCommand: AsyncParsableCommand, RefusesUnusedOptions {
  static let configuration = CommandConfiguration(
    commandName: "extract",
    abstract: "Write the ABI of a shared library as text.",
    usage: "abitool extract [<options>] <file> ...",
    discussion: """
      Reads the dynamic symbol table of each FILE and writes what the library promises, one line \
      a symbol, sorted. Undefined symbols, linker artefacts and weak C++ symbols (template \
      instances, inline functions, vtables and type infos of classes without a key function) are \
      left out.

      Examples:
        abitool extract ld-nova.lib.so > ld.abi
        abitool extract --stats -o abi/ libfoo.so.1 libbar.so.2
        abitool extract --update ld.abi ld-nova.lib.so
        abitool extract libfoo.so.1 --explain 'foo_*'
      """)

  @Argument(
    help: ArgumentHelp(
      "Shared libraries or dynamically linked programs; - is standard input.", valueName: "file"))
  var files: [InputPath] = []

  @OptionGroup
  var output: OutputOptions

  @Option(help: "What to keep: what is promised, or all that a linker sees. (default: canonical)")
  var profile: Extraction.Profile?

  @Option(
    help: ArgumentHelp(
      "The SONAME to write, in place of the library's: ld.lib.so for ld-nova.lib.so.",
      valueName: "name"))
  var soname: String?

  @Option(help: "The form to write; genode is NAME KIND [SIZE] lines. (default: abi)")
  var format: AbiForm?

  @Option(
    help: ArgumentHelp(
      "Keep symbols that match, although a rule drops them. Repeatable.", valueName: "glob"))
  var keep: [String] = []

  @Option(help: ArgumentHelp("Drop symbols that match. Repeatable.", valueName: "glob"))
  var drop: [String] = []

  @OptionGroup
  var needed: NeededByOptions

  @Option(
    help: ArgumentHelp(
      "Renew this ABI file: comments, sections and accepted lines stay.", valueName: "file"))
  var update: InputPath?

  @Option(
    defaultAsFlag: "*",
    help: ArgumentHelp(
      "Say for each dropped symbol why, or for NAME (a pattern) what became of it.",
      valueName: "name"))
  var explain: String?

  @Flag(help: "Print how many symbols were kept and dropped, by reason.")
  var stats = false

  @OptionGroup
  var rebuild: RebuildOptions

  @OptionGroup
  var jobs: JobOptions

  mutating func validate() throws {
    // `--explain FILE` reads as the name to explain; what is left without a FILE was meant as one.
    if files.isEmpty, let explain, explain != "*" {
      files = [InputPath(argument: explain)]
      self.explain = "*"
    }
    guard !files.isEmpty else { throw ValidationError("Missing expected argument '<file> ...'") }
    if update == nil { try output.requirePlace(forResultsOf: files.count) }
    try refuseUnusedOptions()
    if update != nil, format == .json {
      throw ValidationError("--update renews an ABI file in its own form; --format json is none")
    }
    if let update, InputFile.isNameless(update.path), output.output == nil {
      throw ValidationError("--update \(update.string): say with -o where the text is to go")
    }
  }

  static let optionUses: OptionUses = [
    "output": [],
    "profile": [],
    "format": [],
    "soname": [[.oneText]],
    "keep": [[.canonical]],
    "drop": [],
    "needed-by": [[.canonical]],
    "update": [],
    "explain": [],
    "stats": [],
    "if-changed": [[.outputFile, .updatedFile]],
    "depfile": [[.oneOutput]],
    "jobs": [],
  ]

  var situations: Set<Situation> {
    Set(given: [
      .canonical: profile != .complete,
      .outputFile: output.isFile,
      .updatedFile: update != nil && output.output == nil,
      .oneText: files.count == 1 && format != .genode,
      .oneOutput: update != nil || output.isFile && files.count == 1,
    ])
  }

  func run() async throws {
    var options = Extraction.Options()
    options.profile = profile ?? .canonical
    options.keep = keep.map { Glob($0) }
    options.drop = drop.map { Glob($0) }
    options.recordsReasons = explain != nil
    for path in needed.paths { try options.addNames(neededBy: path) }
    if let update {
      try await renew(update, options)
    } else {
      try await extractAll(options)
    }
  }

  /// Renews a text from the libraries that it is of.
  private func renew(_ text: InputPath, _ options: Extraction.Options) async throws {
    var options = options
    var update = try AbiUpdate(of: text.path, isPlain: form == .genode)
    update.addNames(to: &options)
    let unmatched = UnmatchedPatterns(keep: keep, drop: drop, explain: explain)
    for file in files {
      let result = try extract(file, options)
      guard !result.isStub else { throw StubMarker.refused(file.string) }
      try update.requireSoname(of: result.abi, path: file.path)
      printRemarks(on: result, file, noting: unmatched)
      update.add(result.abi, path: file.path)
    }
    let renewed = update.text()
    for line in update.changes { Diagnostics.line(line) }
    var inputs = files.map(\.path) + needed.paths
    if output.output != nil { inputs.append(text.path) }
    let place = output.output == nil ? .file(text.path) : output.place
    try await place.prepared {
      let target = place.path(of: text.path.lastComponent?.string ?? "library.abi")
      try rebuild.write(renewed, to: target, from: inputs)
    }
    for warning in unmatched.warnings { Diagnostics.warning(warning) }
  }

  private func extractAll(_ options: Extraction.Options) async throws {
    let place = try output.place(forResultsOf: files.count)
    let names = try OutputNames.names(for: files.map(\.path))
    let unmatched = UnmatchedPatterns(keep: keep, drop: drop, explain: explain)
    try await place.prepared {
      try await jobs.forEach(files.count) { index throws(InputError) in
        let result = try extract(files[index], options)
        printRemarks(on: result, files[index], noting: unmatched)
        try write(result, files[index], to: place.path(of: names[index] + form.suffix))
      }
    }
    for warning in unmatched.warnings { Diagnostics.warning(warning) }
  }

  private func extract(_ file: InputPath, _ options: Extraction.Options) throws(InputError)
    -> Extraction.Result
  {
    var result = try Extraction.extract(from: file.path, options: options)
    if let soname {
      result.abi.soname = ByteName(soname)
    } else if update == nil, form != .genode {
      Self.warnOfSoname(of: result.abi, file)
    }
    return result
  }

  private var form: AbiForm { format ?? .abi }

  /// - Parameter target: nil for standard output.
  private func write(_ result: Extraction.Result, _ file: InputPath, to target: FilePath?)
    throws(InputError)
  {
    let inputs = [file.path] + needed.paths
    if target == nil, form == .abi {
      try Self.print(result.abi)
      return
    }
    let text = form.text(of: result.abi)
    guard text.losses.isEmpty else {
      throw InputError(
        .unsupported, path: file.string,
        "--format genode cannot say all of it: \(text.losses.joined(separator: "; ")); leave such "
          + "symbols out with --drop, or write another form")
    }
    try rebuild.write(text.bytes, to: target, from: inputs)
  }

  /// Prints a text piece by piece: a large one is not put together first.
  private static func print(_ abi: Abi) throws(InputError) {
    try AbiPrinter(abi).print { piece throws(InputError) in try Diagnostics.output(piece) }
  }

  private func printRemarks(
    on result: Extraction.Result, _ file: InputPath, noting unmatched: UnmatchedPatterns
  ) {
    let explanation = explain.map { result.explanation(of: Glob($0)) } ?? []
    unmatched.note(result, isExplained: !explanation.isEmpty)
    let prefix = files.count > 1 ? "\(file.string): " : ""
    for line in explanation { Diagnostics.line(prefix + line) }
    if stats {
      Diagnostics.line((["\(file.string):"] + result.statistics()).joined(separator: "\n"))
    }
    Self.printRemarks(on: result, file)
  }

  private static func printRemarks(on result: Extraction.Result, _ file: InputPath) {
    for warning in result.warnings { Diagnostics.warning("\(file.string): \(warning)") }
    if let note = result.note { Diagnostics.note("\(file.string): \(note)") }
  }

  private static func warnOfSoname(of abi: Abi, _ file: InputPath) {
    guard let own = abi.soname, let common = KernelName.common(own) else { return }
    Diagnostics.warning(
      "\(file.string): the SONAME \(own.spelled) is one kernel's; programs that are linked with it "
        + "need it on all; --soname \(common.spelled) gives the name for all kernels")
  }

  /// Runs `abitool extract FILE` without options. Parsing arguments takes longer than extracting
  /// the ABI of most libraries.
  ///
  /// - Returns: false when the arguments are others.
  static func runsPlain(_ arguments: [String]) throws(InputError) -> Bool {
    guard arguments.count == 3, arguments[1] == "extract", !arguments[2].isEmpty,
      !arguments[2].hasPrefix("-")
    else { return false }
    let file = InputPath(argument: arguments[2])
    let result = try Extraction.extract(from: file.path)
    warnOfSoname(of: result.abi, file)
    printRemarks(on: result, file)
    try print(result.abi)
    return true
  }
}

extension Extraction.Profile: ExpressibleByArgument {}
extension AbiForm: ExpressibleByArgument {}
