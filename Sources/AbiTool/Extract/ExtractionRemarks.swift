internal import AbiModel
internal import ElfKit
public import Support

// What there is to say of an extraction beside its result.
extension Extraction.Result {
  /// What became of the symbols that match: a line each. For `*` of the dropped ones only.
  public func explanation(of pattern: Glob) -> [String] {
    let isEverything = pattern.pattern == "*"
    var lines: [String] = []
    for dropped in dropped where isEverything || dropped.matches(pattern) {
      let reason = dropped.reason
      var line = "\(dropped.name.spelled): dropped (\(reason.title)): \(reason.explanation)"
      if let offset = dropped.unexportedSlot {
        line +=
          "; the function at byte \(offset) of the virtual table, which may be it, is not exported"
      }
      lines.append(line)
    }
    guard !isEverything else { return lines }
    for symbol in abi.symbols where abi.withSpelledName(of: symbol, pattern.matches) {
      let reason = keepReason(of: symbol).map { ": " + $0 } ?? ""
      lines.append("\(abi.head(of: symbol)): kept\(reason)")
    }
    return lines
  }

  /// Why a C++ symbol is kept that another of its kind is not, in words.
  private func keepReason(of symbol: Symbol) -> String? {
    let name = ByteName(abi.nameBytes(of: symbol))
    if let reason = keptByRule[name] { return reason.explanation }
    return name.bytes.withUnsafeBytes { raw in
      guard WeakCxx.isCxx(raw) else { return nil }
      if symbol.binding == .global {
        return WeakCxx.isOfInlineCode(raw)
          ? "it is strong, although of a template instance or an inline function" : nil
      }
      return WeakCxx.isReplaceableAllocation(raw)
        ? KeepReason.replaceableAllocation.explanation : nil
    }
  }

  /// How many symbols were kept, and how many dropped for each reason: the lines of a table.
  public func statistics() -> [String] {
    var rows = [("kept", abi.symbols.count)]
    let kept = CxxCounts(of: abi)
    for (reason, count) in [
      (DropReason.weakVtable, kept.weakVtables), (.weakTypeInfo, kept.weakTypeInfos),
    ] where count + self.count(reason) > 0 {
      rows.append(("kept: " + reason.title, count))
    }
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

  /// What to be warned of.
  public var warnings: [String] { [copyWarning, localVersionWarning].compactMap { $0 } }

  /// Symbols that linkers do not agree about.
  private var localVersionWarning: String? {
    guard localVersionCount > 0 else { return nil }
    let have = localVersionCount == 1 ? "symbol has" : "symbols have"
    return """
      \(localVersionCount) \(have) the version VER_NDX_LOCAL (0) and \
      \(localVersionCount == 1 ? "is" : "are") written without one, as the dynamic linker and GNU \
      ld take it; lld refuses the library, mold does not see it
      """
  }

  /// Symbols of which there will be two copies at run time.
  private var copyWarning: String? {
    let changed = changedMeaningCount
    guard changed > 0 else { return nil }
    return """
      \(changed) dropped \(changed == 1 ? "symbol is a variable" : "symbols are variables") of \
      inline code; program and library have a copy each at run time (see --explain)
      """
  }

  /// What to know: symbols that are promised because they are strong, although most of their kind
  /// are weak.
  public var note: String? {
    let counts = CxxCounts(of: abi)
    guard let first = counts.firstOfInlineCode else { return nil }
    let count = counts.strongOfInlineCode
    return """
      \(count) kept \(count == 1 ? "symbol is" : "symbols are") strong, although of template \
      instances or inline functions, such as \(first.spelled): explicit specialisations, or made \
      strong by link-time optimisation, as all inline functions are then; --drop what is no promise
      """
  }
}
