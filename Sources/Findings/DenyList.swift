internal import Mangling
public import Support
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
      while let last = pattern.last, Spelling.isBlank(last) { pattern.removeLast() }
      while let first = pattern.first, Spelling.isBlank(first) { pattern.removeFirst() }
      if !pattern.isEmpty { patterns.append(Glob(String(decoding: pattern, as: UTF8.self))) }
    }
    self.patterns = patterns
  }

  package var isEmpty: Bool { patterns.isEmpty }

  /// The pattern that denies a symbol: by its mangled name, or, when the pattern has a colon,
  /// parenthesis or blank, by the demangled one.
  package func pattern(denying name: UnsafeRawBufferPointer) -> String? {
    var demangled: [UInt8]?
    return patterns.first { glob in
      if glob.matches(name) { return true }
      guard glob.meansDemangledNames, MangledName.isMangled(name) else { return false }
      let text = demangled ?? Array((Demangler.demangle([UInt8](name)) ?? "").utf8)
      demangled = text
      return text.withUnsafeBytes(glob.matches)
    }?.pattern
  }
}

extension Glob {
  /// Mangled names have none of these.
  var meansDemangledNames: Bool { pattern.utf8.contains { ":( ".utf8.contains($0) } }
}
