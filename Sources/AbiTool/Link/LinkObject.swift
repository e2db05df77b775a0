internal import AbiModel
public import ElfKit
internal import Findings
public import Support

/// A program, a library or an ABI as the dynamic linker would see it: what it defines, what it
/// looks up elsewhere and what it needs. Read once and shared by all checks.
public final class LinkObject: Sendable {
  /// Where an object comes from.
  public enum Origin: Hashable, Sendable {
    /// An ELF file.
    case file
    /// An ABI: a promise, without code.
    case abi
  }

  /// A symbol that others can be bound to.
  struct Definition: Sendable {
    var nameOffset: UInt32
    var nameLength: UInt32
    var hash: UInt64
    /// `st_size` in bytes.
    var size: UInt64
    var binding: SymbolBinding
    var type: SymbolType
    var placement: SymbolPlacement
    var isProtected: Bool
    /// Index into ``versions``: 0 local, 1 none, as in `.gnu.version`.
    var version: UInt16
    /// `VERSYM_HIDDEN`: not the default version.
    var isHidden: Bool
    /// The definition of the same name before this one, -1 for none.
    var next: Int32 = -1
    /// Index into the symbols of ``abi``.
    var source: Int32 = -1
  }

  /// An undefined symbol, or one that a program has a copy of.
  struct Reference: Sendable {
    var nameOffset: UInt32
    var nameLength: UInt32
    var hash: UInt64
    var isWeak: Bool
    /// What the linker took the symbol for; often `STT_NOTYPE`.
    var type: SymbolType
    /// Index into ``versions``, 0 or 1 for a reference without version.
    var version: UInt16
    /// The size of the copy in bytes, of a symbol with a copy relocation.
    var copySize: UInt64?
    /// Index in `.dynsym`.
    var index: Int32
  }

  /// A version of ``versions``: one that the object defines or one that it needs.
  struct Version: Hashable, Sendable {
    var name: ByteName
    /// `vn_file`, of a version that another object is to define.
    var file: ByteName?
    /// The hidden bit of `vna_other`.
    var isStrict = false
    /// `VER_FLG_WEAK` of a need.
    var isWeak = false
  }

  /// Whether it is a file or a promise.
  public let origin: Origin
  /// The file, as messages name it.
  public let path: String
  /// Nil for an ABI that is good for all targets.
  public let header: ElfHeader?
  /// `DT_SONAME`.
  public let soname: ByteName?
  /// `DT_NEEDED`, in order.
  public let needed: [ByteName]
  let dynamic: DynamicSection
  /// `PT_INTERP`.
  let interpreter: ByteName?
  /// The file is a stub library of this tool: it has no code.
  let isStub: Bool
  /// A program, and not a library.
  public let isExecutable: Bool
  let versions: [Version?]
  /// The versions that the object defines, its own name (`VER_FLG_BASE`) left out.
  let definedVersions: Set<ByteName>
  let hasVersionDefinitions: Bool
  /// Without it versions of symbols are not compared (`.gnu.version`).
  let hasVersions: Bool
  let names: [UInt8]
  let definitions: [Definition]
  let references: [Reference]
  /// What the object promises, when it is an ABI.
  let abi: Abi?

  /// Indices into `definitions` plus one, by hash; 0 is a free slot.
  private let slots: [UInt32]
  /// Two bits of each name's hash: most names that are not there are known by it.
  private let filter: [UInt64]

  init(_ builder: Builder) {
    origin = builder.origin
    path = builder.path
    header = builder.header
    soname = builder.soname
    needed = builder.needed
    dynamic = builder.dynamic
    interpreter = builder.interpreter
    isStub = builder.isStub
    isExecutable = builder.isExecutable
    versions = builder.versions
    definedVersions = builder.definedVersions
    hasVersionDefinitions = builder.hasVersionDefinitions
    hasVersions = builder.hasVersions
    names = builder.names
    references = builder.references
    abi = builder.abi
    var index = DefinitionIndex(builder.definitions, names: builder.names)
    index.build()
    definitions = index.definitions
    slots = index.slots
    filter = index.filter
  }

  /// What an object is made from.
  struct Builder {
    var origin: Origin
    var path: String
    var header: ElfHeader?
    var soname: ByteName?
    var needed: [ByteName] = []
    var dynamic = DynamicSection()
    var interpreter: ByteName?
    var isStub = false
    var isExecutable = false
    var versions: [Version?] = [nil, nil]
    var definedVersions: Set<ByteName> = []
    var hasVersionDefinitions = false
    var hasVersions = false
    var names: [UInt8] = []
    var definitions: [Definition] = []
    var references: [Reference] = []
    var abi: Abi?

    init(_ origin: Origin, path: String) {
      self.origin = origin
      self.path = path
    }

    mutating func setVersion(_ index: UInt16, _ version: Version) {
      while versions.count <= Int(index) { versions.append(nil) }
      versions[Int(index)] = version
    }

    mutating func append(name: UnsafeRawBufferPointer) -> (offset: UInt32, length: UInt32) {
      defer { names.append(contentsOf: name) }
      return (UInt32(names.count), UInt32(name.count))
    }
  }

  // MARK: Reading

  /// The file's name without directories.
  var fileName: String { path.split(separator: "/").last.map(String.init) ?? path }

  func version(at index: UInt16) -> Version? {
    Int(index) < versions.count ? versions[Int(index)] : nil
  }

  @inline(__always)
  func withName<Result>(
    _ offset: UInt32, _ length: UInt32, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    names.withUnsafeBytes { names in
      body(UnsafeRawBufferPointer(rebasing: names[Int(offset)..<Int(offset) + Int(length)]))
    }
  }

  func name(of reference: Reference) -> ByteName {
    withName(reference.nameOffset, reference.nameLength) { ByteName([UInt8]($0)) }
  }

  func name(of definition: Definition) -> ByteName {
    withName(definition.nameOffset, definition.nameLength) { ByteName([UInt8]($0)) }
  }

  /// The last definition of a name; the others follow by ``Definition/next``. -1 for none.
  @inline(__always)
  func lastDefinition(of name: UnsafeRawBufferPointer, hash: UInt64) -> Int32 {
    let bits = DefinitionIndex.filterBits(hash)
    let word = filter[Int(truncatingIfNeeded: hash >> 40) & (filter.count - 1)]
    guard word & bits == bits else { return -1 }
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      let candidate = definitions[index]
      if candidate.hash == hash, Int(candidate.nameLength) == name.count,
        withName(candidate.nameOffset, candidate.nameLength, { $0.elementsEqual(name) })
      {
        return Int32(index)
      }
      slot = (slot + 1) & mask
    }
    return -1
  }

  func definitions(of name: ByteName) -> [Definition] {
    name.bytes.withUnsafeBytes { name in
      var result: [Definition] = []
      var index = lastDefinition(of: name, hash: NameTable.hash(name))
      while index >= 0 {
        result.append(definitions[Int(index)])
        index = definitions[Int(index)].next
      }
      return result
    }
  }
}

/// The hash table over the definitions of an object.
private struct DefinitionIndex {
  var definitions: [LinkObject.Definition]
  let names: [UInt8]
  var slots: [UInt32]
  var filter: [UInt64]

  init(_ definitions: [LinkObject.Definition], names: [UInt8]) {
    self.definitions = definitions
    self.names = names
    var size = 16
    while size < definitions.count * 2 { size *= 2 }
    slots = [UInt32](repeating: 0, count: size)
    // Eight bits a name.
    filter = [UInt64](repeating: 0, count: max(1, size / 16))
  }

  static func filterBits(_ hash: UInt64) -> UInt64 {
    1 << (hash >> 20 & 63) | 1 << (hash >> 26 & 63)
  }

  mutating func build() {
    for index in definitions.indices { insert(index) }
  }

  private mutating func insert(_ index: Int) {
    let hash = definitions[index].hash
    filter[Int(truncatingIfNeeded: hash >> 40) & (filter.count - 1)] |= Self.filterBits(hash)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let other = Int(slots[slot]) - 1
      if hasSameName(definitions[index], definitions[other]) {
        definitions[index].next = Int32(other)
        break
      }
      slot = (slot + 1) & mask
    }
    slots[slot] = UInt32(index + 1)
  }

  private func hasSameName(_ one: LinkObject.Definition, _ other: LinkObject.Definition) -> Bool {
    guard one.hash == other.hash, one.nameLength == other.nameLength else { return false }
    let length = Int(one.nameLength)
    return names.withUnsafeBytes { names in
      names[Int(one.nameOffset)..<Int(one.nameOffset) + length]
        .elementsEqual(names[Int(other.nameOffset)..<Int(other.nameOffset) + length])
    }
  }
}
