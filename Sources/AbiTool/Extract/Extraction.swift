public import AbiModel
public import ElfKit
internal import Findings
public import Support
public import SystemPackage

/// Reads the ABI of a library or program out of its ELF file.
public struct Extraction: Sendable {
  /// How much of the dynamic symbol table is kept.
  public enum Profile: String, CaseIterable, Sendable {
    /// What the library promises: defined symbols without linker artefacts and weak C++ ones.
    case canonical
    /// What a linker would see: weak C++ symbols, undefined ones and the NEEDED list as well.
    case complete
  }

  /// What is kept, and what is noted of the rest.
  public struct Options: Sendable {
    /// How much of the dynamic symbol table is kept.
    public var profile = Profile.canonical
    /// Symbols that are kept although a rule drops them.
    public var keep: [Glob] = []
    /// Symbols that are dropped although no rule does.
    public var drop: [Glob] = []
    /// Symbols that programs refer to, or a text promises: they are kept although a rule drops them.
    public var neededNames = NameSet()
    /// Whether ``Result/dropped`` and ``Result/keptByRule`` are wanted.
    public var recordsReasons = false
    /// Whether ``Result/weakNames`` is wanted.
    public var recordsWeakNames = false

    /// The canonical profile, without exceptions.
    public init() {}
  }

  /// A symbol that was left out.
  public struct Dropped: Sendable {
    /// The symbol's name.
    public var name: ByteName
    /// The rule that dropped it.
    public var reason: DropReason
    /// Of a part of a class: the offset of the first function in the virtual table, in bytes, that
    /// the library does not export. It may be the key function.
    public var unexportedSlot: UInt64?

    /// Whether a pattern means the symbol.
    public func matches(_ pattern: Glob) -> Bool {
      name.bytes.withUnsafeBytes { pattern.matches($0) }
    }
  }

  /// The ABI, and what was left out of it.
  public struct Result: Sendable {
    /// Sorted.
    public var abi = Abi()
    /// Class, machine and flags of the file.
    public var header: ElfHeader
    /// The file is a stub: it has what a text promises, and says nothing of an implementation.
    public var isStub = false
    /// How many of the symbols that were kept have the version `VER_NDX_LOCAL`. The dynamic linker
    /// and GNU ld bind to them as to symbols without a version; other link editors do not.
    public var localVersionCount = 0
    /// How many symbols were dropped, by ``DropReason/rawValue``.
    public var counts = [Int](repeating: 0, count: DropReason.allCases.count)
    /// In the order of the file, parts of classes last.
    public var dropped: [Dropped] = []
    /// The weak C++ symbols that stay, and why.
    public var keptByRule: [ByteName: KeepReason] = [:]
    /// The names of weak and unique C++ symbols that were dropped.
    public var weakNames = NameSet()
    /// Those of ``Options/keep`` and ``Options/drop`` that a symbol of the library matches.
    public var matchedPatterns: Set<String> = []

    /// How many symbols a rule dropped.
    public func count(_ reason: DropReason) -> Int { counts[reason.rawValue] }

    /// Dropped symbols of which there will be two copies at run time.
    public var changedMeaningCount: Int {
      DropReason.allCases.reduce(0) { $0 + ($1.changesMeaning ? count($1) : 0) }
    }
  }

  /// Extracts the ABI of the file at `path`.
  ///
  /// - Throws: `InputError` when it is no shared library or dynamically linked program.
  public static func extract(from path: FilePath, options: Options = Options()) throws(InputError)
    -> Result
  {
    var extraction = try read(path, options)
    return extraction.finish()
  }

  /// Extracts the ABI of an open file.
  public static func extract(from file: borrowing ElfFile, options: Options) throws(ElfError)
    -> Result
  {
    var extraction = try read(file, options)
    return extraction.finish()
  }

  /// The file is closed when it has been read, so that its pages do not stay while the symbols
  /// are sorted.
  private static func read(_ path: FilePath, _ options: Options) throws(InputError) -> Extraction {
    let readable = try InputFile.readable(path)
    do throws(ElfError) {
      let file = try ElfFile(path: readable)
      return try read(file, options)
    } catch {
      throw InputError(path: path.string, error)
    }
  }

  private static func read(_ file: borrowing ElfFile, _ options: Options) throws(ElfError)
    -> Extraction
  {
    var extraction = Extraction(header: file.header, options: options)
    // A file with a calling convention of its own, such as ELFv1 of 64-bit PowerPC, is for none of the
    // architectures that have a name.
    extraction.result.abi.architecture = Architecture(of: file.header).flatMap {
      $0.hasCallingConvention(of: file.header) ? $0 : nil
    }
    extraction.result.isStub = StubMarker.isThere(in: file)
    try extraction.readDynamicSection(of: file)
    try extraction.readVersions(of: file)
    try file.withDynamicSymbols { table throws(ElfError) in
      try extraction.readSymbols(of: table)
      try extraction.decide(in: table, file)
    }
    return extraction
  }

  private mutating func finish() -> Result {
    for (glob, isMatched) in zip(globs, isMatched) where isMatched {
      result.matchedPatterns.insert(glob.pattern)
    }
    findAliases()
    result.abi.sort()
    return result
  }

  let options: Options
  var result: Result
  /// What each version index of the file (`vd_ndx`, `vna_other`) stands for.
  private var versions: [VersionMeaning] = [.none, .none]

  private enum VersionMeaning {
    case unknown
    /// No version, or one of another file: that of a symbol copied from there.
    case none
    /// Index into `Abi.versions`.
    case defined(Int32)
  }

  private var versionNames: NameSet = NameSet()
  /// What the versions of all symbols have spelled so far, in bytes.
  private var versionBytes = 0
  private let hasGlobs: Bool
  /// The patterns to keep and to drop, and whether a symbol matches.
  private let globs: [Glob]
  private var isMatched: [Bool]
  /// Weak parts of classes, by index in the symbol table: other symbols decide about them.
  var undecided: [Int] = []
  /// The strong C++ functions and virtual tables, by index in the symbol table.
  var strong: [UInt32] = []
  /// Addresses of data, thread-local offsets apart, with the symbol that is there.
  private var addresses: [(key: UInt64, isTls: Bool, symbol: Int)] = []

  private init(header: ElfHeader, options: Options) {
    self.options = options
    result = Result(header: header)
    globs = options.keep + options.drop
    hasGlobs = !globs.isEmpty
    isMatched = [Bool](repeating: false, count: globs.count)
  }

  private mutating func readDynamicSection(of file: borrowing ElfFile) throws(ElfError) {
    let dynamic = try file.dynamicSection()
    guard
      dynamic.entries.isEmpty || dynamic.hasHashTable || file.header.type != .shared
        || dynamic.isPositionIndependentExecutable
    else {
      throw ElfError(
        .malformed,
        "malformed ELF file: no DT_GNU_HASH and no DT_HASH, so the dynamic linker finds no symbol")
    }
    // An empty DT_SONAME is none, to linkers and to the dynamic linker.
    result.abi.soname = dynamic.soname.flatMap { $0.isEmpty ? nil : ByteName($0) }
    if options.profile == .complete {
      guard dynamic.needed.allSatisfy({ !$0.isEmpty }) else { throw .emptyName("a NEEDED entry") }
      result.abi.needed = dynamic.needed.map { ByteName($0) }
    }
  }

  private mutating func readVersions(of file: borrowing ElfFile) throws(ElfError) {
    let table = try file.symbolVersions()
    for need in table.needs { setMeaning(of: need.index, .none) }
    for definition in table.definitions {
      guard !definition.isBase else {
        setMeaning(of: definition.index, .none)
        continue
      }
      guard !definition.name.isEmpty, definition.parents.allSatisfy({ !$0.isEmpty }) else {
        throw .emptyName("a version definition")
      }
      let name = ByteName(definition.name)
      let parents = definition.parents.map { ByteName($0) }
      for parent in parents { result.abi.addVersion(parent) }
      setMeaning(of: definition.index, .defined(result.abi.addVersion(name, parents: parents)))
      definition.name.withUnsafeBytes { _ = versionNames.insert($0) }
    }
    if options.profile == .complete {
      let names = table.definitions.filter { !$0.isBase }.map(\.name)
      guard Set(names).count == names.count else {
        throw ElfError(.malformed, "two version definitions have one name")
      }
      result.abi.versionOrder = table.definitions.filter { !$0.isBase }
        .sorted { $0.index < $1.index }.map { ByteName($0.name) }
    }
  }

  private mutating func setMeaning(of index: UInt16, _ meaning: VersionMeaning) {
    while versions.count <= Int(index) { versions.append(.unknown) }
    versions[Int(index)] = meaning
  }

  /// One pass over the table, first entry left out.
  private mutating func readSymbols(of table: SymbolTable) throws(ElfError) {
    guard table.count > 1 else { return }
    // Memory that is never touched costs nothing.
    result.abi.reserveCapacity(table.count, nameBytes: table.stringSize)
    var nameBytes = 0
    for index in 1..<table.count {
      let entry = try table.symbol(at: index)
      // Names may share their ends in the string table, but not so that a small file stands for
      // a huge text.
      nameBytes += entry.nameLength
      guard nameBytes <= ElfError.limit(ofNamesIn: table) else {
        throw ElfError.overlappingNames
      }
      let name = table.name(of: entry)
      if hasGlobs { noteMatches(of: name) }
      let reason = dropReason(entry, name)
      if reason == .weakVtable || reason == .weakTypeInfo {
        undecided.append(index)
        continue
      }
      if reason == nil || reason == .byRequest, isStrong(entry, name) {
        strong.append(UInt32(index))
      }
      if let reason {
        drop(name, reason)
        continue
      }
      try append(entry, name)
      // Each line of the text spells its version; a few symbols with a huge one are enough.
      guard versionBytes <= 64 * table.count + ElfError.limit(ofNamesIn: table) else {
        throw ElfError.overlappingNames
      }
    }
  }

  mutating func drop(
    _ name: UnsafeRawBufferPointer, _ reason: DropReason, unexportedSlot: UInt64? = nil
  ) {
    result.counts[reason.rawValue] += 1
    if options.recordsReasons {
      result.dropped.append(
        Dropped(
          name: ByteName([UInt8](name)), reason: reason, unexportedSlot: unexportedSlot))
    }
    if options.recordsWeakNames, reason.isWeakCxx { result.weakNames.insert(name) }
  }

  /// Whether a symbol may tell of which class the library has the key function.
  @inline(__always)
  private func isStrong(_ entry: ElfSymbol, _ name: UnsafeRawBufferPointer) -> Bool {
    entry.binding == .global && options.profile == .canonical && entry.isDefined
      && WeakCxx.isCxx(name) && (entry.type == .function || WeakCxx.isVtable(name))
  }

  private mutating func noteMatches(of name: UnsafeRawBufferPointer) {
    for index in globs.indices where !isMatched[index] && globs[index].matches(name) {
      isMatched[index] = true
    }
  }

  // MARK: What is dropped

  @inline(__always)
  private func dropReason(_ entry: ElfSymbol, _ name: UnsafeRawBufferPointer) -> DropReason? {
    if entry.binding == .local || entry.type == .section || entry.type == .file || name.isEmpty {
      return .local
    }
    if entry.visibility == .hidden || entry.visibility == .internal { return .hidden }
    guard entry.isDefined else { return options.profile == .complete ? nil : .undefined }
    // The dynamic linker takes it for undefined (glibc, do_lookup_x).
    if entry.value == 0, entry.placement != .absolute, entry.type != .tls {
      return .withoutAddress
    }
    if entry.placement == .absolute, versionNames.contains(name) { return .versionNode }
    if hasGlobs {
      if options.drop.contains(where: { $0.matches(name) }) { return .byRequest }
      if options.keep.contains(where: { $0.matches(name) }) { return nil }
    }
    guard options.profile == .canonical, let reason = impliedReason(entry, name) else { return nil }
    return options.neededNames.contains(name) ? nil : reason
  }

  /// The reasons of the canonical profile.
  @inline(__always)
  private func impliedReason(_ entry: ElfSymbol, _ name: UnsafeRawBufferPointer) -> DropReason? {
    if WeakCxx.isCxx(name) {
      if WeakCxx.isConstructionVtable(name) { return .constructionVtable }
      guard entry.binding == .weak || entry.binding == .unique,
        !WeakCxx.isReplaceableAllocation(name)
      else { return nil }
      return WeakCxx.reason(
        name, isData: entry.type == .object || entry.type == .tls || entry.type == .common)
    }
    // Plain C names such as `end` are artefacts only where a linker defined them, without type.
    if name[0] != UInt8(ascii: "_"), entry.type != .none { return nil }
    return LinkerArtefacts.contains(name) ? .linkerArtefact : nil
  }

  // MARK: What is kept

  mutating func append(_ entry: ElfSymbol, _ name: UnsafeRawBufferPointer) throws(ElfError) {
    var symbol = Symbol()
    symbol.binding = entry.binding
    symbol.type = entry.type
    symbol.storage = Self.storage(of: entry)
    symbol.isProtected = entry.visibility == .protected
    symbol.otherBits = otherBits(of: entry)
    var version: Int32?
    switch symbol.storage {
    case .undefined:
      // What a program must define is a name; its type is for the program to say. But linkers
      // refuse thread-local definitions of what is not.
      symbol.type = entry.type == .tls ? .tls : .none
      symbol.otherBits = 0
      symbol.isProtected = false
    case .absolute, .text:
      version = try self.version(of: entry)
    case .data, .bss, .readOnly, .relro:
      version = try self.version(of: entry)
      symbol.size = entry.size
      if entry.size >= 1 << 63 { throw ElfError.hugeSymbol(name, size: entry.size) }
      let shift = UInt8(entry.alignment.trailingZeroBitCount)
      if entry.size > 0, shift != Symbol.naturalAlignmentShift(size: entry.size) {
        symbol.alignmentShift = shift
      }
      if entry.size > 0 {
        addresses.append((entry.value, entry.type == .tls, result.abi.symbols.count))
      }
    }
    if symbol.storage != .undefined, entry.versionIndex == VersionIndex.local.number {
      result.localVersionCount += 1
    }
    result.abi.append(symbol, name: name, version: version, isHidden: entry.isHiddenVersion)
  }

  /// `st_other` beyond visibility: of a promise, how functions are called.
  private func otherBits(of entry: ElfSymbol) -> UInt8 {
    let bits = entry.otherBits
    guard bits != 0, options.profile == .canonical, let architecture = result.abi.architecture
    else { return bits }
    return architecture.promisedOtherBits(in: bits)
  }

  private mutating func version(of entry: ElfSymbol) throws(ElfError) -> Int32? {
    let index = Int(entry.versionIndex)
    switch index < versions.count ? versions[index] : .unknown {
    case .none: return nil
    case .defined(let version):
      versionBytes += result.abi.versions[Int(version)].name.bytes.count
      return version
    case .unknown:
      // Without version definitions the table may hold anything; nobody reads it then.
      if versions.count == 2 { return nil }
      throw ElfError(
        .malformed, "malformed ELF file: a symbol has version \(index), which is not defined")
    }
  }

  /// Data at one address is one object under several names.
  private mutating func findAliases() {
    addresses.sort { ($0.isTls ? 1 : 0, $0.key, $0.symbol) < ($1.isTls ? 1 : 0, $1.key, $1.symbol) }
    var start = 0
    while start < addresses.count {
      var end = start + 1
      let first = addresses[start]
      while end < addresses.count, addresses[end].key == first.key,
        addresses[end].isTls == first.isTls
      {
        end += 1
      }
      if end - start > 1 { joinAliases(addresses[start..<end].map(\.symbol)) }
      start = end
    }
  }

  /// An array may begin where its first member does; names of one object agree in size.
  private mutating func joinAliases(_ symbols: [Int]) {
    var bySize: [UInt64: [Int]] = [:]
    for symbol in symbols { bySize[result.abi.symbols[symbol].size, default: []].append(symbol) }
    for names in bySize.values where names.count > 1 {
      let group = result.abi.newAliasGroup()
      for symbol in names { result.abi.symbols[symbol].aliasGroup = group }
    }
  }
}
