internal import AbiModel
public import Findings
public import Support
internal import Synchronization
internal import SystemPackage

/// The check of many programs and libraries.
public struct ProgramBatch: Sendable {
  public struct Result: Sendable {
    /// What is true of one library in many programs is one finding.
    public var findings: [Finding]
    /// Files that could not be checked.
    public var failures: [InputError]
    public var fileCount: Int
  }

  let check: ProgramCheck
  let files: [ProgramFiles.File]

  public init(_ check: ProgramCheck, _ files: [ProgramFiles.File]) {
    self.check = check
    self.files = files
  }

  /// - Parameter progress: told the number of files that are done.
  public func run(progress: @escaping @Sendable (Int) -> Void) async -> Result {
    let (check, files) = (check, files)
    let results = Mutex([[Finding]](repeating: [], count: files.count))
    // Small pieces of work go to the cores in turns, so that none is idle while one has much.
    let step = 16
    let batch = Batch(count: (files.count + step - 1) / step, jobs: nil) {
      progress(min($0 * step, files.count))
    }
    let failures = Mutex<[Int: InputError]>([:])
    _ = await batch.run { part in
      for index in part * step..<min((part + 1) * step, files.count) {
        do throws(InputError) {
          let found = try check.check(
            FilePath(files[index].path), wasFound: files[index].isFound)
          results.withLock { $0[index] = found }
        } catch {
          failures.withLock { $0[index] = error }
        }
      }
    }
    let errors = failures.withLock { $0 }
    return Result(
      findings: Self.merged(results.withLock { $0.flatMap { $0 } }),
      failures: errors.keys.sorted().compactMap { errors[$0] }, fileCount: files.count)
  }

  private struct Key: Hashable {
    var code: FindingCode
    var severity: Severity
    var symbol: ByteName?
    var place: Finding.Place?
    var message: String
  }

  /// Joins what is said of one object in the processes of several programs.
  static func merged(_ findings: [Finding]) -> [Finding] {
    var result: [Finding] = []
    var places: [Key: Int] = [:]
    for finding in findings {
      let key = Key(
        code: finding.code, severity: finding.severity, symbol: finding.symbol,
        place: finding.place, message: finding.message)
      if let place = places[key] {
        result[place].builds += finding.builds
      } else {
        places[key] = result.count
        result.append(finding)
      }
    }
    for index in result.indices {
      result[index].builds = Set(result[index].builds).sorted()
      let finding = result[index]
      // Said of a library that was loaded for the programs.
      guard let first = finding.builds.first,
        finding.builds.contains(where: { $0.path != finding.place?.path })
      else { continue }
      let others = finding.builds.count - 1
      result[index].remark =
        others == 0 ? "loaded for \(first.path)" : "loaded for \(first.path) and \(others) more"
      result[index].message += " (\(result[index].remark ?? ""))"
    }
    return result
  }
}
