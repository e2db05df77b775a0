import CBinutils

/// Mangled names as people write them, by libiberty.
public enum Demangler {
  /// The longest name handed to libiberty, in bytes.
  static let maximumLength = 2048
  /// How many nodes a name may have once its substitutions are written out.
  static let maximumExpansion = 100_000
  /// How many times `cv T_ I … E` may occur: libiberty tries two readings of each, and in both of them
  /// again of those within.
  static let maximumReadings = 8

  /// `name` as C++ source would spell it; nil when it is not a mangled name, or is beyond what a
  /// compiler makes.
  ///
  /// libiberty recurses as deep as the name nests and writes every substitution out, so only names
  /// that ``MangledNameParser`` accepts reach it. Parameters are included, return types too where the
  /// name has them.
  public static func demangle(_ name: [UInt8]) -> String? {
    var parser = MangledNameParser(limits: .init(length: maximumLength))
    return demangle(name, with: &parser)
  }

  /// The same with a parser to use again, for many names.
  public static func demangle(_ name: [UInt8], with parser: inout MangledNameParser) -> String? {
    guard name.count <= maximumLength, let parsed = try? parser.parse(name) else { return nil }
    return demangle(parsed)
  }

  /// The same for a name that has been parsed.
  public static func demangle(_ name: MangledName) -> String? {
    guard name.bytes.count <= maximumLength, name.expandedSize <= maximumExpansion,
      name.ambiguousConversions <= maximumReadings
    else { return nil }
    // libiberty knows no suffixes but GCC's.
    let suffix = name.children(of: name.root).dropFirst().first { _ in true }
    let base = suffix.map { name.bytes[..<name.nodes[$0].range.lowerBound] } ?? name.bytes[...]
    var text: [UInt8] = []
    // The callback is done with the context when the call returns.
    let isComplete = withUnsafeMutablePointer(to: &text) { text in
      callLibiberty(base + [0], text)
    }
    guard isComplete, !text.isEmpty else { return nil }
    if let suffix { text += Array(" [clone ".utf8) + name.text(of: suffix) + [UInt8(ascii: "]")] }
    return String(decoding: text, as: UTF8.self)
  }

  private static func callLibiberty(
    _ name: ArraySlice<UInt8>, _ text: UnsafeMutablePointer<[UInt8]>
  ) -> Bool {
    let append: cbinutils_text_callback = { piece, length, context in
      guard let piece, let context else { return }
      let bytes = UnsafeRawBufferPointer(start: piece, count: length)
      context.assumingMemoryBound(to: [UInt8].self).pointee.append(contentsOf: bytes)
    }
    return name.withUnsafeBytes { bytes in
      let characters = bytes.assumingMemoryBound(to: CChar.self)
      guard let start = characters.baseAddress else { return false }
      return cbinutils_demangle(start, append, text) != 0
    }
  }
}

extension MangledName {
  /// How many template arguments libiberty may take for those of a conversion operator or for those of a
  /// template template parameter in its type.
  fileprivate var ambiguousConversions: Int {
    let operators = nodes.count { $0.kind == .conversionOperator }
    guard operators > 0 else { return 0 }
    let templates = nodes.count {
      $0.kind == .templateId && nodes[Int($0.firstChild)].kind == .templateParameter
    }
    return operators + templates
  }

  /// How many nodes there are when each substitution is written out, and each template parameter as
  /// the longest template arguments; saturating.
  var expandedSize: Int {
    let ceiling = 1 << 40
    var sizes = [Int](repeating: 1, count: nodes.count)
    var parameters = [Int](repeating: 0, count: nodes.count)
    var longestArguments = 1
    for (index, node) in nodes.enumerated() {
      switch node.kind {
      case .substitution:
        sizes[index] = sizes[Int(node.value)]
        parameters[index] = parameters[Int(node.value)]
      case .templateParameter: parameters[index] = 1
      default:
        for child in children(of: index) {
          sizes[index] = min(sizes[index] + sizes[child], ceiling)
          parameters[index] = min(parameters[index] + parameters[child], ceiling)
        }
        if node.kind == .templateArgs {
          longestArguments = max(longestArguments, sizes[index])
        }
      }
    }
    let (product, overflow) = parameters[root].multipliedReportingOverflow(by: longestArguments)
    return overflow ? .max : min(sizes[root] + min(product, ceiling), ceiling)
  }
}
