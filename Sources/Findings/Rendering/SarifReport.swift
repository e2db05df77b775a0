internal import Support

/// A report as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format").
enum SarifReport {
  package static func text(of report: Report) -> [UInt8] {
    var rules: [FindingCode] = []
    for finding in report.findings where !rules.contains(finding.code) {
      rules.append(finding.code)
    }
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
          json.field("columnKind", "unicodeCodePoints")
          json.key("results")
          json.array { json in
            for finding in report.findings {
              json.object { json in write(finding, rules, to: &json) }
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
          text("help", rule.cure, to: &json)
          json.key("defaultConfiguration")
          json.object { json in json.field("level", level(rule.severity)) }
        }
      }
    }
  }

  private static func write(
    _ finding: Finding, _ rules: [FindingCode], to json: inout JsonWriter
  ) {
    json.field("ruleId", finding.code.name)
    if let index = rules.firstIndex(of: finding.code) { json.field("ruleIndex", index) }
    json.field("level", level(finding.severity))
    text("message", "\(finding.message); \(finding.cure)", to: &json)
    json.key("locations")
    json.array { json in
      if let place = finding.place {
        json.object { json in write(place, finding, to: &json) }
      } else {
        for build in finding.builds {
          json.object { json in write(Finding.Place(path: build.path), finding, to: &json) }
        }
      }
    }
    json.key("partialFingerprints")
    json.object { json in
      json.field("finding/v1", fingerprint(of: finding))
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

  private static func write(
    _ place: Finding.Place, _ finding: Finding, to json: inout JsonWriter
  ) {
    json.key("physicalLocation")
    json.object { json in
      json.key("artifactLocation")
      json.object { json in json.field("uri", uri(of: place.path)) }
      if let line = place.line {
        json.key("region")
        json.object { json in
          json.field("startLine", line)
          if let column = place.column { json.field("startColumn", column) }
        }
      }
    }
    guard let head = finding.head else { return }
    json.key("logicalLocations")
    json.array { json in
      json.object { json in
        json.field("decoratedName", head)
        if let demangled = finding.demangled { json.field("fullyQualifiedName", demangled) }
      }
    }
  }

  /// What stays the same when lines move: by it a code host recognises a finding.
  private static func fingerprint(of finding: Finding) -> String {
    "\(finding.code):\(finding.head ?? finding.message):"
      + finding.builds.map(\.label).joined(separator: ",")
  }

  private static func text(_ key: String, _ text: String, to json: inout JsonWriter) {
    json.key(key)
    json.object { json in json.field("text", text) }
  }

  private static func level(_ severity: Severity) -> String {
    switch severity {
    case .error: "error"
    case .warning: "warning"
    case .information: "note"
    }
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
