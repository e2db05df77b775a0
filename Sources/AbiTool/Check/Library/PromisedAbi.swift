public import AbiModel
public import Findings
public import Support
public import SystemPackage

/// An ABI text that builds are to keep, with the flaws of its form.
public struct PromisedAbi: Sendable {
  /// How messages name the text.
  public let path: String
  /// What the text says, for all kernels and architectures.
  public private(set) var abi: Abi
  /// What is wrong with its form.
  public let flaws: [AbiParser.Flaw]

  /// Reads the text at `path`.
  ///
  /// - Parameter isUnion: whether it lists what any of several builds has, even if it does not say
  ///   so.
  /// - Throws: `InputError` for what cannot be understood.
  public init(path: FilePath, isUnion: Bool = false) throws(InputError) {
    let input = try InputBytes(path: path)
    let result = try input.withBytes { text throws(InputError) in
      try AbiParser.parseWithFlaws(text, path: path.string)
    }
    self.path = path.string
    abi = result.abi
    if isUnion { abi.isUnion = true }
    flaws = result.flaws
    guard !abi.symbols.isEmpty else {
      throw InputError(.absent, path: path.string, "an ABI without symbols promises nothing")
    }
  }

  /// Findings about the names that the text lists and that are no promise of a library: those of
  /// `denied`, and what linkers put into every file.
  /// A text of the complete profile has these, too: it is what a linker sees of one build.
  private func internalFindings(_ denied: DenyList) -> [Finding] {
    let isComplete =
      !abi.needed.isEmpty || !abi.versionOrder.isEmpty
      || abi.symbols.contains { $0.storage == .undefined }
    return abi.symbols.compactMap { symbol in
      let words = abi.withName(of: symbol) { name -> String? in
        if let pattern = denied.pattern(denying: name) { return "is on the deny list (\(pattern))" }
        return !isComplete && name.first == UInt8(ascii: "_") && LinkerArtefacts.contains(name)
          ? "is put into every file by linkers; it is no promise of the library" : nil
      }
      guard let words, symbol.storage != .undefined else { return nil }
      let name = ByteName(abi.nameBytes(of: symbol))
      return Finding(
        .internalSymbol, symbol: name, version: abi.version(of: symbol),
        isDefaultVersion: symbol.isDefaultVersion,
        place: Finding.Place(path: path, line: Int(symbol.sourceLine)),
        message: "\(name.spelled) \(words)", cure: "remove the line")
    }
  }

  /// What is wrong with the text, whatever builds there are: flaws of its form, and names that are
  /// no promise.
  public func textFindings(denied: DenyList) -> [Finding] {
    flawFindings + internalFindings(denied)
  }

  /// A finding for each flaw.
  private var flawFindings: [Finding] {
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
}
