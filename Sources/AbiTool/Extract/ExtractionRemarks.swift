internal import AbiModel
public import Support

// What there is to say of an extraction beside its result.
extension Extraction.Result {
  /// What became of the symbols that match: a line each. For `*` of the dropped ones only.
  public func explanation(of pattern: Glob) -> [String] {
    let isEverything = pattern.pattern == "*"
    var lines: [String] = []
    for dropped in dropped where isEverything || dropped.matches(pattern) {
      let reason = dropped.reason
      lines.append("\(dropped.name.spelled): dropped (\(reason.title)): \(reason.explanation)")
    }
    guard !isEverything else { return lines }
    for symbol in abi.symbols where abi.withSpelledName(of: symbol, pattern.matches) {
      lines.append("\(abi.head(of: symbol)): kept")
    }
    return lines
  }

  /// How many symbols were kept, and how many dropped for each reason: the lines of a table.
  public func statistics() -> [String] {
    var rows = [("kept", abi.symbols.count)]
    for reason in DropReason.allCases where count(reason) > 0 {
      rows.append(("dropped: " + reason.title, count(reason)))
    }
    let width = rows.map { $0.0.count }.max() ?? 0
    return rows.map { title, count in
      let number = String(count)
      return "  " + title + String(repeating: " ", count: width - title.count + 2)
        + String(repeating: " ", count: max(0, 8 - number.count)) + number
    }
  }

  /// What to be warned of: symbols of which there will be two copies at run time.
  public var warning: String? {
    let changed = changedMeaningCount
    guard changed > 0 else { return nil }
    return """
      \(changed) dropped \(changed == 1 ? "symbol is a variable" : "symbols are variables") of \
      inline code; program and library have a copy each at run time (see --explain)
      """
  }
}
