public import Support
public import SystemPackage

/// A text that accepts findings, each with a reason.
///
///     PATTERN finding-code [omit|include] [kernel=K,…] [arch=A,…] # reason
///
/// PATTERN is a glob for the mangled name, for `NAME@VERSION`, or for the demangled name; of what is
/// about no symbol, for the version or the needed library, or else the file. With blanks in it, it
/// is written in quotes. The code may be `*`. With conditions an entry accepts findings only when
/// all builds that they concern are among those named. The joint ABI includes what is accepted, with
/// its condition, or omits it.
public struct AllowFile: Sendable {
  package struct Entry: Sendable {
    package var pattern: Glob
    /// Nil accepts every code.
    package var code: FindingCode?
    package var kernels: [String]
    package var archs: [String]
    /// Whether the symbol is left out of the joint ABI.
    package var isOmitted = false
    package var reason: String
    package var line: Int
  }

  /// How messages name the file.
  public let path: String
  package let entries: [Entry]

  /// Reads the file at `path`.
  ///
  /// - Throws: `InputError` with the place of the first mistake.
  public init(path: FilePath) throws(InputError) {
    let input = try InputBytes(path: path)
    self = try input.withBytes { text throws(InputError) in
      try AllowFile(text, path: path.string)
    }
  }

  /// Parses a text. `path` is how messages name it.
  public init(_ text: UnsafeRawBufferPointer, path: String) throws(InputError) {
    self.path = path
    var entries: [Entry] = []
    var number = 0
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      var words = AllowWords(UnsafeRawBufferPointer(rebasing: line), path: path, line: number)
      if let entry = try words.entry() { entries.append(entry) }
    }
    self.entries = entries
  }

  /// Marks the findings that an entry accepts, and adds one for each entry that accepts nothing.
  ///
  /// An entry for kernels or architectures that are not among `builds`, those of this run, is not
  /// stale.
  public func apply(to findings: inout [Finding], builds: [Build]) {
    var matcher = AllowMatcher(entries)
    var used = [Bool](repeating: false, count: entries.count)
    for index in findings.indices where findings[index].allowance == nil {
      let accepting = matcher.entries(accepting: findings[index])
      for number in accepting { used[number] = true }
      guard let entry = accepting.first.map({ entries[$0] }) else { continue }
      findings[index].allowance = Finding.Allowance(
        place: Finding.Place(path: path, line: entry.line), reason: entry.reason,
        isOmitted: entry.isOmitted)
    }
    for (entry, isUsed) in zip(entries, used) where !isUsed && entry.isInScope(of: builds) {
      findings.append(
        Finding(
          .staleAllowance, place: Finding.Place(path: path, line: entry.line),
          message:
            "\(entry.pattern.pattern) accepts no \(entry.code?.name ?? "finding") any more"))
    }
  }
}

extension AllowFile.Entry {
  /// Whether all builds of a finding are among those that the conditions name.
  func concerns(_ finding: Finding) -> Bool {
    guard kernels.isEmpty || finding.builds.allSatisfy({ kernels.contains($0.kernel) }) else {
      return false
    }
    return archs.isEmpty || finding.builds.allSatisfy { archs.contains($0.arch) }
  }

  func isInScope(of builds: [Build]) -> Bool {
    builds.isEmpty
      || builds.contains {
        (kernels.isEmpty || kernels.contains($0.kernel))
          && (archs.isEmpty || archs.contains($0.arch))
      }
  }
}

/// A cursor over the words of one line of an allow file.
private struct AllowWords {
  private let text: UnsafeRawBufferPointer
  private let path: String
  private let line: Int
  private var position = 0

  init(_ text: UnsafeRawBufferPointer, path: String, line: Int) {
    self.text = text
    self.path = path
    self.line = line
  }

  private func error(_ column: Int, _ message: String) -> InputError {
    InputError(.syntax, path: path, line: line, column: column, message)
  }

  private mutating func skipBlanks() {
    while position < text.count, Spelling.isBlank(text[position]) { position += 1 }
  }

  /// The next word and its column, up to a blank or `#`; in quotes, up to the closing one.
  private mutating func word() throws(InputError) -> (text: String, column: Int)? {
    skipBlanks()
    let start = position
    guard start < text.count, text[start] != UInt8(ascii: "#") else { return nil }
    if text[start] == UInt8(ascii: "\"") {
      let rest = text[(start + 1)...]
      guard let end = rest.firstIndex(of: UInt8(ascii: "\"")), end > start + 1 else {
        throw error(start + 1, "expected a pattern between quotes")
      }
      position = end + 1
      return (String(decoding: text[(start + 1)..<end], as: UTF8.self), start + 1)
    }
    while position < text.count, !Spelling.isBlank(text[position]) { position += 1 }
    return (String(decoding: text[start..<position], as: UTF8.self), start + 1)
  }

  mutating func entry() throws(InputError) -> AllowFile.Entry? {
    guard let pattern = try word() else { return nil }
    guard let code = try word() else {
      throw error(
        position + 1, "expected a finding code after the pattern; see abitool check --list")
    }
    var entry = AllowFile.Entry(
      pattern: Glob(pattern.text), code: try self.code(code.text, code.column), kernels: [],
      archs: [], reason: "", line: line)
    while let (condition, column) = try word() {
      let parts = condition.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let names = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
      switch parts[0] {
      case "omit" where parts.count == 1: entry.isOmitted = true
      case "include" where parts.count == 1: break
      case "kernel" where !names.isEmpty: entry.kernels += names
      case "arch" where !names.isEmpty: entry.archs += names
      default:
        throw error(
          column, "expected omit, include, kernel=NAME,…, arch=NAME,… or # and the reason")
      }
    }
    entry.reason = reason()
    guard !entry.reason.isEmpty else {
      throw error(position + 1, "expected # and the reason why this is accepted")
    }
    guard !AllowFile.isOpen(entry.reason) else {
      throw error(
        position + 1, "nobody has decided yet: write in place of TODO why this is accepted")
    }
    return entry
  }

  private func code(_ name: String, _ column: Int) throws(InputError) -> FindingCode? {
    if name == "*" { return nil }
    if let code = FindingCode.named(name) { return code }
    let hint =
      FindingCode.nearest(to: name).map { "did you mean \($0.name)?" } ?? "see abitool check --list"
    throw error(column, "unknown finding code \(name); \(hint)")
  }

  private mutating func reason() -> String {
    skipBlanks()
    while position < text.count, text[position] == UInt8(ascii: "#") { position += 1 }
    skipBlanks()
    var end = text.count
    while end > position, Spelling.isBlank(text[end - 1]) { end -= 1 }
    return String(decoding: text[position..<end], as: UTF8.self)
  }
}
