import Foundation

/// A piece of work that is done by abitool and by a peer, side by side.
struct Comparison {
  /// What is done, for the table.
  var work: String
  var ours: String
  var peer: String
  /// The peer's name, for the table.
  var peerName: String
  /// The ratio that must not be exceeded. Nil when there is no such promise.
  var limit: Double?
  /// Rounds; in each both run next to each other, so that a change in the machine's load meets both.
  var rounds = 7
  /// Runs of each command in a round.
  var runs = 5

  struct Result: Codable {
    var work: String
    var peerName: String
    /// Medians over all rounds, in seconds.
    var ours: Double
    var peer: Double
    /// Ours divided by the peer's: median, least and greatest of the rounds.
    var ratio: Double
    var least: Double
    var greatest: Double
    var limit: Double?

    var isReached: Bool { limit.map { ratio <= $0 } ?? true }
  }

  func measure() throws -> Result {
    var ours: [Double] = []
    var peers: [Double] = []
    for round in 0..<rounds {
      let medians = try Hyperfine.medians(
        of: [self.ours, peer], runs: runs, warmup: round == 0 ? min(runs, 2) : 0)
      ours.append(medians[0])
      peers.append(medians[1])
    }
    let ratios = zip(ours, peers).map { $0 / $1 }
    return Result(
      work: work, peerName: peerName, ours: ours.median, peer: peers.median, ratio: ratios.median,
      least: ratios.min() ?? 0, greatest: ratios.max() ?? 0, limit: limit)
  }
}

enum Hyperfine {
  private struct Report: Decodable {
    struct Entry: Decodable { var median: Double }
    var results: [Entry]
  }

  /// The median time of each command, in seconds.
  static func medians(of commands: [String], runs: Int, warmup: Int) throws -> [Double] {
    let report = FileManager.default.temporaryDirectory
      .appendingPathComponent("abitool-bench-\(getpid()).json")
    defer { try? FileManager.default.removeItem(at: report) }
    let options = [
      "-N", "--style", "none", "--runs", "\(max(runs, 2))", "--warmup", "\(warmup)",
      "--export-json", report.path,
    ]
    // A loop that runs a tool on every file ends with the status of its last run.
    _ = try Shell.run("hyperfine", options + ["--ignore-failure"] + commands)
    return try JSONDecoder().decode(Report.self, from: Data(contentsOf: report)).results.map(
      \.median)
  }
}

enum Shell {
  struct Failure: Error, CustomStringConvertible { var description: String }

  /// Runs a program of the search path and gives its output.
  @discardableResult
  static func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(
        description:
          "\(program) \(arguments.joined(separator: " ")) failed with status \(process.terminationStatus)"
      )
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The first of the programs that is installed.
  static func find(_ programs: [String]) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    for program in programs {
      for directory in path.split(separator: ":") {
        let candidate = "\(directory)/\(program)"
        if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
      }
    }
    return nil
  }
}

extension [Double] {
  var median: Double {
    guard !isEmpty else { return 0 }
    let sorted = self.sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }
}
