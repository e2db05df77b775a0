internal import ElfKit
internal import Support

/// Writes an ABI as a plain symbol file, `NAME KIND [SIZE]`, of the kinds and names that the sed
/// rules of Genode's build system turn into a stub.
public struct GenodeFormat {
  /// What the form cannot say, with the number of symbols concerned.
  public enum Loss: Int, CaseIterable, Sendable {
    case version, oddName, threadLocal, absolute, indirectFunction, unique

    /// What becomes of the symbols concerned.
    public var explanation: String {
      switch self {
      case .version: "older versions of a symbol are left out; default versions lose their version"
      case .oddName:
        "names with characters beyond letters, digits, underscores and dots are left out"
      case .threadLocal: "thread-local symbols are left out"
      case .absolute: "absolute symbols are left out"
      case .indirectFunction: "IFUNC symbols are written as functions"
      case .unique: "GNU unique symbols are written as weak data"
      }
    }
  }

  /// The lines.
  public private(set) var text: [UInt8] = []
  /// How many symbols each loss concerns, by ``Loss/rawValue``.
  public private(set) var losses = [Int](repeating: 0, count: Loss.allCases.count)

  /// - Parameter abi: sorted.
  public init(_ abi: Abi, marksForReview: Bool = true) {
    if marksForReview { text += Array((ReviewMark.line + "\n").utf8) }
    for symbol in abi.symbols { append(symbol, of: abi) }
  }

  private init() {}

  /// The line of a symbol, newline included; empty when the form cannot say it.
  package static func line(of symbol: Symbol, in abi: Abi) -> [UInt8] {
    var form = GenodeFormat()
    form.append(symbol, of: abi)
    return form.text
  }

  private mutating func append(_ symbol: Symbol, of abi: Abi) {
    if symbol.versionIndex != nil || symbol.isHidden {
      losses[Loss.version.rawValue] += 1
    }
    guard !symbol.isHidden else { return }
    guard abi.withSpelledName(of: symbol, { $0.allSatisfy(Self.isWordCharacter) }) else {
      losses[Loss.oddName.rawValue] += 1
      return
    }
    guard !symbol.isTls else {
      losses[Loss.threadLocal.rawValue] += 1
      return
    }
    guard let letter = letter(for: symbol) else { return }
    abi.withSpelledName(of: symbol) { text.append(contentsOf: $0) }
    text.append(UInt8(ascii: " "))
    text.append(letter.ascii)
    if [.data, .bss, .readOnly].contains(letter) { text += Array(" \(symbol.size)".utf8) }
    text.append(UInt8(ascii: "\n"))
  }

  private mutating func letter(for symbol: Symbol) -> KindLetter? {
    let letter = KindLetter(of: symbol)
    switch letter {
    case .function, .weakFunction, .data, .bss, .readOnly, .weakData, .undefined: return letter
    case .weakUndefined: return .undefined
    case .indirectFunction:
      losses[Loss.indirectFunction.rawValue] += 1
      return symbol.binding == .weak ? .weakFunction : .function
    case .unique:
      losses[Loss.unique.rawValue] += 1
      return .weakData
    case .absolute:
      losses[Loss.absolute.rawValue] += 1
      return nil
    }
  }

  private static func isWordCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
