internal import Mangling
public import Support
public import SystemPackage

/// Names that a project calls internal: a glob a line, `#` begins a comment.
public struct DenyList: Sendable {
  private let patterns: [Glob]
  private let index: PatternIndex
  private let hasDemangled: Bool

  /// Denies nothing.
  public init() { self.init(patterns: []) }

  private init(patterns: [Glob]) {
    self.patterns = patterns
    index = PatternIndex(patterns.enumerated().lazy.map { (pattern: $1, number: $0) })
    hasDemangled = patterns.contains { $0.meansDemangledNames }
  }

  /// Reads the file at `path`.
  ///
  /// - Throws: `InputError` when it cannot be read.
  public init(path: FilePath) throws(InputError) {
    let input = try InputBytes(path: path)
    self = input.withBytes { DenyList($0) }
  }

  /// Parses a text: a glob a line, `#` begins a comment.
  public init(_ text: UnsafeRawBufferPointer) {
    var patterns: [Glob] = []
    for line in text.split(separator: UInt8(ascii: "\n")) {
      var pattern = line[..<(line.firstIndex(of: UInt8(ascii: "#")) ?? line.endIndex)]
      while let last = pattern.last, Spelling.isBlank(last) { pattern.removeLast() }
      while let first = pattern.first, Spelling.isBlank(first) { pattern.removeFirst() }
      if !pattern.isEmpty { patterns.append(Glob(String(decoding: pattern, as: UTF8.self))) }
    }
    self.init(patterns: patterns)
  }

  package var isEmpty: Bool { patterns.isEmpty }

  /// The first pattern that denies a symbol: by its mangled name, or, when the pattern has a colon,
  /// parenthesis or blank, by the demangled one.
  package func pattern(denying name: UnsafeRawBufferPointer) -> String? {
    func first(_ name: UnsafeRawBufferPointer, _ isMeant: (Glob) -> Bool) -> Int? {
      index.candidates(for: name).filter {
        isMeant(patterns[$0]) && patterns[$0].matches(name)
      }.min()
    }
    var found = first(name) { _ in true }
    if hasDemangled, MangledName.isMangled(name), let text = Demangler.demangle([UInt8](name)) {
      let other = Array(text.utf8).withUnsafeBytes { first($0, \.meansDemangledNames) }
      found = [found, other].compactMap { $0 }.min()
    }
    return found.map { patterns[$0].pattern }
  }
}

extension Glob {
  /// Mangled names have none of these.
  var meansDemangledNames: Bool { pattern.utf8.contains { ":( ".utf8.contains($0) } }
}
