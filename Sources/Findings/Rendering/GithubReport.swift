internal import Support

/// A report as GitHub workflow commands ("Setting a notice, warning or error message").
enum GithubReport {
  package static func text(of report: Report) -> [UInt8] {
    var text = ""
    for finding in report.findings where finding.allowance == nil {
      var properties: [String] = []
      if let place = finding.location ?? finding.builds.first.map({ Finding.Place(path: $0.path) })
      {
        properties.append("file=\(escaped(place.path, isProperty: true))")
        if let line = place.line { properties.append("line=\(line)") }
        if let column = place.column { properties.append("col=\(column.codePoints)") }
      }
      properties.append("title=\(escaped(finding.code.title, isProperty: true))")
      let message = "\(finding.sentence) [\(finding.code)]; \(finding.cure)"
      text += "::\(command(finding.severity)) \(properties.joined(separator: ","))"
      text += "::\(escaped(message, isProperty: false))\n"
    }
    return Array((text + report.verdict + "\n").utf8)
  }

  private static func command(_ severity: Severity) -> String {
    switch severity {
    case .error: "error"
    case .warning: "warning"
    case .information: "notice"
    }
  }

  /// What would end a command or a property is written as a percent code.
  private static func escaped(_ text: String, isProperty: Bool) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      case ":" where isProperty: result += "%3A"
      case "," where isProperty: result += "%2C"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
