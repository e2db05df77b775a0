public import AbiModel

/// The forms in which an ABI is written.
public enum AbiForm: String, CaseIterable, Sendable {
  /// docs/abi-format.md.
  case abi
  /// `NAME KIND [SIZE]` lines, for Genode's build system.
  case genode
  /// The facts of the text, for programs.
  case json

  /// What names of files in this form end in.
  public var suffix: String { self == .json ? ".json" : ".abi" }

  /// The text of an ABI, and what this form cannot say of it, in words.
  public func text(of abi: Abi) -> (bytes: [UInt8], losses: [String]) {
    switch self {
    case .abi: return (AbiPrinter(abi).text(), [])
    case .json: return (AbiJson.text(of: abi), [])
    case .genode:
      let genode = GenodeFormat(abi)
      let losses = GenodeFormat.Loss.allCases.filter { genode.losses[$0.rawValue] > 0 }
      return (
        genode.text, losses.map { "\(genode.losses[$0.rawValue]) symbols: \($0.explanation)" }
      )
    }
  }
}
