import AbiModel
import AbiTool
import Findings
import Support
import ArgumentParser
import SystemPackage

extension LinkCheckOptions {
  /// `check --library`: says nothing when the promise is kept.
  func checkLibraries(_ texts: PromiseOptions, _ report: ReportOptions) throws {
    let abi = texts.abi[0]
    let promise = try PromisedAbi(path: abi.path, isUnion: texts.union)
    var options = LibraryCheck.Options()
    options.kernel = selection.kernel
    options.architecture = selection.arch
    var findings = promise.textFindings(denied: try texts.denied())
    for path in library {
      findings += try LibraryCheck.findings(path.path, keeps: promise, options: options)
    }
    let builds = library.map { Build(path: $0.string) }
    let count = library.count == 1 ? library[0].string : "\(library.count) libraries"
    let summary = Report(
      command: "check", subject: count, builds: builds, findings: try report.allowing(findings),
      approval: "keeps the promise of \(abi.string)",
      rejection: "breaks the promise of \(abi.string)")
    let isClean = summary.count(.error) == 0 && summary.count(.warning) == 0
    try report.finish(summary, isQuiet: isClean && !report.all, style: .lines)
  }
}
