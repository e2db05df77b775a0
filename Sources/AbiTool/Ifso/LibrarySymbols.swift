internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// The symbols of a library that linkers see: the complete profile and, beyond what the ABI text
/// says, the absolute symbols that GNU ld defines for version nodes.
enum LibrarySymbols {
  static func select(from table: SymbolTable, _ versions: LibraryVersions) throws(ElfError)
    -> [DynamicSymbol]
  {
    guard table.stringSize <= Int(UInt32.max) else {
      throw ElfError(.malformed, "malformed ELF file: a string table of \(table.stringSize) bytes")
    }
    var symbols: [DynamicSymbol] = []
    symbols.reserveCapacity(table.count)
    var nameBytes = 0
    for index in 1..<max(table.count, 1) {
      let entry = try table.symbol(at: index)
      // Names may share their ends in the string table, but not so that a small file stands for
      // a huge one.
      nameBytes += entry.nameLength
      guard nameBytes <= ElfError.limit(ofNamesIn: table) else { throw .overlappingNames }
      guard isVisible(entry) else { continue }
      symbols.append(try symbol(entry, table, versions))
    }
    return symbols
  }

  private static func isVisible(_ entry: ElfSymbol) -> Bool {
    guard entry.binding != .local, entry.type != .section, entry.type != .file,
      entry.nameLength > 0
    else { return false }
    switch entry.visibility {
    case .hidden, .internal: return false
    case .default, .protected: return !entry.isDefined || entry.versionIndex != 0
    }
  }

  private static func symbol(
    _ entry: ElfSymbol, _ table: SymbolTable, _ versions: LibraryVersions
  ) throws(ElfError) -> DynamicSymbol {
    var symbol = DynamicSymbol(
      name: table.name(of: entry), at: UInt32(entry.nameOffset), place: .undefined,
      binding: entry.binding, type: .none)
    let storage = Extraction.storage(of: entry)
    symbol.version = try versions.position(of: entry)
    // What a program must define is a name; the rest is for the program to say. But linkers
    // refuse thread-local definitions of what is not.
    guard storage != .undefined else {
      symbol.type = entry.type == .tls ? .tls : .none
      return symbol
    }
    symbol.type = entry.type
    symbol.other = entry.other
    symbol.isHiddenVersion = symbol.version != 0 && entry.isHiddenVersion
    switch storage {
    case .undefined: break
    case .absolute: symbol.place = .absolute
    case .text: symbol.place = .section(.text)
    case .data, .bss, .readOnly, .relro:
      guard entry.size < 1 << 63 else {
        throw .hugeSymbol(table.name(of: entry), size: entry.size)
      }
      symbol.place = .section(section(of: entry))
      symbol.size = entry.size
      symbol.offset = entry.value
      guard entry.alignment <= 1 << 31 else { throw .hugeAlignment(table.name(of: entry)) }
      // An empty object is not copied, so its alignment says nothing.
      symbol.alignmentShift = entry.size == 0 ? 0 : UInt8(entry.alignment.trailingZeroBitCount)
    }
    return symbol
  }

  private static func section(of entry: ElfSymbol) -> SharedObject.SymbolSection {
    let isZero = entry.placement == .bss || entry.placement == .common
    if entry.type == .tls { return isZero ? .threadBss : .threadData }
    return switch entry.placement {
    case .text, .readOnly: .readOnly
    case .relro: .relro
    case .bss, .common: .bss
    case .data, .undefined, .absolute: .data
    }
  }
}

extension ElfError {
  fileprivate static func hugeAlignment(_ name: UnsafeRawBufferPointer) -> ElfError {
    ElfError(
      .malformed,
      "malformed ELF file: symbol \(ByteName([UInt8](name)).spelled) is aligned to more than 2^31 bytes"
    )
  }
}
