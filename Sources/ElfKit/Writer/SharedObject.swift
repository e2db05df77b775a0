/// A shared library as a link editor sees it: everything in its file but code and contents.
///
/// ``image(symbols:names:)`` writes it as an ELF file of type `ET_DYN`, for any machine on any
/// host. Its symbols lie in sections that take no space in the file (`SHT_NOBITS`).
public struct SharedObject: Sendable {
  /// A version definition (`Verdef`).
  public struct Version: Hashable, Sendable {
    /// `vda_name` of the first `Verdaux`.
    public var name: [UInt8]
    /// The versions that it inherits from.
    public var parents: [[UInt8]]
    /// `VER_FLG_WEAK`.
    public var isWeak: Bool
    /// `VERSYM_HIDDEN` in `vna_other`, of a version that is needed: a definition without version
    /// does not do.
    public var isHidden: Bool

    /// A version; by default one that inherits from none.
    public init(
      name: [UInt8], parents: [[UInt8]] = [], isWeak: Bool = false, isHidden: Bool = false
    ) {
      self.name = name
      self.parents = parents
      self.isWeak = isWeak
      self.isHidden = isHidden
    }
  }

  /// The versions that another file is to define (`Verneed`).
  public struct VersionNeed: Hashable, Sendable {
    /// `vn_file`: the SONAME of the other file.
    public var file: [UInt8]
    /// `Vernaux`, in order. They have no parents.
    public var versions: [Version]

    /// The needs from one file.
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
    /// The type field, by which the owner tells its notes apart.
    public var type: UInt32
    /// In the byte order of the file.
    public var descriptor: [UInt8]

    /// A note, with the owner's name without NUL.
    public init(section: String, owner: String, type: UInt32, descriptor: [UInt8]) {
      self.section = section
      self.owner = owner
      self.type = type
      self.descriptor = descriptor
    }
  }

  /// A section that link editors know by its type or its name, and read as it is: attributes,
  /// which they compare between the files of a link, or the warning that a symbol comes with.
  public struct LinkSection: Hashable, Sendable {
    /// `sh_name`.
    public var name: String
    /// `sh_type`.
    public var kind: Section.Kind
    /// `sh_flags`.
    public var flags: UInt64
    /// `sh_addralign` in bytes.
    public var alignment: UInt64
    /// `sh_entsize` in bytes.
    public var entrySize: UInt64
    /// In the byte order of the file.
    public var contents: [UInt8]

    /// A section; by default one that is in no segment.
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
  /// `DT_SONAME`. An empty one is not the same as none: GNU ld writes it into programs.
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
  /// `DT_AUDIT`.
  public var audit: [UInt8]?
  /// In the order of `vd_ndx`, which is ``firstVersion`` for the first.
  public var versions: [Version] = []
  /// In the order of `vna_other`, which goes on from that of ``versions``.
  public var needs: [VersionNeed] = []
  /// In the order of the file.
  public var notes: [Note] = []
  /// In the order of the file.
  public var linkSections: [LinkSection] = []
  /// By ``SymbolSection/rawValue``.
  private var extents = [Extent](repeating: Extent(), count: SymbolSection.allCases.count)

  /// `vd_ndx` of the first of ``versions``: the two before it are `VER_NDX_LOCAL` and
  /// `VER_NDX_GLOBAL`.
  public static let firstVersion: UInt16 = 2
  /// How many versions a library can define and need: `vs_vers` has 15 bits for their numbers, the
  /// highest of which stays free.
  public static let maximumVersionCount = Int(VersionIndex.numberBits) - Int(firstVersion)

  /// A library without anything in it.
  public init(header: ElfHeader, maxPageSize: UInt64) {
    self.header = header
    self.maxPageSize = maxPageSize
  }

  /// What the symbols of a section take.
  public subscript(section: SymbolSection) -> Extent {
    get { extents[Int(section.rawValue)] }
    set { extents[Int(section.rawValue)] = newValue }
  }
}
