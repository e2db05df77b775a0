internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

extension LinkObject {
  /// What an ABI promises for one build, as an object to link with.
  ///
  /// - Parameters:
  ///   - abi: a selection; a `kernel=` that is left tells for which kernels a symbol is there.
  ///   - path: how messages name the ABI.
  ///   - architecture: nil when it is not known.
  convenience init(_ abi: Abi, path: String, architecture: Architecture?) {
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
    for (index, symbol) in abi.symbols.enumerated() { builder.append(symbol, index, of: abi) }
    builder.abi = abi
    self.init(builder)
  }
}

extension LinkObject.Builder {
  fileprivate mutating func append(_ symbol: Symbol, _ index: Int, of abi: Abi) {
    let (name, hash) = abi.withName(of: symbol) { (append(name: $0), NameTable.hash($0)) }
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
        nameOffset: name.offset, nameLength: name.length, hash: hash, size: symbol.size,
        binding: symbol.binding, type: symbol.type, placement: SymbolPlacement(symbol.storage),
        isProtected: symbol.isProtected, version: version, isHidden: symbol.isHidden,
        source: Int32(index)))
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
