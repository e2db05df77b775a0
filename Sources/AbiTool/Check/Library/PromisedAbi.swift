public import AbiModel
public import Findings
public import Support
public import SystemPackage

/// An ABI text that builds are to keep, with the flaws of its form.
public struct PromisedAbi: Sendable {
  public let path: String
  public let abi: Abi
  public let flaws: [AbiParser.Flaw]

  /// Reads the text at `path`.
  ///
  /// - Throws: `InputError` for what cannot be understood.
  public init(path: FilePath) throws(InputError) {
    let input = try InputBytes(path: path)
    let result = try input.withBytes { text throws(InputError) in
      try AbiParser.parseWithFlaws(text, path: path.string)
    }
    self.path = path.string
    abi = result.abi
    flaws = result.flaws
    guard !abi.symbols.isEmpty else {
      throw InputError(path: path.string, "an ABI without symbols promises nothing")
    }
  }

  /// A finding for each flaw.
  public var textFindings: [Finding] {
    flaws.map { flaw in
      let code: FindingCode =
        switch flaw.kind {
        case .unknownDirective: .textUnknownDirective
        case .duplicate: .textDuplicate
        case .order: .textOrder
        case .trailingBlanks: .textTrailingBlanks
        case .unreviewed: .textUnreviewed
        }
      return Finding(
        code, place: Finding.Place(path: path, line: flaw.line, column: flaw.column),
        message: flaw.message)
    }
  }

  /// The names that the text lists, so that extraction keeps them although a rule drops them.
  public var names: NameSet {
    var names = NameSet()
    for symbol in abi.symbols {
      for head in abi.nameSpellings(of: symbol) {
        head.withUnsafeBytes { _ = names.insert($0) }
      }
    }
    return names
  }
}

extension Abi {
  /// The names in bytes that a symbol has on 64-bit and 32-bit targets.
  func nameSpellings(of symbol: Symbol) -> [[UInt8]] {
    let spelled = withSpelledName(of: symbol) { [UInt8]($0) }
    guard symbol.hasAlternatives else {
      return [spelled.withUnsafeBytes { Spelling.bytes(ofSpelled: $0) }]
    }
    return [Spelling.resolve(spelled, wordSize: 8), Spelling.resolve(spelled, wordSize: 4)]
  }
}
