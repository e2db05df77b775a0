internal import AbiModel
internal import Disassembly
internal import Findings
internal import Support

/// Tables of instruction kinds and functions: for a dynamic linker its interface to the kernel.
public enum TaintSummary {
  /// A table of counts, one line a file.
  public static func text(of results: [TaintResult]) -> String {
    var out = Output(usesColor: false)
    for (index, result) in results.enumerated() {
      if index > 0 { out.line("") }
      append(result, to: &out)
    }
    return out.text
  }

  private static func append(_ result: TaintResult, to out: inout Output) {
    out.line("\(result.path): \(result.verdictText)")
    if let size = result.codeSize {
      out.line("  \(Report.grouped(size)) bytes of code")
    }
    for finding in result.findings where finding.isNotKnown {
      out.line("  not known: \(finding.sentence)")
    }
    for finding in result.findings[result.sites.count...] where !finding.isNotKnown {
      let allowed = finding.allowance.map { " (allowed: \($0.reason))" } ?? ""
      out.line("  \(finding.code.title): \(finding.message)\(allowed)")
    }
    if !result.sites.isEmpty { appendTable(result, to: &out) }
  }

  private static func appendTable(_ result: TaintResult, to out: inout Output) {
    let functions = FunctionSites.grouped(result.sites)
    let kinds = SystemInstruction.allCases.filter { kind in
      result.unlisted[kind] != nil || result.sites.contains { $0.site.instruction == kind }
    }
    func count(_ sites: [TaintResult.Site], _ kind: SystemInstruction) -> Int {
      sites.count { $0.site.instruction == kind }
    }
    let width = max(8, functions.map(\.title.count).max() ?? 0)
    let columns = kinds.map { max($0.rawValue.count, 6) }
    func row(_ title: String, _ cells: [String]) {
      var line = "  " + Output.padded(title, width)
      for (cell, column) in zip(cells, columns) {
        line += "  " + Output.padded(cell, column, right: true)
      }
      out.line(line)
    }
    row("function", kinds.map(\.rawValue))
    for function in functions {
      row(
        function.title,
        kinds.map { kind in
          let number = count(function.sites, kind)
          return number == 0 ? "·" : String(number)
        })
    }
    if !result.unlisted.isEmpty {
      row("(not listed)", kinds.map { String(result.unlisted[$0] ?? 0) })
    }
    row("total", kinds.map { String(count(result.sites, $0) + (result.unlisted[$0] ?? 0)) })
  }
}
