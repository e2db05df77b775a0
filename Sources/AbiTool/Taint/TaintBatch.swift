public import Support
internal import Synchronization
public import SystemPackage

/// Looks at many files. One that cannot be used does not keep the others from being looked at.
public struct TaintBatch: Sendable {
  private let files: [FilePath]
  private let options: TaintOptions

  /// How far the work is.
  public enum Progress: Sendable {
    /// Of several files, the number of those that are done.
    case files(Int)
    /// Of a single file, the share that has been read, from 0 to 1.
    case share(Double)
  }

  /// The same look at each of `files`.
  public init(_ files: [FilePath], options: TaintOptions) {
    self.files = files
    self.options = options
  }

  /// The results in the order of the files, and the files that could not be used.
  ///
  /// - Parameter jobs: how many files to look at at a time; nil for the number of cores.
  public func run(jobs: Int?, progress: @escaping @Sendable (Progress) -> Void)
    async -> ([TaintResult], [InputError])
  {
    let isSingle = files.count == 1
    var options = options
    if isSingle { options.progress = { progress(.share($0)) } }
    let settings = options
    let results = Mutex([[TaintResult]](repeating: [], count: files.count))
    let batch = Batch(count: files.count, jobs: jobs) { if !isSingle { progress(.files($0)) } }
    let failures = await batch.run { index throws(InputError) in
      let found = try Taint.results(of: files[index], options: settings)
      results.withLock { $0[index] = found }
    }
    return (results.withLock { Array($0.joined()) }, failures)
  }
}
