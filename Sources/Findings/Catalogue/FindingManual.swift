internal import Support

extension FindingCode {
  /// All codes, one a line, for `check --list`.
  public static var listing: String {
    let width = all.map(\.name.count).max() ?? 0
    return all.map { code in
      "\(Output.padded(code.name, width))  \(Output.padded(code.word, 9))  \(code.title)\n"
    }.joined()
  }

  /// What the code means, why it matters and what to do, for `check --explain`.
  public var manual: String {
    var out = Output(usesColor: false)
    out.line("\(name) (\(word)): \(title)")
    out.line("")
    out.paragraph(explanation, indent: 0)
    out.line("")
    for (heading, text) in [("Example:", example), ("No finding:", counterExample)] {
      out.line(heading)
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        out.line("  " + line)
      }
      out.line("")
    }
    out.paragraph("Cure: " + cure, indent: 0)
    out.line("")
    out.paragraph("Authority: " + authority.name, indent: 0)
    if let url = authority.url { out.line("  " + url) }
    return out.text
  }
}
