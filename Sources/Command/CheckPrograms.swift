import AbiModel
import AbiTool
import Findings
import Support
import ArgumentParser
import SystemPackage

extension LinkCheckOptions {
  /// `check --program`.
  func checkPrograms(
    _ abi: [InputPath], isUnion: Bool, _ jobs: JobOptions, _ report: ReportOptions
  ) async throws {
    let files = try programFiles()
    try requireSysroot()
    let loader = Loader(
      cache: ObjectCache(), sysroot: sysroot.map { Sysroot($0 == "/" ? "" : $0) },
      providers: try providers(abi, isUnion: isUnion))
    var options = ProgramCheck.Options()
    options.isKernelAgnostic = kernelAgnostic
    options.listsBindings = bindings
    let abis = loader.promisedAbis
    options.kernelTies = { path throws(InputError) in
      var taint = TaintOptions()
      taint.abis = abis
      return try Taint.results(of: path, options: taint).flatMap(\.findings)
    }
    let check = ProgramCheck(loader: loader, options: options)
    if let why {
      try trace(why, check)
      return
    }
    if suggest {
      try suggestAdditions(check)
      return
    }
    let progress = Progress(total: files.count)
    let result = await ProgramBatch(check, files).run(jobs: jobs.jobs) { progress($0) }
    for failure in result.failures { Diagnostics.error(failure.description) }
    let subject = program.count == 1 ? program[0].string : "\(files.count) files"
    let findings = try report.allowing(result.findings)
    let summary = Report(
      command: "check", subject: subject, builds: Set(findings.flatMap(\.builds)).sorted(),
      findings: findings,
      approval: approval(files.count, result.failures.count, abi),
      rejection: "not all that is needed is promised")
    try finish(report, summary, failed: !result.failures.isEmpty)
  }

  /// Failures outweigh findings: what could not be checked is not clean.
  private func finish(_ report: ReportOptions, _ summary: Report, failed: Bool) throws {
    guard failed else {
      try report.finish(summary)
      return
    }
    do { try report.finish(summary) } catch is ExitCode {}
    throw ExitCode(2)
  }

  /// Nothing to check is not clean.
  private func programFiles() throws(InputError) -> [ProgramFiles.File] {
    let files = ProgramFiles(program.map(\.string)).files
    guard !files.isEmpty else {
      throw InputError(
        .absent, path: program.map(\.string).joined(separator: ", "),
        "no dynamically linked program or shared library in there")
    }
    return files
  }

  /// Of a mistyped root it would be said that all libraries are missing.
  private func requireSysroot() throws(InputError) {
    guard let sysroot else { return }
    do {
      guard try FilePath(sysroot).stat().type == .directory else {
        throw Errno.notDirectory
      }
    } catch {
      throw InputError(.usage, path: "--sysroot \(sysroot)", "\(error)")
    }
  }

  private func approval(_ count: Int, _ failures: Int, _ abi: [InputPath]) -> String {
    if failures > 0 {
      return count == 1 ? "could not be checked" : "\(failures) of them could not be checked"
    }
    guard sysroot == nil else { return "everything that is needed is there" }
    let names = (abi.map(\.string) + library.map(\.string)).joined(separator: ", ")
    return count == 1 ? "needs nothing beyond \(names)" : "need nothing beyond \(names)"
  }

  private func providers(_ abi: [InputPath], isUnion: Bool) throws -> [Provider] {
    var result: [Provider] = []
    for path in abi {
      var input = try AbiInput(path: path.path)
      try input.requireSound()
      if isUnion { input.abi.isUnion = true }
      result.append(Provider(abi: input.abi, path: path.string, kernel: selection.kernel))
    }
    for path in library {
      result.append(
        try Provider(library: try LinkObject(path: path.path), name: path.name.map { ByteName($0) })
      )
    }
    return result
  }

  /// Prints what the ABIs lack, or adds it.
  private func suggestAdditions(_ check: ProgramCheck) throws {
    var suggestion = Suggestion(check, implementations: library.map(\.path))
    for file in ProgramFiles(program.map(\.string)).files {
      try suggestion.add(FilePath(file.path))
    }
    let additions = try suggestion.additions()
    if additions.isEmpty { Diagnostics.line("nothing to add: no weak C++ symbol is missing") }
    guard update else {
      try Diagnostics.output(additions.map(\.text).joined())
      return
    }
    for addition in additions {
      guard let path = addition.path else {
        Diagnostics.error("not added\n" + addition.text)
        continue
      }
      var update = try AbiUpdate(of: path)
      try OutputFile(path, onlyIfChanged: true).write(update.text(adding: addition.lines))
      for change in update.changes { Diagnostics.line("\(path): \(change)") }
      for remark in addition.remarks { Diagnostics.error("\(path): \(remark)") }
    }
    // What could not be added is an asked question without an answer.
    guard additions.allSatisfy({ $0.path != nil && $0.remarks.isEmpty }) else { throw ExitCode(2) }
  }

  private func trace(_ symbol: String, _ check: ProgramCheck) throws {
    var text = ""
    for file in ProgramFiles(program.map(\.string)).files {
      text += try SymbolTrace(check).text(of: symbol, in: FilePath(file.path))
    }
    guard !text.isEmpty else {
      throw InputError(
        .usage, path: program.map(\.string).joined(separator: ", "),
        "no reference to \(symbol); names are given as nm prints them")
    }
    try Diagnostics.output(text)
  }
}
