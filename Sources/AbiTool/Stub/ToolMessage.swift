internal import ElfKit

/// Finds out which symbol an assembler or linker complains about.
enum ToolMessage {
  /// The index of the entry whose directives are at the line of the assembly that a message names:
  /// `FILE:LINE: Error: …` or `FILE:LINE:COLUMN: error: …`.
  static func entry(blamedBy message: String, in text: [UInt8], of plan: StubPlan) -> Int? {
    guard let number = lineNumber(in: message) else { return nil }
    let lines = text.split(
      separator: UInt8(ascii: "\n"), maxSplits: number, omittingEmptySubsequences: false)
    guard number >= 1, number <= lines.count else { return nil }
    // Directives without a name, such as .skip, belong to the symbol above them.
    for line in lines[..<number].reversed().prefix(4) {
      if let entry = entry(namedBy: line, of: plan) { return entry }
    }
    return nil
  }

  /// The index of an entry whose name a message has in quotes, as linkers write them.
  static func entry(namedIn message: String, of plan: StubPlan) -> Int? {
    let words = message.utf8.split { byte in
      byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`") || byte == UInt8(ascii: "\"")
        || byte == UInt8(ascii: " ")
    }
    for word in words {
      let name = word.prefix { $0 != UInt8(ascii: "@") }
      if name.count > 1, let entry = entry(named: Array(name), of: plan) { return entry }
    }
    return nil
  }

  /// The message behind file and line, which are of a temporary file.
  static func withoutPlace(_ message: String) -> String {
    for severity in ["Error: ", "error: "] {
      guard let start = message.utf8.firstRange(of: severity.utf8)?.upperBound else { continue }
      return String(message[start...])
    }
    return message
  }

  /// The first number between two colons.
  private static func lineNumber(in message: String) -> Int? {
    message.split(separator: ":").dropFirst().compactMap { Int($0) }.first
  }

  private static func entry(namedBy line: ArraySlice<UInt8>, of plan: StubPlan) -> Int? {
    if let quote = line.firstIndex(of: UInt8(ascii: "\"")) {
      let start = line.index(after: quote)
      let end = line[start...].firstIndex { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "@") }
      return entry(named: Array(line[start..<(end ?? line.endIndex)]), of: plan)
    }
    // The label of a versioned symbol ends in the number of its entry.
    for word in line.split(whereSeparator: { " \t,:".utf8.contains($0) }) {
      let digits = word.suffix(while: { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
      guard word.contains(UInt8(ascii: "v")), !digits.isEmpty,
        let index = Int(String(decoding: digits, as: UTF8.self)), index < plan.entries.count,
        plan.entries[index].version != .global
      else { continue }
      return index
    }
    return nil
  }

  private static func entry(named name: [UInt8], of plan: StubPlan) -> Int? {
    plan.entries.firstIndex { entry in plan.withName(of: entry) { $0.elementsEqual(name) } }
  }
}

extension ArraySlice {
  fileprivate func suffix(while predicate: (Element) -> Bool) -> ArraySlice {
    var start = endIndex
    while start > startIndex, predicate(self[start - 1]) { start -= 1 }
    return self[start...]
  }
}
