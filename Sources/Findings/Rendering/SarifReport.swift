internal import Support

/// A report as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format").
enum SarifReport {
  package static func text(of report: Report) -> [UInt8] {
    var rules: [FindingCode] = []
    var numbers: [FindingCode: Int] = [:]
    for finding in report.findings where numbers[finding.code] == nil {
      numbers[finding.code] = rules.count
      rules.append(finding.code)
    }
    var fingerprints = Fingerprints()
    var json = JsonWriter()
    json.object { json in
      json.field("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
      json.field("version", "2.1.0")
      json.key("runs")
      json.array { json in
        json.object { json in
          json.key("tool")
          json.object { json in
            json.key("driver")
            json.object { json in writeDriver(rules, to: &json) }
          }
          json.key("invocations")
          json.array { json in json.object { json in writeInvocation(report, to: &json) } }
          json.field("columnKind", "unicodeCodePoints")
          json.key("results")
          json.array { json in
            for finding in report.findings where !isNotification(finding) {
              json.object { json in
                write(finding, rule: numbers[finding.code], &fingerprints, to: &json)
              }
            }
          }
        }
      }
    }
    return json.finished()
  }

  private static func writeDriver(_ rules: [FindingCode], to json: inout JsonWriter) {
    json.field("name", "abitool")
    json.field("version", ToolVersion.current)
    json.field("semanticVersion", ToolVersion.current)
    json.key("rules")
    json.array { json in
      for rule in rules {
        json.object { json in
          json.field("id", rule.name)
          text("shortDescription", rule.title, to: &json)
          text("fullDescription", rule.explanation, to: &json)
          text("help", help(rule), to: &json)
          if let url = rule.authority.url { json.field("helpUri", url) }
          json.key("defaultConfiguration")
          json.object { json in json.field("level", rule.severity.rawValue) }
        }
      }
    }
  }

  private static func help(_ rule: FindingCode) -> String {
    """
    \(rule.cure)

    Example:
    \(rule.example)

    No finding:
    \(rule.counterExample)

    Authority: \(rule.authority.name)
    """
  }

  /// What is not known is no result of the analysis, but says that it is not complete.
  private static func isNotification(_ finding: Finding) -> Bool {
    finding.isNotKnown && finding.allowance == nil
  }

  private static func writeInvocation(_ report: Report, to json: inout JsonWriter) {
    let notifications = report.findings.filter(isNotification)
    json.field("executionSuccessful", notifications.isEmpty)
    json.field("exitCode", report.exitStatus)
    guard !notifications.isEmpty else { return }
    json.key("toolExecutionNotifications")
    json.array { json in
      for finding in notifications {
        json.object { json in
          json.field("level", "error")
          text("message", "\(finding.sentence); \(finding.cure)", to: &json)
          json.key("associatedRule")
          json.object { json in json.field("id", finding.code.name) }
          if let place = finding.location {
            json.key("locations")
            json.array { json in json.object { json in write(place, finding, to: &json) } }
          }
        }
      }
    }
  }

  private static func write(
    _ finding: Finding, rule: Int?, _ fingerprints: inout Fingerprints, to json: inout JsonWriter
  ) {
    json.field("ruleId", finding.code.name)
    if let rule { json.field("ruleIndex", rule) }
    if finding.isNotKnown { json.field("kind", "open") }
    json.field("level", finding.isNotKnown ? "none" : finding.severity.rawValue)
    text("message", "\(finding.sentence); \(finding.cure)", to: &json)
    let place = finding.location ?? finding.builds.first.map { Finding.Place(path: $0.path) }
    json.key("locations")
    json.array { json in
      if let place { json.object { json in write(place, finding, to: &json) } }
    }
    writeRelated(finding, place, to: &json)
    let fingerprint = fingerprints.next(for: finding)
    json.key("partialFingerprints")
    json.object { json in
      json.field("abitoolFinding/v1", fingerprint)
      // The one by which GitHub tells the alerts of one rule in one file apart.
      json.field("primaryLocationLineHash", fingerprint)
    }
    if let allowance = finding.allowance {
      json.key("suppressions")
      json.array { json in
        json.object { json in
          json.field("kind", "external")
          json.field("justification", allowance.reason)
        }
      }
    }
  }

  /// How many related locations a result has at most: of more, GitHub shows none.
  private static let relatedLimit = 100

  /// The other files that need it or in whose processes it was met.
  private static func writeRelated(
    _ finding: Finding, _ place: Finding.Place?, to json: inout JsonWriter
  ) {
    var seen: Set<String> = [place?.path ?? ""]
    var locations: [(path: String, words: String)] = []
    func add(_ path: String, _ words: String) {
      guard locations.count < relatedLimit, seen.insert(path).inserted else { return }
      locations.append((path, words))
    }
    for path in finding.neededBy { add(path, "needs it") }
    for build in finding.builds { add(build.path, "it was met here") }
    guard !locations.isEmpty else { return }
    json.key("relatedLocations")
    json.array { json in
      for location in locations {
        json.object { json in
          write(Finding.Place(path: location.path), to: &json)
          text("message", location.words, to: &json)
        }
      }
    }
  }

  private static func write(_ place: Finding.Place, to json: inout JsonWriter) {
    json.key("physicalLocation")
    json.object { json in
      json.key("artifactLocation")
      json.object { json in json.field("uri", uri(of: place.path)) }
      if let line = place.line {
        json.key("region")
        json.object { json in
          json.field("startLine", line)
          if let column = place.column { json.field("startColumn", column.codePoints) }
        }
      }
    }
  }

  private static func write(
    _ place: Finding.Place, _ finding: Finding, to json: inout JsonWriter
  ) {
    write(place, to: &json)
    guard let head = finding.head else { return }
    json.key("logicalLocations")
    json.array { json in
      json.object { json in
        json.field("decoratedName", head)
        if let demangled = finding.demangled { json.field("fullyQualifiedName", demangled) }
      }
    }
  }

  private static func text(_ key: String, _ text: String, to json: inout JsonWriter) {
    json.key(key)
    json.object { json in json.field("text", text) }
  }

  /// A path as a URI reference (RFC 3986): absolute paths become file URIs.
  private static func uri(of path: String) -> String {
    var result = path.hasPrefix("/") ? "file://" : ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
        UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "+"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let hex = String(byte, radix: 16, uppercase: true)
        result += "%" + (hex.count == 1 ? "0" : "") + hex
      }
    }
    return result
  }
}

/// The fingerprints of a run's results. Those of one identity, such as two instructions of one
/// function, are numbered.
private struct Fingerprints {
  private var counts: [String: Int] = [:]

  mutating func next(for finding: Finding) -> String {
    let fingerprint = finding.identity.fingerprint
    counts[fingerprint, default: 0] += 1
    return "\(fingerprint):\(counts[fingerprint, default: 1])"
  }
}
