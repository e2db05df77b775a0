internal import Glibc

/// Work on many files, as many at a time as there are cores.
public struct Batch: Sendable {
  package let count: Int
  package let jobs: Int
  /// Told the number of files that are done.
  package let progress: @Sendable (Int) -> Void

  /// - Parameter jobs: how many at a time; nil for the number of cores.
  public init(count: Int, jobs: Int?, progress: @escaping @Sendable (Int) -> Void = { _ in }) {
    self.count = count
    self.jobs = max(1, min(jobs ?? Self.coreCount, count))
    self.progress = progress
  }

  private static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Calls `body` with each index. A failure does not keep the others from being done.
  ///
  /// - Returns: the failures, in the order of the files.
  public func run(_ body: @escaping @Sendable (Int) async throws(InputError) -> Void) async
    -> [InputError]
  {
    let failures = await withTaskGroup(of: (Int, InputError)?.self) { group in
      var next = 0
      var done = 0
      var failures: [(Int, InputError)] = []
      func start() {
        let index = next
        next += 1
        group.addTask {
          do throws(InputError) {
            try await body(index)
            return nil
          } catch {
            return (index, error)
          }
        }
      }
      while next < jobs { start() }
      while let outcome = await group.next() {
        if let outcome { failures.append(outcome) }
        done += 1
        progress(done)
        if next < count { start() }
      }
      return failures
    }
    return failures.sorted { $0.0 < $1.0 }.map(\.1)
  }
}
