import ArgumentParser
import Support

/// `-j`: work on many files.
struct JobOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "How many files to work on at a time. (default: the number of cores)", valueName: "n"))
  var jobs: Int?

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs is at least 1") }
  }

  /// Calls `body` with each index. A failure is told, and does not keep the others from being done.
  ///
  /// - Throws: `ExitCode(2)` when there was one.
  func forEach(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws(InputError) -> Void
  ) async throws {
    let progress = Progress(total: count)
    let failures = await Batch(count: count, jobs: jobs) { progress($0) }.run(body)
    for failure in failures { Diagnostics.error(failure.description) }
    if !failures.isEmpty { throw ExitCode(2) }
  }
}
