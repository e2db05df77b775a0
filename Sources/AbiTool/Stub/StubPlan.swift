public import AbiModel
public import ElfKit
internal import Support

/// What a stub library consists of, decided down to the last byte of its layout.
///
/// It is made of an ABI for one kernel and architecture (``init(_:path:architecture:kernel:soname:)``)
/// or of a library (``init(ofLibrary:)``), and assembly, ELF and version scripts are all written
/// from it, so all give a linker the same facts.
public struct StubPlan: Sendable {
  /// A section that symbols of a stub lie in.
  public typealias Section = SharedObject.SymbolSection
  /// An entry of the dynamic symbol table.
  public typealias Entry = DynamicSymbol

  /// The order in which symbols are written. Linkers enter those of a library in the order of its
  /// table, and some give the strings or symbols of a program the same order.
  enum SymbolOrder: Sendable {
    /// That which GNU ld would have given them.
    case gnuLd
    /// That of the entries, by bucket of a GNU hash table with so many; nil when there is none.
    case listed(bucketCount: UInt32?)
  }

  /// What the text has of an entry beside what is written.
  struct Origin: Sendable {
    /// Counted from 1; 0 when the ABI comes from elsewhere.
    var line: UInt32
    /// Whether another entry has the same name in another version.
    var sharesName = false
  }

  /// How messages name what the plan is made of.
  public let path: String
  /// Nil when the plan is good for every architecture, or for one that is not in the table.
  public let architecture: Architecture?
  /// The library without its symbols.
  public internal(set) var object: SharedObject
  /// In the order of the ABI, or of the library.
  public internal(set) var entries: [Entry] = []
  /// The names of all entries, unquoted, without NUL.
  var names: [UInt8] = []
  var order = SymbolOrder.gnuLd
  /// By entry. Empty when the plan is made of a library.
  var origins: [Origin] = []

  /// A plan without symbols.
  ///
  /// - Parameter object: the facts of the architecture, or of the library that it stands for.
  init(path: String, architecture: Architecture?, object: SharedObject) {
    self.path = path
    self.architecture = architecture
    self.object = object
    self.object.notes.insert(StubMarker.note, at: 0)
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

  /// The version of this library that an entry has. Nil for none, and for one of another library.
  public func version(of entry: Entry) -> SharedObject.Version? {
    versionPosition(of: entry).map { object.versions[$0] }
  }

  /// The position of an entry's version in ``SharedObject/versions``.
  func versionPosition(of entry: Entry) -> Int? {
    let position = Int(entry.version.number) - Int(SharedObject.firstVersion)
    return object.versions.indices.contains(position) ? position : nil
  }

  /// `NAME[@VERSION|@@VERSION]` as the ABI text spells it.
  func head(of entry: Entry) -> String {
    let name = name(of: entry)
    guard let version = version(of: entry) else {
      return name + (entry.version.isHidden ? "@" : "")
    }
    return name + (entry.version.isHidden ? "@" : "@@") + ByteName(version.name).spelled
  }

  /// The line of the ABI that an entry comes from. Nil when there is none.
  func line(of index: Int) -> Int? {
    guard origins.indices.contains(index), origins[index].line > 0 else { return nil }
    return Int(origins[index].line)
  }

  /// ` (line N)`, for a message about another line.
  func place(of index: Int) -> String { line(of: index).map { " (line \($0))" } ?? "" }

  /// An error that blames the line of an entry.
  func error(at index: Int, _ message: String) -> InputError {
    InputError(.unsupported, path: path, line: line(of: index), message)
  }
}
