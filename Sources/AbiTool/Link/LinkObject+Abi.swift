internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

extension LinkObject {
  /// What an ABI promises on one architecture and kernel, as an object to link with.
  ///
  /// - Parameters:
  ///   - path: how messages name the ABI.
  ///   - architecture: nil when it is not known; lines for one architecture then do not apply,
  ///     and width alternatives are those of 64 bits.
  ///   - kernel: nil keeps the symbols of all kernels.
  convenience init(_ abi: Abi, path: String, architecture: Architecture?, kernel: String?) {
    var builder = Builder(.abi, path: path)
    builder.header = architecture?.header
    builder.soname = abi.soname
    builder.needed = abi.needed
    builder.hasVersions = !abi.versions.isEmpty
    builder.hasVersionDefinitions = builder.hasVersions
    for (index, node) in abi.versions.enumerated() {
      builder.definedVersions.insert(node.name)
      builder.setVersion(UInt16(clamping: index + 2), Version(name: node.name))
    }
    let is32Bit = architecture?.elfClass == .elf32
    let applies = abi.conditions.map { $0.applies(architecture: architecture, kernel: kernel) }
    for (index, symbol) in abi.symbols.enumerated() {
      if let condition = symbol.conditionIndex, !applies[Int(condition)] { continue }
      builder.append(symbol, index, of: abi, is32Bit: is32Bit)
    }
    builder.abi = abi
    self.init(builder)
  }
}

extension Abi.Condition {
  /// Whether it holds. A kernel that is not known meets every condition.
  func applies(architecture: Architecture?, kernel: String?) -> Bool {
    let matchesArchitecture =
      archs.isEmpty
      || archs.contains { name in architecture.map { Architecture(named: name) == $0 } == true }
    let matchesKernel = kernels.isEmpty || kernel.map(kernels.contains) != false
    return matchesArchitecture && matchesKernel
  }
}

extension LinkObject.Builder {
  fileprivate mutating func append(_ symbol: Symbol, _ index: Int, of abi: Abi, is32Bit: Bool) {
    var bytes = abi.nameBytes(of: symbol)
    if symbol.hasAlternatives { bytes = Spelling.resolve(bytes, wordSize: is32Bit ? 4 : 8) }
    let (name, hash) = bytes.withUnsafeBytes { (append(name: $0), NameSet.hash($0)) }
    let version = symbol.versionIndex.map { UInt16(clamping: $0 + 2) } ?? 1
    if symbol.storage == .undefined {
      references.append(
        LinkObject.Reference(
          nameOffset: name.offset, nameLength: name.length, hash: hash,
          isWeak: symbol.binding == .weak, type: .none, version: 1, copySize: nil,
          index: Int32(index)))
      return
    }
    definitions.append(
      LinkObject.Definition(
        nameOffset: name.offset, nameLength: name.length, hash: hash,
        size: is32Bit ? symbol.size32 ?? symbol.size : symbol.size, binding: symbol.binding,
        type: symbol.type, placement: SymbolPlacement(symbol.storage),
        isProtected: symbol.isProtected, version: version,
        isHidden: symbol.versionIndex != nil && !symbol.isDefaultVersion, source: Int32(index)))
  }
}

extension SymbolPlacement {
  init(_ storage: Symbol.Storage) {
    self =
      switch storage {
      case .undefined: .undefined
      case .absolute: .absolute
      case .text: .text
      case .data: .data
      case .bss: .bss
      case .readOnly: .readOnly
      case .relro: .relro
      }
  }
}
