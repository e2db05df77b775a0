internal import AbiModel
internal import ElfKit
internal import Support

/// How many C++ symbols there are that extraction may judge otherwise than people would.
struct CxxCounts {
  /// `_ZTV` and `_ZTT`.
  private(set) var weakVtables = 0
  /// `_ZTI` and `_ZTS`.
  private(set) var weakTypeInfos = 0
  /// Symbols that are strong, although most of their kind are weak.
  private(set) var strongOfInlineCode = 0
  /// The first of these.
  private(set) var firstOfInlineCode: ByteName?

  init() {}

  /// Counts the symbols of an ABI.
  init(of abi: Abi) {
    for symbol in abi.symbols {
      abi.withSpelledName(of: symbol) { add($0, isWeak: symbol.binding != .global) }
    }
  }

  mutating func add(_ name: UnsafeRawBufferPointer, isWeak: Bool) {
    guard WeakCxx.isCxx(name) else { return }
    guard isWeak else {
      guard WeakCxx.isOfInlineCode(name) else { return }
      strongOfInlineCode += 1
      if firstOfInlineCode == nil { firstOfInlineCode = ByteName([UInt8](name)) }
      return
    }
    switch WeakCxx.reason(name, isData: true) {
    case .weakVtable: weakVtables += 1
    case .weakTypeInfo: weakTypeInfos += 1
    default: break
    }
  }

  /// `; weak vtables: 2 kept, 3 dropped; …` for those of which there are any.
  func words(beside dropped: CxxCounts) -> String {
    var parts: [String] = []
    for (title, kept, dropped) in [
      ("vtables", weakVtables, dropped.weakVtables),
      ("type infos", weakTypeInfos, dropped.weakTypeInfos),
    ] where kept + dropped > 0 {
      parts.append("weak \(title): \(kept) kept, \(dropped) dropped")
    }
    if strongOfInlineCode > 0 {
      parts.append("\(strongOfInlineCode) strong of template instances or inline functions")
    }
    return parts.map { "; " + $0 }.joined()
  }
}
