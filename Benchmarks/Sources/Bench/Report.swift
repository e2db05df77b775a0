import Foundation

/// The results for people: a line, a Markdown page and an SVG plot.
enum Report {
  static func milliseconds(_ seconds: Double) -> String {
    seconds >= 10 ? "\(decimal(seconds)) s" : "\(decimal(seconds * 1000)) ms"
  }

  static func decimal(_ value: Double) -> String {
    String(
      format: value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.3f", value)
  }

  static func line(_ result: Comparison.Result) -> String {
    var line =
      "\(result.work): \(milliseconds(result.ours)), \(result.peerName) \(milliseconds(result.peer)): "
      + "ratio \(decimal(result.ratio)) (\(decimal(result.least))–\(decimal(result.greatest)))"
    if let limit = result.limit {
      line += result.isReached ? ", at most \(limit) promised" : ", MISSES the promised \(limit)"
    }
    return line
  }

  static func markdown(_ results: [Comparison.Result], _ scale: Scale, _ inputs: Inputs) -> String {
    var text = """
      # Performance

      Written by `make bench` on \(machine()). Both commands of a row run next to each other, in
      rounds; the ratio is abitool's time divided by the peer's, the median of the rounds with the
      least and the greatest. Times are medians and include starting the process.

      ![Ratios](performance.svg)

      | work | abitool | peer | its time | ratio | least–greatest | promised |
      |---|---:|---|---:|---:|---:|---:|

      """
    for result in results {
      text +=
        "| \(result.work) | \(milliseconds(result.ours)) | \(result.peerName) | \(milliseconds(result.peer)) "
        + "| \(decimal(result.ratio)) | \(decimal(result.least))–\(decimal(result.greatest)) "
        + "| \(result.limit.map { "≤ \($0)" } ?? "") |\n"
    }
    text += """

      ## Growth

      A library of 1,000,000 symbols with names of some 45 bytes, against one of 50,000.

      | command | 50,000 | 1,000,000 | growth (20 is linear) | peak memory / (.dynsym + .dynstr) |
      |---|---:|---:|---:|---:|

      """
    for row in scale.rows {
      text +=
        "| \(row.command) | \(milliseconds(row.small)) | \(milliseconds(row.large)) "
        + "| \(decimal(row.growth)) | \(decimal(row.memoryRatio)) |\n"
    }
    text += """

      ## What limits each command

      - **Starting** takes 2 to 3 ms: the dynamic linker, the Swift runtime and parsing the arguments. For a
        library of up to some 3,000 symbols that is most of the time.
      - **extract** is one pass over `.dynsym` and `.dynstr`, which are read in place, a radix quicksort of the
        names, and one pass of output. The page faults of reading the tables for the first time are a
        third of the time for libLLVM.
      - **Growth of extract** beyond the processor's caches is above linear: sorting and printing reach the
        names of a million symbols at random, a miss for every eight bytes that are compared. Its instructions grow
        linearly, and so does ifso, which does not sort names.
      - **ifso** is the same pass with a hash of each name, and writing the file.
      - **Instruction counts** are kept from growing by `make bench-guard`, which compares them with
        `Benchmarks/instructions.txt`; noise does not change them.

      """
    return text
  }

  private static func machine() -> String {
    let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = info.split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
    return "\(model ?? "an unnamed processor"), \(ProcessInfo.processInfo.processorCount) cores"
  }

  /// Horizontal bars on a logarithmic scale; 1 is the peer's time.
  static func plot(_ results: [Comparison.Result]) -> String {
    let rowHeight = 26
    let left = 380
    let width = 420
    let height = results.count * rowHeight + 60
    func x(_ ratio: Double) -> Double {
      let position = (log10(max(ratio, 0.005)) - log10(0.005)) / (log10(2) - log10(0.005))
      return Double(left) + min(max(position, 0), 1) * Double(width)
    }
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(left + width + 80)" height="\(height)" \
      font-family="sans-serif" font-size="13">
      <rect width="100%" height="100%" fill="white"/>
      <text x="10" y="20" font-size="15">Time of abitool, as a part of the peer's time (logarithmic)</text>

      """
    for tick in [0.01, 0.1, 1.0] {
      svg += """
        <line x1="\(x(tick))" y1="32" x2="\(x(tick))" y2="\(height - 22)" \
        stroke="\(tick == 1 ? "#c00" : "#ccc")"/>
        <text x="\(x(tick))" y="\(height - 6)" text-anchor="middle">\(tick)</text>

        """
    }
    for (index, result) in results.enumerated() {
      let y = 36 + index * rowHeight
      svg += """
        <text x="\(left - 8)" y="\(y + 15)" text-anchor="end">\(result.work) / \(result.peerName)</text>
        <rect x="\(left)" y="\(y + 3)" width="\(max(x(result.ratio) - Double(left), 1))" height="16" \
        fill="#4a7fb5"/>
        <text x="\(x(result.ratio) + 6)" y="\(y + 16)">\(decimal(result.ratio))</text>

        """
    }
    return svg + "</svg>\n"
  }
}
