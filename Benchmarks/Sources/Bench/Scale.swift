import Foundation

/// How time and memory grow with the number of symbols.
struct Scale {
  struct Row {
    var command: String
    var small: Double
    var large: Double
    /// Peak resident memory at the large size, in bytes.
    var memory: Int
    /// Size of the symbol and string tables, in bytes.
    var tables: Int

    var growth: Double { large / small }
    var memoryRatio: Double { Double(memory) / Double(tables) }
    var isReached: Bool { growth <= 25 && memoryRatio <= 3 }
  }

  static let small = 50_000
  static let large = 1_000_000
  var rows: [Row]

  var isReached: Bool { rows.allSatisfy(\.isReached) }

  var text: String {
    rows.map {
      "\($0.command), 1,000,000 symbols: \(Report.milliseconds($0.large)), "
        + "\(Report.decimal($0.growth)) times that of 50,000; "
        + "peak memory \(Report.decimal($0.memoryRatio)) times the tables"
    }.joined(separator: "\n")
  }

  static func measure(_ inputs: Inputs) throws -> Scale {
    let small = try inputs.synthetic(symbols: small)
    let large = try inputs.synthetic(symbols: large)
    let tables = try tableSize(of: large)
    let out = inputs.path("out")
    return Scale(
      rows: try [("extract", "-o \(out)"), ("ifso", out)].map { command, rest in
        func line(_ library: String) -> String {
          "\(inputs.abitool) \(command) \(library) \(rest)"
        }
        return Row(
          command: command,
          small: try Hyperfine.medians(of: [line(small)], runs: 15, warmup: 2)[0],
          large: try Hyperfine.medians(of: [line(large)], runs: 5, warmup: 1)[0],
          memory: try peakMemory(of: line(large)), tables: tables)
      })
  }

  /// The sizes of `.dynsym` and `.dynstr`, by readelf.
  private static func tableSize(of library: String) throws -> Int {
    var sum = 0
    for line in try Shell.run("readelf", ["-W", "-S", library]).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(where: { $0 == ".dynsym" || $0 == ".dynstr" }),
        words.count > place + 4
      else { continue }
      sum += Int(words[place + 4], radix: 16) ?? 0
    }
    return sum
  }

  /// By GNU time's `%M`, in KiB.
  private static func peakMemory(of command: String) throws -> Int {
    let report = FileManager.default.temporaryDirectory.appendingPathComponent("abitool-bench-rss")
    defer { try? FileManager.default.removeItem(at: report) }
    try Shell.run("sh", ["-c", "/usr/bin/time -o \(report.path) -f %M \(command)"])
    let text = try String(contentsOf: report, encoding: .utf8)
    return (Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) * 1024
  }
}
