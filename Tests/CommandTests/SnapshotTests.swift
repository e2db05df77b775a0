import Foundation
import TestSupport
import Testing

/// What users read, whole, in `Golden/`. After a change that is meant:
///
///     UPDATE_GOLDEN=1 swift test --filter SnapshotTests
///
/// and review the difference.
@Suite struct SnapshotTests {
  // MARK: Help

  @Test(arguments: ["", "extract", "stub", "ifso", "check", "diff", "merge", "taint", "hook"])
  func help(command: String) throws {
    let outcome = try abitool(
      [command, "--help"].filter { !$0.isEmpty }, environment: ["COLUMNS": "80"])
    try expectGolden("help" + (command.isEmpty ? "" : "-" + command), outcome.text)
  }

  /// What `make install` makes of the same texts.
  @Test func manual() throws {
    let pages = try succeed(
      packageRoot.path + "/.build/debug/generate-manual",
      [abitoolPath, "--multi-page", "--date", "2000-01-01", "--output-directory", "-"])
    try expectGolden("manual", pages)
  }

  // MARK: Reports

  /// The files, once for all reports.
  private static let files = Result { try OptionEffectFiles.make() }

  private func expectReport(_ name: String, _ command: String, in files: TemporaryDirectory) throws
  {
    var text = ""
    for format in ["text", "markdown"] {
      let arguments = command.split(separator: " ").map(String.init) + ["--format", format]
      let outcome = try abitool(arguments, in: files.url)
      text += "$ abitool \(arguments.joined(separator: " "))\n\(outcome.text)\(outcome.errors)"
      text += "status \(outcome.status)\n\n"
    }
    try expectGolden("report-" + name, text)
  }

  @Test(arguments: [
    ("kernels", "check --kernels a,b,c --abi natural.abi"),
    ("library", "check --library libx.so --abi wide.abi"),
    ("program", "check --program prog prog2 --abi natural.abi un.abi"),
    ("system", "check --program prog2 libneeds.so --sysroot empty"),
    ("texts", "check --abi unsorted.abi plain.abi"),
    ("diff", "diff libx.so wide.abi"),
    ("taint", "taint prog untainted"),
  ])
  func report(name: String, command: String) throws {
    try expectReport(name, command, in: Self.files.get())
  }

  @Test func why() throws {
    let files = try Self.files.get()
    let text = try ["f", "later"].map { symbol in
      let arguments = [
        "check", "--program", "prog", "libneeds.so", "--abi", "un.abi", "--sysroot", "root",
        "--why", symbol,
      ]
      let outcome = try abitool(arguments, in: files.url)
      return "$ abitool \(arguments.joined(separator: " "))\n\(outcome.text)\(outcome.errors)"
        + "status \(outcome.status)\n\n"
    }
    // Files are named by the paths without links that they are reached by.
    try expectGolden("why", text.joined().replacingOccurrences(of: files.url.path, with: "DIR"))
  }
}
