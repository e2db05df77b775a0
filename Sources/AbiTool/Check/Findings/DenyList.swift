public import SystemPackage

/// Names that a project calls internal: a glob a line, `#` begins a comment.
public struct DenyList: Sendable {
  private let patterns: [Glob]

  /// Denies nothing.
  public init() { patterns = [] }

  /// Reads the file at `path`.
  ///
  /// - Throws: `InputError` when it cannot be read.
  public init(path: FilePath) throws(InputError) {
    let input = try InputBytes(path: path)
    self = input.withBytes { DenyList($0) }
  }

  public init(_ text: UnsafeRawBufferPointer) {
    var patterns: [Glob] = []
    for line in text.split(separator: UInt8(ascii: "\n")) {
      var pattern = line[..<(line.firstIndex(of: UInt8(ascii: "#")) ?? line.endIndex)]
      while let last = pattern.last, LineReader.isBlank(last) { pattern.removeLast() }
      while let first = pattern.first, LineReader.isBlank(first) { pattern.removeFirst() }
      if !pattern.isEmpty { patterns.append(Glob(String(decoding: pattern, as: UTF8.self))) }
    }
    self.patterns = patterns
  }

  /// The pattern that denies a name.
  func pattern(denying name: UnsafeRawBufferPointer) -> String? {
    patterns.first { $0.matches(name) }?.pattern
  }
}
