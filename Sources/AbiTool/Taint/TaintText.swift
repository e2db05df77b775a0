internal import AbiModel
internal import Disassembly
public import Findings
internal import Support

/// Results for people: grouped by cause and function.
public struct TaintText: Sendable {
  /// Write escape sequences for colours.
  public var usesColor = false
  /// How many functions or names are shown of each cause; nil for all.
  public var limit: Int? = 20
  /// Say nothing of files that are kernel-agnostic.
  public var isQuiet = false

  /// Without colours, with short lists.
  public init() {}

  /// - Parameter stale: what is wrong with the allow file.
  public func text(of results: [TaintResult], stale: [Finding] = []) -> String {
    var out = Output(usesColor: usesColor)
    for finding in stale {
      let place = finding.place.map { "\($0.path):\($0.line ?? 0): " } ?? ""
      out.line("\(place)\(out.paint("error:", .red)) \(finding.message) [\(finding.code)]")
    }
    let firstTainted = results.firstIndex { result in
      if case .tainted = result.verdict { true } else { false }
    }
    for (index, result) in results.enumerated() {
      if isQuiet, result.verdict == .kernelAgnostic { continue }
      append(result, mentionsExplanations: index == firstTainted, to: &out)
    }
    return out.text
  }

  private func append(
    _ result: TaintResult, mentionsExplanations: Bool, to out: inout Output
  ) {
    let numbered = zip(result.findings.indices, result.findings).filter { $1.allowance == nil }
    for code in FindingCode.taintCodes {
      let group = numbered.filter { $1.code == code }
      guard !group.isEmpty else { continue }
      if code == .notKnown {
        for (_, finding) in group {
          out.line(out.paint("not known:", .yellow) + " \(finding.sentence)")
        }
        continue
      }
      let sites = group.compactMap { index, _ in
        index < result.sites.count ? result.sites[index] : nil
      }
      if sites.isEmpty {
        heading(code, "\(group.count)", &out)
        for (_, finding) in cut(group) { out.line("  " + finding.message) }
        more(group.count, &out)
      } else {
        appendSites(sites, code, to: &out)
        for (index, finding) in group where index >= result.sites.count {
          out.line("  … and \(finding.message)")
        }
      }
      out.paragraph("cure: " + code.cure, indent: 2)
      out.line("")
    }
    let color: Output.Color =
      switch result.verdict {
      case .kernelAgnostic: .green
      case .tainted: .red
      case .notKnown: .yellow
      }
    if mentionsExplanations { out.line(TextReport.hint) }
    out.line(out.paint("\(result.path): \(result.verdictText)", color))
  }

  private func heading(_ code: FindingCode, _ count: String, _ out: inout Output) {
    let severity = out.paint("\(code.severity.word):", code.severity.color)
    out.line("\(severity) \(code.title): \(count) [\(code)]")
  }

  private func cut<Element>(_ elements: [Element]) -> ArraySlice<Element> {
    limit.map { elements.prefix($0) } ?? elements[...]
  }

  private func more(_ count: Int, _ out: inout Output) {
    guard let limit, count > limit else { return }
    out.line("  … and \(Report.grouped(count - limit)) more (--all lists them)")
  }

  private func appendSites(
    _ sites: [TaintResult.Site], _ code: FindingCode, to out: inout Output
  ) {
    let functions = FunctionSites.grouped(sites)
    let named = "\(functions.count) \(functions.count == 1 ? "function" : "functions")"
    heading(code, "\(Report.grouped(sites.count)) in \(named)", &out)
    for function in cut(functions) {
      out.line("  " + function.title)
      let places = function.sites.map { $0.site.place.count }.max() ?? 0
      let texts = function.sites.map { $0.site.text.count }.max() ?? 0
      for site in function.sites {
        var line = "    \(Output.padded(site.site.place, places))  "
        line += Output.padded(site.site.text, texts)
        if let source = site.line { line += "  " + source }
        if site.site.evidence == .sweep { line += "  (plain sweep: perhaps data)" }
        out.line(trimmed(line))
      }
    }
    more(functions.count, &out)
  }

  private func trimmed(_ line: String) -> String {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }
}

/// The sites of one function.
struct FunctionSites {
  var title: String
  var sites: [TaintResult.Site]

  /// In the order of addresses.
  static func grouped(_ sites: [TaintResult.Site]) -> [FunctionSites] {
    struct Key: Hashable {
      var section: UInt32
      var function: CodeScan.Function?
    }
    var numbers: [Key: Int] = [:]
    var groups: [FunctionSites] = []
    for site in sites {
      let key = Key(section: site.site.sectionIndex, function: site.site.function)
      if let number = numbers[key] {
        groups[number].sites.append(site)
      } else {
        numbers[key] = groups.count
        groups.append(FunctionSites(title: title(of: site.site), sites: [site]))
      }
    }
    return groups
  }

  private static func title(of site: CodeScan.Site) -> String {
    guard let function = site.function else {
      return "(outside of known functions, in \(site.section ?? "a segment"))"
    }
    guard let name = function.name.map({ ByteName($0) }) else {
      return "(function without a name at \(hexadecimal(function.address)))"
    }
    return name.demangledOrSpelled
  }
}
