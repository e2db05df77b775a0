public import AbiModel
internal import Findings
public import Support
public import SystemPackage

/// Renews an ABI file that people edit: comments, sections and accepted lines stay where they
/// are, facts are brought up to date, what the library no longer has goes, and what is new comes
/// in order into the largest section.
public struct AbiUpdate {
  /// The renewed text.
  public private(set) var text: [UInt8] = []
  /// A line each of what changed: `+`, `-` or `~` and the symbol's line.
  public private(set) var changes: [String] = []
  /// What the file says of the SONAME before.
  public let soname: ByteName?

  /// - Parameters:
  ///   - path: the ABI file to renew.
  ///   - promised: what extraction keeps of the library.
  ///   - available: all that the library has, so that lines stay which somebody accepted although
  ///     extraction drops them.
  ///   - genode: whether new lines are plain `NAME KIND [SIZE]`.
  /// - Throws: `InputError` when the file cannot be read or parsed.
  public init(of path: FilePath, promised: Abi, available: Abi, genode: Bool) throws(InputError) {
    let old = try InputBytes(path: path)
    let (bytes, abi) = try old.withBytes { raw throws(InputError) in
      ([UInt8](raw), try AbiParser.parse(raw, path: path.string))
    }
    soname = abi.soname
    let promisedLines = Lines(of: promised, genode: genode)
    let availableLines = Lines(of: available, genode: genode)
    // Symbols of the file by the line they stand in.
    var symbols: [Int: Symbol] = [:]
    for symbol in abi.symbols { symbols[Int(symbol.sourceLine)] = symbol }

    var entries: [Entry] = []
    var seen: Set<Head> = []
    var directivePlace: Int?
    for (index, line) in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    )
    .enumerated() {
      let line = AbiLine(Array(line))
      if let symbol = symbols[index + 1] {
        seen.formUnion(abi.heads(of: symbol))
        guard let renewed = Self.renewed(line, symbol, abi, promisedLines, availableLines) else {
          changes.append("- " + line.text)
          continue
        }
        if renewed != line { changes.append("~ \(line.text) -> \(renewed.text)") }
        entries.append(Entry(line: renewed, isSymbol: true))
      } else if line.bytes.starts(with: "#%".utf8) {
        directivePlace = directivePlace ?? entries.count
      } else {
        entries.append(Entry(line: line, isSymbol: false))
      }
    }
    let added = promisedLines.byHead.filter { !seen.contains($0.key) }.map(\.value).sorted()
    for line in added { changes.append("+ " + line.text) }
    Self.insert(added, into: &entries, directivePlace: &directivePlace)
    if let directivePlace, !genode {
      let directives = AbiPrinter(promised).directives().map { Entry(line: $0, isSymbol: false) }
      entries.insert(contentsOf: directives, at: directivePlace)
    }
    for (index, entry) in entries.enumerated() {
      if index > 0 { text.append(UInt8(ascii: "\n")) }
      text += entry.line.bytes
    }
    if text.last != UInt8(ascii: "\n") { text.append(UInt8(ascii: "\n")) }
  }

  private struct Entry {
    var line: AbiLine
    var isSymbol: Bool
  }

  /// The lines of an ABI by their heads.
  private struct Lines {
    var byHead: [Head: AbiLine] = [:]

    init(of abi: Abi, genode: Bool) {
      let text = genode ? GenodeFormat(abi, marksForReview: false).text : AbiPrinter(abi).text()
      for line in text.split(separator: UInt8(ascii: "\n")) where !line.starts(with: "#%".utf8) {
        let line = AbiLine(Array(line))
        byHead[Head(of: line)] = line
      }
    }
  }

  /// What a line becomes, nil when the library no longer has the symbol.
  private static func renewed(
    _ line: AbiLine, _ symbol: Symbol, _ abi: Abi, _ promised: Lines, _ available: Lines
  ) -> AbiLine? {
    // One build does not tell about others: conditional lines stay as they are.
    guard abi.condition(of: symbol).isEmpty else { return line }
    let spellings = abi.heads(of: symbol)
    guard let spelling = spellings.first(where: { available.byHead[$0] != nil }) else { return nil }
    if symbol.hasAlternatives { return line }
    return promised.byHead[spelling] ?? available.byHead[spelling]
  }

  private static func insert(
    _ lines: [AbiLine], into entries: inout [Entry], directivePlace: inout Int?
  ) {
    guard !lines.isEmpty else { return }
    var largest = entries.count..<entries.count
    // An empty last entry is the newline at the end of the file.
    if entries.last?.line.bytes.isEmpty == true { largest = entries.count - 1..<entries.count - 1 }
    var start: Int?
    for index in 0...entries.count {
      if index < entries.count, entries[index].isSymbol {
        start = start ?? index
      } else if let first = start {
        if index - first > largest.count { largest = first..<index }
        start = nil
      }
    }
    var merged: [Entry] = []
    var rest = lines[...]
    for entry in entries[largest] {
      while let next = rest.first, next < entry.line {
        merged.append(Entry(line: next, isSymbol: true))
        rest = rest.dropFirst()
      }
      merged.append(entry)
    }
    merged += rest.map { Entry(line: $0, isSymbol: true) }
    let growth = merged.count - largest.count
    entries.replaceSubrange(largest, with: merged)
    if let place = directivePlace, place > largest.lowerBound { directivePlace = place + growth }
  }
}
