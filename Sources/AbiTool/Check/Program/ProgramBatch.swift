internal import AbiModel
public import Findings
public import Support
internal import Synchronization
internal import SystemPackage

/// The check of many programs and libraries.
public struct ProgramBatch: Sendable {
  /// What was found in all files.
  public struct Result: Sendable {
    /// One for each identity: what is true of one library in many programs is one finding.
    public var findings: [Finding]
    /// Files that could not be checked.
    public var failures: [InputError]
    /// How many files were looked at.
    public var fileCount: Int
  }

  let check: ProgramCheck
  let files: [ProgramFiles.File]

  /// The same check of each of `files`.
  public init(_ check: ProgramCheck, _ files: [ProgramFiles.File]) {
    self.check = check
    self.files = files
  }

  /// - Parameters:
  ///   - jobs: how many parts of the work to do at a time; nil for the number of cores.
  ///   - progress: told the number of files that are done.
  public func run(jobs: Int? = nil, progress: @escaping @Sendable (Int) -> Void) async -> Result {
    let (check, files) = (check, files)
    // Joined as they come: the processes of a system have most of their findings in common.
    let results = Mutex(FindingMerge())
    // Small pieces of work go to the cores in turns, so that none is idle while one has much.
    let step = 16
    let batch = Batch(count: (files.count + step - 1) / step, jobs: jobs) {
      progress(min($0 * step, files.count))
    }
    let failures = Mutex<[Int: InputError]>([:])
    _ = await batch.run { part in
      for index in part * step..<min((part + 1) * step, files.count) {
        do throws(InputError) {
          let found = try check.check(
            FilePath(files[index].path), wasFound: files[index].isFound)
          results.withLock { $0.add(found, rank: index) }
        } catch {
          failures.withLock { $0[index] = error }
        }
      }
    }
    let errors = failures.withLock { $0 }
    return Result(
      findings: results.withLock { $0.findings() },
      failures: errors.keys.sorted().compactMap { errors[$0] }, fileCount: files.count)
  }
}
