internal import Support

// What waits for a decision.
extension AllowFile {
  private static let openReason = "reason: TODO"

  /// Whether a reason is one that nobody has written yet.
  static func isOpen(_ reason: String) -> Bool { reason == openReason || reason == "TODO" }

  /// Entries for what is rejected, sorted, each to be completed with its reason.
  ///
  /// - Parameter builds: those of the run; an entry for some of them names these.
  public static func text(for findings: [Finding], builds: [Build]) -> [UInt8] {
    let rejected = findings.filter {
      $0.severity == .error && $0.allowance == nil && $0.code != .staleAllowance
    }
    let lines = Set(rejected.compactMap { line(for: $0, builds) }).sorted()
    return Array(lines.map { $0 + "\n" }.joined().utf8)
  }

  private static func line(for finding: Finding, _ builds: [Build]) -> String? {
    let name =
      finding.version != nil && finding.symbol != nil
      ? finding.head
      : (finding.symbol ?? finding.version ?? finding.needed)
        .map { String(decoding: $0.bytes, as: UTF8.self) } ?? finding.object
    guard let name, !name.isEmpty else { return nil }
    var line = "\(pattern(for: name)) \(finding.code.name)"
    func add(_ key: String, _ value: (Build) -> String) {
      let all = Set(builds.map(value))
      let own = Set(finding.builds.map(value)).subtracting([""])
      if !own.isEmpty, own != all { line += " \(key)=\(own.sorted().joined(separator: ","))" }
    }
    add("kernel", \.kernel)
    add("arch", \.arch)
    return line + " # " + openReason
  }

  /// A glob for one name only.
  private static func pattern(for name: String) -> String {
    let escaped = Glob(escaping: name).pattern
    return escaped.contains(" ") || escaped.contains("#") ? "\"\(escaped)\"" : escaped
  }
}
