extension SharedObject {
  /// A section in which symbols are defined.
  ///
  /// A link editor tells from the section and the segment around it whether a program's copy of
  /// an object (`R_*_COPY`) is to be writable, read-only, or read-only after relocation: in
  /// `.bss`, `.data.rel.ro` or `.bss.rel.ro`.
  public enum SymbolSection: UInt8, CaseIterable, Hashable, Sendable {
    /// Functions.
    case text
    /// Data that is never written.
    case readOnly
    /// Data inside `PT_GNU_RELRO`.
    case relro
    /// Thread-local, with contents in the library that this one stands for.
    case threadData
    /// Thread-local, zero.
    case threadBss
    /// Writable data with contents in the library that this one stands for.
    case data
    /// Writable data, zero.
    case bss

    /// `SHF_TLS`.
    public var isThreadLocal: Bool { self == .threadData || self == .threadBss }

    /// `sh_name` in a library. The gABI's special names are kept for sections of the type that it
    /// gives them (ch. 4 "Special Sections"), which is `SHT_NOBITS` for zero data only.
    public var name: StaticString {
      switch self {
      case .text: ".text"
      case .readOnly: ".abi.rodata"
      // gold knows RELRO data by this name alone.
      case .relro: ".data.rel.ro"
      case .threadData: ".abi.tdata"
      case .threadBss: ".tbss"
      case .data: ".abi.data"
      case .bss: ".bss"
      }
    }

    /// `sh_name` in a relocatable object that a link editor makes such a library of.
    public var nameInObject: StaticString {
      // GNU as objects to a .data.rel.ro without contents; link editors know the other name.
      self == .relro ? ".bss.rel.ro" : name
    }

    /// What ``SymbolTable`` tells of symbols in the section.
    public var placement: SymbolPlacement {
      switch self {
      case .text: .text
      case .readOnly: .readOnly
      case .relro: .relro
      case .threadData, .data: .data
      case .threadBss, .bss: .bss
      }
    }
  }

  /// What the symbols of a section take.
  public struct Extent: Hashable, Sendable {
    /// In bytes.
    public var size: UInt64
    /// A power of two, in bytes.
    public var alignment: UInt64

    /// An extent; by default that of a section without symbols.
    public init(size: UInt64 = 0, alignment: UInt64 = 1) {
      self.size = size
      self.alignment = alignment
    }
  }
}
