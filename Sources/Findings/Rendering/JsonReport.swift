internal import Support

/// A report as JSON, for programs: docs/check.md, "The JSON form", and docs/check.schema.json.
enum JsonReport {
  package static func text(of report: Report) -> [UInt8] {
    var json = JsonWriter()
    json.object { json in
      json.field("schema", 1)
      json.field("tool", "abitool")
      json.field("version", ToolVersion.current)
      json.field("command", report.command)
      json.field("subject", report.subject)
      json.field("verdict", report.outcome.rawValue)
      write(report.question.asked, "asked", to: &json)
      write(report.question.notAsked, "notAsked", to: &json)
      if !report.facts.isEmpty {
        json.key("facts")
        json.object { json in
          for fact in report.facts { json.field(fact.name, fact.value) }
        }
      }
      json.field("errors", report.count(.error))
      json.field("warnings", report.count(.warning))
      json.field("notes", report.count(.information))
      json.field("notKnown", report.notKnownCount)
      json.field("allowed", report.allowedCount)
      json.key("builds")
      json.array { json in
        for build in report.builds { json.object { json in write(build, to: &json) } }
      }
      let numbers = Dictionary(
        report.builds.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
      json.key("findings")
      json.array { json in
        for finding in report.findings {
          json.object { json in write(finding, numbers, to: &json) }
        }
      }
    }
    return json.finished()
  }

  private static func write(_ build: Build, to json: inout JsonWriter) {
    if !build.kernel.isEmpty { json.field("kernel", build.kernel) }
    if !build.arch.isEmpty { json.field("arch", build.arch) }
    if !build.role.isEmpty { json.field("role", build.role) }
    json.field("path", build.path)
  }

  private static func write(
    _ finding: Finding, _ numbers: [Build: Int], to json: inout JsonWriter
  ) {
    json.field("code", finding.code.name)
    json.field("severity", finding.severity.rawValue)
    if let object = finding.object { json.field("object", object) }
    if let symbol = finding.symbol { json.field("symbol", symbol.spelled) }
    if let demangled = finding.demangled { json.field("demangled", demangled) }
    if let version = finding.version {
      json.field("symbolVersion", version.spelled)
      json.field("defaultVersion", finding.isDefaultVersion)
    }
    if let needed = finding.needed { json.field("needed", needed.spelled) }
    if let part = finding.part { json.field("part", part) }
    write(finding.builds, "builds", numbers, to: &json)
    write(finding.neededBy, "neededBy", to: &json)
    write(finding.symbols.map(\.spelled), "symbols", to: &json)
    write(finding.spellings, "spellings", numbers, to: &json)
    write(finding.details, "details", numbers, to: &json)
    if let remark = finding.remark { json.field("remark", remark) }
    if let place = finding.location { write(place, to: &json) }
    json.field("message", finding.message)
    json.field("cure", finding.cure)
    if let allowance = finding.allowance {
      json.key("allowed")
      json.object { json in
        write(allowance.place, to: &json)
        json.field("reason", allowance.reason)
      }
    }
  }

  private static func write(
    _ details: [Finding.Detail], _ key: String, _ numbers: [Build: Int], to json: inout JsonWriter
  ) {
    guard !details.isEmpty else { return }
    json.key(key)
    json.array { json in
      for detail in details {
        json.object { json in
          write(detail.builds, "builds", numbers, to: &json)
          json.field("value", detail.value)
        }
      }
    }
  }

  private static func write(_ texts: [String], _ key: String, to json: inout JsonWriter) {
    guard !texts.isEmpty else { return }
    json.key(key)
    json.array { json in for text in texts { json.string(text) } }
  }

  /// Builds by their place in the report's list.
  private static func write(
    _ builds: [Build], _ key: String, _ numbers: [Build: Int], to json: inout JsonWriter
  ) {
    json.key(key)
    json.array { json in
      for number in builds.compactMap({ numbers[$0] }).sorted() { json.number(number) }
    }
  }

  private static func write(_ place: Finding.Place, to json: inout JsonWriter) {
    json.field("file", place.path)
    if let line = place.line { json.field("line", line) }
    if let column = place.column { json.field("column", column.bytes) }
  }
}
