internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

// The first step: which lines of the ABI apply, and what they say for this word size.
extension StubPlan {
  /// The ABI for this kernel and architecture, in its own canonical order: the stub is that of
  /// the ABI of that build alone.
  func selection(of abi: Abi, kernel: String?) throws(InputError) -> Abi {
    guard abi.dependsOnBuild else { return abi }
    try requireArguments(for: abi, kernel: kernel)
    for condition in abi.conditions { _ = try applies(condition, in: abi, kernel: kernel) }
    try requireNames(in: abi)
    let selector = Abi.Selector(
      kernel: kernel, arch: architecture?.name, addressSize: architecture?.elfClass.addressSize)
    return try abi.selection(selector, path: path)
  }

  /// Of `{m|}` nothing is left on 32-bit targets.
  private func requireNames(in abi: Abi) throws(InputError) {
    let is32Bit = architecture?.elfClass == .elf32
    for symbol in abi.symbols where symbol.hasAlternatives {
      let isEmpty = abi.withSpelledName(of: symbol) {
        Self.resolve($0, is32Bit: is32Bit).isEmpty
      }
      guard !isEmpty else {
        throw InputError(
          path: path, line: symbol.sourceLine == 0 ? nil : Int(symbol.sourceLine),
          "\(abi.name(of: symbol)) is an empty name on \(is32Bit ? 32 : 64)-bit targets")
      }
    }
  }

  mutating func select(from abi: Abi, kernel: String?) throws(InputError) {
    try requireArguments(for: abi, kernel: kernel)
    let applies = try abi.conditions.map { condition throws(InputError) in
      try self.applies(condition, in: abi, kernel: kernel)
    }
    let is32Bit = architecture?.elfClass == .elf32
    entries.reserveCapacity(abi.symbols.count)
    for (index, symbol) in abi.symbols.enumerated() {
      if let condition = symbol.conditionIndex, !applies[Int(condition)] { continue }
      var entry = Entry(symbol, index: index, is32Bit: is32Bit)
      guard symbol.storage != .undefined || symbol.versionIndex == nil else {
        throw error(
          entry,
          "\(abi.head(of: symbol)) is undefined; a version of this library is for what it defines")
      }
      abi.withSpelledName(of: symbol) { spelled in
        if symbol.hasAlternatives || spelled.first == Spelling.quote {
          let name =
            symbol.hasAlternatives
            ? Self.resolve(spelled, is32Bit: is32Bit) : Spelling.bytes(ofSpelled: spelled)
          entry.nameOffset = UInt32(names.count)
          entry.nameLength = UInt32(name.count)
          names.append(contentsOf: name)
        }
      }
      entries.append(entry)
    }
  }

  /// An ABI that says different things for kernels or architectures needs to know which is meant.
  private func requireArguments(for abi: Abi, kernel: String?) throws(InputError) {
    guard architecture == nil || kernel == nil else { return }
    var first: (line: UInt32, message: String)?
    for symbol in abi.symbols {
      let message: String
      if architecture == nil, symbol.hasAlternatives {
        message = "the name differs between 32 and 64 bit; say which with --arch"
      } else if architecture == nil, let size32 = symbol.size32, size32 != symbol.size {
        message = "the size differs between 32 and 64 bit; say which with --arch"
      } else if symbol.conditionIndex == nil {
        continue
      } else if architecture == nil, !abi.condition(of: symbol).archs.isEmpty {
        message = "the symbol exists on some architectures only; say which with --arch"
      } else if kernel == nil, !abi.condition(of: symbol).kernels.isEmpty {
        message = "the symbol exists on some kernels only; say which with --kernel"
      } else {
        continue
      }
      if first.map({ symbol.sourceLine < $0.line }) ?? true {
        first = (symbol.sourceLine, "\(abi.head(of: symbol)): \(message)")
      }
    }
    if let first {
      throw InputError(path: path, line: first.line == 0 ? nil : Int(first.line), first.message)
    }
  }

  private func applies(_ condition: Abi.Condition, in abi: Abi, kernel: String?)
    throws(InputError) -> Bool
  {
    var matchesArchitecture = condition.archs.isEmpty
    for name in condition.archs {
      guard let named = Architecture(named: name) else {
        let symbol = abi.symbols.first { abi.condition(of: $0) == condition }
        throw InputError(
          path: path, line: symbol.flatMap { $0.sourceLine == 0 ? nil : Int($0.sourceLine) },
          "arch=\(name): no such architecture; known are \(Architecture.listing)")
      }
      if named == architecture { matchesArchitecture = true }
    }
    let matchesKernel =
      condition.kernels.isEmpty || kernel.map { condition.kernels.contains($0) } == true
    return matchesArchitecture && matchesKernel
  }

  /// A name with `{64-bit spelling|32-bit spelling}` in one of its two forms.
  private static func resolve(_ spelled: UnsafeRawBufferPointer, is32Bit: Bool) -> [UInt8] {
    var result: [UInt8] = []
    var isInside = false
    var isKept = true
    for byte in spelled {
      switch byte {
      case UInt8(ascii: "{"): (isInside, isKept) = (true, !is32Bit)
      // Outside of braces a bar is a character of the name.
      case UInt8(ascii: "|") where isInside: isKept = is32Bit
      case UInt8(ascii: "}"): (isInside, isKept) = (false, true)
      default: if isKept { result.append(byte) }
      }
    }
    return result
  }
}

extension StubPlan.Entry {
  init(_ symbol: Symbol, index: Int, is32Bit: Bool) {
    let visibility: SymbolVisibility = symbol.isProtected ? .protected : .default
    self.init(
      nameOffset: symbol.headOffset, nameLength: symbol.nameLength, binding: symbol.binding,
      type: symbol.type, other: symbol.otherBits | visibility.rawValue,
      place: symbol.storage == .undefined ? .undefined : .absolute,
      size: is32Bit ? symbol.size32 ?? symbol.size : symbol.size,
      version: symbol.versionIndex.map { Int($0) },
      isDefault: symbol.versionIndex == nil || symbol.isDefaultVersion,
      line: Int(symbol.sourceLine), source: index, alignmentShift: 0)
    // What aligns an object is its size on this target, unless the text says otherwise.
    alignmentShift = symbol.alignmentShift ?? Symbol.naturalAlignmentShift(size: size)
  }
}
