/// A shared library as a link editor sees it: everything in its file but code and contents.
///
/// ``image(symbols:names:)`` writes it as an ELF file of type `ET_DYN`, for any machine on any
/// host. Its symbols lie in sections that take no space in the file (`SHT_NOBITS`).
public struct SharedObject: Sendable {
  /// A section in which symbols are defined.
  ///
  /// A link editor tells from the section and the segment around it whether a program's copy of
  /// an object (`R_*_COPY`) is to be writable, read-only, or read-only after relocation.
  public enum SymbolSection: UInt8, CaseIterable, Hashable, Sendable {
    case text
    case readOnly
    /// Inside `PT_GNU_RELRO`.
    case relro
    /// Thread-local, with contents in the library that this one stands for.
    case threadData
    /// Thread-local, zero.
    case threadBss
    case data
    case bss

    public var isThreadLocal: Bool { self == .threadData || self == .threadBss }

    /// `sh_name`. The gABI's special names are kept for sections of the type that it gives them
    /// (ch. 4 "Special Sections"), which is `SHT_NOBITS` for zero data only. ``SymbolTable`` tells
    /// data with contents in the library itself from zero data by these names.
    public var name: String {
      switch self {
      case .text: ".abi.text"
      case .readOnly: ".abi.rodata"
      // gold knows RELRO data by this name alone.
      case .relro: ".data.rel.ro"
      case .threadData: ".abi.tdata"
      case .threadBss: ".tbss"
      case .data: ".abi.data"
      case .bss: ".bss"
      }
    }
  }

  /// What the symbols of a section take.
  public struct Extent: Hashable, Sendable {
    /// In bytes.
    public var size: UInt64
    /// A power of two, in bytes.
    public var alignment: UInt64

    public init(size: UInt64 = 0, alignment: UInt64 = 1) {
      self.size = size
      self.alignment = alignment
    }
  }

  /// A version definition (`Verdef`).
  public struct Version: Hashable, Sendable {
    public var name: [UInt8]
    /// The versions that it inherits from.
    public var parents: [[UInt8]]
    /// `VER_FLG_WEAK`.
    public var isWeak: Bool

    public init(name: [UInt8], parents: [[UInt8]] = [], isWeak: Bool = false) {
      self.name = name
      self.parents = parents
      self.isWeak = isWeak
    }
  }

  /// The versions that another file is to define (`Verneed`).
  public struct VersionNeed: Hashable, Sendable {
    /// `vn_file`: the SONAME of the other file.
    public var file: [UInt8]
    /// `Vernaux`, in order. They have no parents.
    public var versions: [Version]

    public init(file: [UInt8], versions: [Version]) {
      self.file = file
      self.versions = versions
    }
  }

  /// A note in a section of its own.
  public struct Note: Hashable, Sendable {
    /// `sh_name`.
    public var section: String
    /// The name field, without NUL.
    public var owner: String
    public var type: UInt32
    public var descriptor: [UInt8]

    public init(section: String, owner: String, type: UInt32, descriptor: [UInt8]) {
      self.section = section
      self.owner = owner
      self.type = type
      self.descriptor = descriptor
    }
  }

  /// A section whose contents link editors compare between the files of a link.
  public struct AttributesSection: Hashable, Sendable {
    public var name: String
    /// `sh_type`, specific to the machine.
    public var kind: Section.Kind
    /// `sh_flags`.
    public var flags: UInt64
    /// `sh_addralign` in bytes.
    public var alignment: UInt64
    /// `sh_entsize` in bytes.
    public var entrySize: UInt64
    /// In the byte order of the file.
    public var contents: [UInt8]

    public init(
      name: String, kind: Section.Kind, flags: UInt64 = 0, alignment: UInt64 = 1,
      entrySize: UInt64 = 0, contents: [UInt8]
    ) {
      self.name = name
      self.kind = kind
      self.flags = flags
      self.alignment = alignment
      self.entrySize = entrySize
      self.contents = contents
    }
  }

  /// Class, byte order, machine, OS ABI and flags. Type and entry are not looked at.
  public var header: ElfHeader
  /// The alignment of segments, in bytes: what link editors for the machine use.
  public var maxPageSize: UInt64
  /// `DT_SONAME`.
  public var soname: [UInt8]?
  /// The name of the version definition that stands for the file itself (`VER_FLG_BASE`): nil
  /// for the SONAME.
  public var baseVersion: [UInt8]?
  /// `DT_NEEDED`, in order.
  public var needed: [[UInt8]] = []
  /// `DT_RPATH`.
  public var rpath: [UInt8]?
  /// `DT_RUNPATH`.
  public var runpath: [UInt8]?
  /// In the order of `vd_ndx`, which is 2 for the first.
  public var versions: [Version] = []
  /// In the order of `vna_other`, which goes on from that of ``versions``.
  public var needs: [VersionNeed] = []
  public var notes: [Note] = []
  public var attributes: [AttributesSection] = []
  /// By ``SymbolSection/rawValue``.
  public var extents = [Extent](repeating: Extent(), count: SymbolSection.allCases.count)

  public init(header: ElfHeader, maxPageSize: UInt64) {
    self.header = header
    self.maxPageSize = maxPageSize
  }

  public subscript(section: SymbolSection) -> Extent {
    get { extents[Int(section.rawValue)] }
    set { extents[Int(section.rawValue)] = newValue }
  }
}
