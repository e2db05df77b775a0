import Foundation

/// Measures abitool against its peers and writes `docs/performance.md` and its plot.
///
/// usage: bench ABITOOL DOCS-DIRECTORY [--quick]
@main
enum Bench {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else {
      print("usage: bench ABITOOL DOCS-DIRECTORY [--quick]")
      exit(64)
    }
    let inputs = try Inputs(abitool: arguments[1])
    defer { try? FileManager.default.removeItem(at: inputs.scratch) }
    let comparisons = try Suite(inputs: inputs).comparisons()
    var results: [Comparison.Result] = []
    for var comparison in comparisons {
      if arguments.contains("--quick") { comparison.rounds = min(comparison.rounds, 3) }
      let result = try comparison.measure()
      results.append(result)
      print(Report.line(result))
    }
    let scale = try Scale.measure(inputs)
    print(scale.text)
    let docs = URL(fileURLWithPath: arguments[2])
    try Report.markdown(results, scale, inputs).write(
      to: docs.appendingPathComponent("performance.md"), atomically: true, encoding: .utf8)
    try Report.plot(results).write(
      to: docs.appendingPathComponent("performance.svg"), atomically: true, encoding: .utf8)
    if results.contains(where: { !$0.isReached }) || !scale.isReached { exit(1) }
  }
}
