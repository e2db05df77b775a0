public import AbiModel
public import ElfKit
internal import Findings
public import Support

/// What a stub library consists of, decided down to the last byte of its layout: the ABI for one
/// kernel and architecture, checked, with every symbol in its section.
///
/// Assembly and ELF are both written from it, so both give a linker the same facts.
public struct StubPlan: Sendable {
  /// The sections that symbols of a stub lie in.
  ///
  /// A linker tells from the section of a symbol, and from the segment around it, where a copy of
  /// the object goes (`R_*_COPY`): into `.bss`, `.data.rel.ro` or `.bss.rel.ro`.
  public enum Section: UInt8, CaseIterable, Hashable, Sendable {
    case text
    case readOnly
    /// Inside `PT_GNU_RELRO`.
    case relro
    /// Thread-local, with contents in the library.
    case threadData
    /// Thread-local, zero.
    case threadBss
    case data
    case bss

    public var isThreadLocal: Bool { self == .threadData || self == .threadBss }
  }

  /// Size and alignment of a section, and its symbols.
  public struct Extent: Sendable {
    /// In bytes.
    public var size: UInt64 = 0
    /// In bytes: that of the symbol with the highest.
    public var alignment: UInt64 = 1
    /// Indices into ``StubPlan/entries``, by ascending offset. Names of one object are neighbours.
    public var entries: [Int] = []
  }

  /// `st_shndx` and `st_value`.
  public enum Place: Hashable, Sendable {
    case undefined
    case absolute
    case section(Section, offset: UInt64)
  }

  /// An entry of the dynamic symbol table.
  public struct Entry: Sendable {
    var nameOffset: UInt32
    var nameLength: UInt32
    public var binding: SymbolBinding
    public var type: SymbolType
    /// `st_other`, visibility included.
    public var other: UInt8
    public var place: Place
    /// `st_size` in bytes.
    public var size: UInt64
    /// Index into ``StubPlan/versions``. Nil for a symbol without version.
    public var version: Int?
    /// `@@` or no version: what a program is linked to. Otherwise `VERSYM_HIDDEN` is set.
    public var isDefault: Bool
    /// Whether another entry has the same name in another version.
    public internal(set) var sharesName = false
    /// The line of the ABI text, counted from 1; 0 when the ABI comes from elsewhere.
    public var line: Int
    /// Index into the symbols of the ABI.
    var source: Int
    /// Base-2 logarithm of the alignment of the object; 0 for functions.
    public internal(set) var alignmentShift: UInt8
  }

  /// How messages name the ABI.
  public let path: String
  /// Nil when the plan is good for every architecture.
  public let architecture: Architecture?
  public internal(set) var soname: ByteName?
  /// `DT_NEEDED`, in order.
  public internal(set) var needed: [ByteName]
  /// Version nodes in the order of `vd_ndx`, from 2 on; parents come before those that inherit.
  public internal(set) var versions: [Abi.VersionNode] = []
  /// In the order of the ABI.
  public internal(set) var entries: [Entry] = []
  /// By ``Section/rawValue``.
  private(set) var extents = [Extent](repeating: Extent(), count: Section.allCases.count)
  /// The names of all entries, unquoted, without NUL.
  var names: [UInt8]

  public func extent(of section: Section) -> Extent { extents[Int(section.rawValue)] }

  mutating func withExtent(of section: Section, _ body: (inout Extent) -> Void) {
    body(&extents[Int(section.rawValue)])
  }

  /// The bytes of an entry's name, in place, without NUL.
  @inline(__always)
  public func withName<Result, Failure: Error>(
    of entry: Entry, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = Int(entry.nameOffset)
    let bytes = names.span.bytes.extracting(start..<start + Int(entry.nameLength))
    return try bytes.withUnsafeBytes(body)
  }

  /// The name for people, as the ABI text spells it.
  public func name(of entry: Entry) -> String {
    withName(of: entry) { ByteName([UInt8]($0)).spelled }
  }

  /// An error that blames the line of an entry.
  func error(_ entry: Entry, _ message: String) -> InputError {
    InputError(path: path, line: entry.line == 0 ? nil : entry.line, message)
  }

  /// Decides what the stub of an ABI consists of.
  ///
  /// - Parameters:
  ///   - abi: parsed or extracted; sorted.
  ///   - path: how messages name the ABI.
  ///   - architecture: nil for a stub that is good for all; the ABI must not depend on it then.
  ///   - kernel: nil when the ABI does not depend on it.
  ///   - soname: what to use when the ABI has no `#%soname`, or in its place.
  /// - Throws: `InputError` with the line that stands in the way.
  public init(
    _ abi: Abi, path: String, architecture: Architecture? = nil, kernel: String? = nil,
    soname: ByteName? = nil
  ) throws(InputError) {
    self.path = path
    self.architecture = architecture
    self.soname = soname ?? abi.soname
    needed = abi.needed
    names = []
    let abi = try selection(of: abi, kernel: kernel)
    names = abi.heads
    try select(from: abi)
    try checkNames(of: abi)
    try orderVersions(of: abi)
    try layOut(abi)
  }
}
