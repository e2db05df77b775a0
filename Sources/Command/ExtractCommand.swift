import AbiModel
import AbiTool
import Findings
import Support
import ArgumentParser
import SystemPackage

/// `abitool extract`: from an ELF file to ABI text.
struct ExtractCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract",
    abstract: "Write the ABI of a shared library as text.",
    usage: "abitool extract [<options>] <file> ...",
    discussion: """
      Reads the dynamic symbol table of each FILE and writes what the library promises, one line \
      a symbol, sorted. Undefined symbols, linker artefacts and weak C++ symbols (template \
      instances, inline functions, weak vtables and type infos) are left out.

      Examples:
        abitool extract ld-nova.lib.so > ld.abi
        abitool extract --stats -o abi/ libfoo.so.1 libbar.so.2
        abitool extract --update ld.abi ld-nova.lib.so
        abitool extract libfoo.so.1 --explain 'foo_*'
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case abi, genode, json
  }

  @Argument(
    help: ArgumentHelp("Shared libraries or dynamically linked programs.", valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "The file to write, or with several files the directory for NAME.abi each.",
      valueName: "out"),
    completion: .file())
  var output: String?

  @Option(help: "What to keep: what is promised, or all that a linker sees.")
  var profile = Extraction.Profile.canonical

  @Option(help: "The form to write; genode is NAME KIND [SIZE] lines.")
  var format = Format.abi

  @Option(
    help: ArgumentHelp(
      "Keep symbols that match, although a rule drops them. Repeatable.", valueName: "glob"))
  var keep: [String] = []

  @Option(help: ArgumentHelp("Drop symbols that match. Repeatable.", valueName: "glob"))
  var drop: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Keep the weak C++ symbols that these objects, archives, programs or libraries refer to.",
      valueName: "file"),
    completion: .file())
  var neededBy: [String] = []

  @Option(
    help: ArgumentHelp(
      "Renew this ABI file: comments, sections and accepted lines stay.", valueName: "file"),
    completion: .file())
  var update: String?

  @Option(
    defaultAsFlag: "*",
    help: ArgumentHelp(
      "Say for each dropped symbol why, or for NAME (a pattern) what became of it.",
      valueName: "name"))
  var explain: String?

  @Flag(help: "Print how many symbols were kept and dropped, by reason.")
  var stats = false

  @Flag(help: "Keep the output file and its time stamp when it would not change.")
  var ifChanged = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "How many files to read at a time. (default: the number of cores)", valueName: "n"))
  var jobs: Int?

  mutating func validate() throws {
    // `--explain FILE` reads as the name to explain; what is left without a FILE was meant as one.
    if files.isEmpty, let explain, explain != "*" {
      files = [explain]
      self.explain = "*"
    }
    guard !files.isEmpty else { throw ValidationError("Missing expected argument '<file> ...'") }
    guard files.count == 1 || output != nil else {
      throw ValidationError("several files need -o DIR for their results")
    }
    if let jobs, jobs < 1 { throw ValidationError("--jobs is at least 1") }
    if update != nil, files.count > 1 || format == .json {
      throw ValidationError("--update renews one ABI file from one library, in its own form")
    }
  }

  func run() async throws {
    var options = Extraction.Options()
    options.profile = profile
    options.keep = keep.map { Glob($0) }
    options.drop = drop.map { Glob($0) }
    options.recordsDropped = explain != nil
    for file in neededBy { try options.addNames(neededBy: FilePath(file)) }
    if files.count == 1, let file = files.first {
      try runOne(FilePath(file), options)
    } else if let output {
      try await runBatch(into: FilePath(output), options)
    }
  }

  private func runOne(_ file: FilePath, _ options: Extraction.Options) throws {
    let result = try Extraction.extract(from: file, options: options)
    try report(result, file)
    if let update {
      try renew(FilePath(update), from: file, with: result)
      return
    }
    if format == .abi, output == nil {
      try AbiPrinter(result.abi).print { piece throws(InputError) in
        try Diagnostics.output(piece)
      }
      return
    }
    let text = render(result)
    if let output {
      var path = FilePath(output)
      if Self.isDirectory(path) { path.append(OutputNames.name(for: file) + suffix) }
      try OutputFile(path, onlyIfChanged: ifChanged).write(text)
    } else {
      try text.span.bytes.withUnsafeBytes { raw throws(InputError) in try Diagnostics.output(raw) }
    }
  }

  private var suffix: String { format == .json ? ".json" : ".abi" }

  private func runBatch(into directory: FilePath, _ options: Extraction.Options) async throws {
    let names = try OutputNames.names(for: files.map { FilePath($0) })
    guard Self.isDirectory(directory) else {
      throw InputError(path: directory.string, "not a directory; several files need one")
    }
    let job = self
    let suffix = suffix
    let progress = Progress(total: files.count)
    let batch = Batch(count: files.count, jobs: jobs) { progress($0) }
    let failures = await batch.run { index throws(InputError) in
      let result = try Extraction.extract(from: FilePath(job.files[index]), options: options)
      try job.report(result, FilePath(job.files[index]))
      try OutputFile(directory.appending(names[index] + suffix), onlyIfChanged: job.ifChanged)
        .write(job.render(result))
    }
    for failure in failures { Diagnostics.error(failure.description) }
    if !failures.isEmpty { throw ExitCode(2) }
  }

  private func render(_ result: Extraction.Result) -> [UInt8] {
    switch format {
    case .abi: return AbiPrinter(result.abi).text()
    case .json: return AbiJson.text(of: result.abi)
    case .genode:
      let genode = GenodeFormat(result.abi)
      for loss in GenodeFormat.Loss.allCases where genode.losses[loss.rawValue] > 0 {
        Diagnostics.warning("\(genode.losses[loss.rawValue]) symbols: \(loss.explanation)")
      }
      return genode.text
    }
  }

  private func renew(_ path: FilePath, from file: FilePath, with result: Extraction.Result)
    throws(InputError)
  {
    var everything = Extraction.Options()
    everything.profile = .complete
    let available = try Extraction.extract(from: file, options: everything)
    let update = try AbiUpdate(
      of: path, promised: result.abi, available: available.abi, genode: format == .genode)
    for line in update.changes { Diagnostics.line(line) }
    let target = output.map { FilePath($0) } ?? path
    try OutputFile(target, onlyIfChanged: ifChanged).write(update.text)
  }

  // MARK: What is said beside the result

  private func report(_ result: Extraction.Result, _ file: FilePath) throws(InputError) {
    if let explain { explainDropped(result, Glob(explain)) }
    if stats { printStatistics(result, file) }
    let changed = result.changedMeaningCount
    if changed > 0 {
      Diagnostics.warning(
        """
        \(file): \(changed) dropped \(changed == 1 ? "symbol is a variable" : "symbols are variables") \
        of inline code; program and library have a copy each at run time (see --explain)
        """)
    }
  }

  private func explainDropped(_ result: Extraction.Result, _ pattern: Glob) {
    var found = false
    for dropped in result.dropped where pattern.pattern == "*" || dropped.matches(pattern) {
      found = true
      Diagnostics.line(
        "\(dropped.name.spelled): dropped (\(dropped.reason.title)): \(dropped.reason.explanation)")
    }
    guard pattern.pattern != "*" else { return }
    for symbol in result.abi.symbols where result.abi.withSpelledName(of: symbol, pattern.matches) {
      found = true
      Diagnostics.line("\(result.abi.head(of: symbol)): kept")
    }
    if !found { Diagnostics.line("\(pattern.pattern): no such symbol in the dynamic symbol table") }
  }

  private func printStatistics(_ result: Extraction.Result, _ file: FilePath) {
    var rows = [("kept", result.abi.symbols.count)]
    for reason in DropReason.allCases where result.count(reason) > 0 {
      rows.append(("dropped: " + reason.title, result.count(reason)))
    }
    let width = rows.map { $0.0.count }.max() ?? 0
    Diagnostics.line("\(file):")
    for (title, count) in rows {
      let number = String(count)
      Diagnostics.line(
        "  " + title + String(repeating: " ", count: width - title.count + 2)
          + String(repeating: " ", count: max(0, 8 - number.count)) + number)
    }
  }

  private static func isDirectory(_ path: FilePath) -> Bool {
    (try? path.stat())?.type == .directory
  }
}

extension Extraction.Profile: ExpressibleByArgument {}
