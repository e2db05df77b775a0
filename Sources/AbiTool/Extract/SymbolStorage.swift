internal import AbiModel
internal import ElfKit
internal import Support

extension Extraction {
  /// The type of a symbol decides between code and data, the section what data it is. Functions
  /// lie in data sections where they have descriptors (64-bit PowerPC ELFv1), and tables may lie
  /// in `.text`.
  static func storage(of entry: ElfSymbol) -> Symbol.Storage {
    switch entry.placement {
    case .undefined: return .undefined
    case .absolute: return .absolute
    case .common: return .bss
    case .text:
      return entry.type == .object || entry.type == .tls || entry.type == .common
        ? .readOnly : .text
    case .data, .bss, .readOnly, .relro: break
    }
    if entry.type == .function || entry.type == .indirectFunction { return .text }
    let isWeak = entry.binding == .weak || entry.binding == .unique
    return switch entry.placement {
    case .readOnly: .readOnly
    case .relro: .relro
    // The letters of weak and unique data do not tell whether it has contents.
    case .bss: isWeak ? .data : .bss
    default: .data
    }
  }
}

extension ElfError {
  /// How long the names of all symbols may be, in bytes. Names may share their ends in the string
  /// table, but not so that a small file stands for a huge text; and quoted, which takes four times
  /// as much, they are counted in 32 bits.
  static func limit(ofNamesIn table: SymbolTable) -> Int {
    min(16 * table.stringSize + 1 << 16, maximumNameBytes)
  }

  /// What the names of all symbols may take, in bytes.
  static let maximumNameBytes = 1 << 29

  static var overlappingNames: ElfError {
    ElfError(
      .malformed, "malformed ELF file: the names of its symbols overlap in the string table")
  }

  static func emptyName(_ what: String) -> ElfError {
    ElfError(.malformed, "malformed ELF file: \(what) has an empty name")
  }

  static func hugeSymbol(_ name: UnsafeRawBufferPointer, size: UInt64) -> ElfError {
    ElfError(
      .malformed,
      "malformed ELF file: symbol \(ByteName([UInt8](name)).spelled) has a size of \(size) bytes")
  }
}
