internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

// The first step: which lines of the ABI apply, and what they say for this word size.
extension StubPlan {
  /// The ABI for this kernel and architecture, in its own canonical order: the stub is that of
  /// the ABI of that build alone.
  func selection(of abi: Abi, kernel: String?) throws(InputError) -> Abi {
    try abi.selection(
      Abi.Selector(
        kernels: kernel.map { .named($0) } ?? .unspecified, architecture: architecture),
      path: path)
  }

  /// Makes an entry of each symbol of a selection.
  mutating func select(from abi: Abi) throws(InputError) {
    entries.reserveCapacity(abi.symbols.count)
    for (index, symbol) in abi.symbols.enumerated() {
      var entry = Entry(symbol, index: index)
      guard symbol.storage != .undefined || symbol.versionIndex == nil else {
        throw error(
          entry,
          "\(abi.head(of: symbol)) is undefined; a version of this library is for what it defines")
      }
      abi.withSpelledName(of: symbol) { spelled in
        if spelled.first == Spelling.quote {
          let name = Spelling.bytes(ofSpelled: spelled)
          entry.nameOffset = UInt32(names.count)
          entry.nameLength = UInt32(name.count)
          names.append(contentsOf: name)
        }
      }
      entries.append(entry)
    }
  }
}

extension StubPlan.Entry {
  init(_ symbol: Symbol, index: Int) {
    let visibility: SymbolVisibility = symbol.isProtected ? .protected : .default
    self.init(
      nameOffset: symbol.headOffset, nameLength: symbol.nameLength, binding: symbol.binding,
      type: symbol.type, other: symbol.otherBits | visibility.rawValue,
      place: symbol.storage == .undefined ? .undefined : .absolute,
      size: symbol.size,
      version: symbol.versionIndex.map { Int($0) },
      isDefault: !symbol.isHidden,
      line: Int(symbol.sourceLine), source: index, alignmentShift: 0)
    // What aligns an object is its size on this target, unless the text says otherwise.
    alignmentShift = symbol.alignmentShift ?? Symbol.naturalAlignmentShift(size: size)
  }
}
