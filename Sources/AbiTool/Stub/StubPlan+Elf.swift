internal import AbiModel
internal import ElfKit
public import Support
public import SystemPackage

// A plan of what linkers see of a library: the complete profile and, beyond what the ABI text
// says, the order of its symbols, the versions that it needs, search paths, and the absolute
// symbols that GNU ld defines for version nodes.
extension StubPlan {
  /// Decides what the stub of a shared library consists of.
  ///
  /// - Throws: `InputError` when the file is no shared library, or malformed.
  public init(ofLibrary path: FilePath) throws(InputError) {
    var data: [DataName] = []
    let readable = try InputFile.readable(path)
    do throws(ElfError) {
      // The file is closed when it has been read, so that its pages do not stay.
      let file = try ElfFile(path: readable)
      self.init(
        path: path.string, architecture: Architecture(of: file.header),
        object: try Self.object(of: file))
      order = .listed(bucketCount: try file.gnuHashBucketCount())
      let versions = try VersionNumbers(try file.symbolVersions(), &object)
      data = try file.withDynamicSymbols { table throws(ElfError) in
        try enter(table, versions)
      }
    } catch {
      throw InputError(.unsupported, path: path.string, error.description)
    }
    try layOut(data)
  }

  private static func object(of file: borrowing ElfFile) throws(ElfError) -> SharedObject {
    let dynamic = try file.dynamicSection()
    // A linker refuses programs among its inputs, and so does this.
    guard file.header.type == .shared, !dynamic.isPositionIndependentExecutable else {
      throw ElfError(.absent, "a program, not a shared library: nothing can be linked with it")
    }
    guard !StubMarker.isThere(in: file) else { throw ElfError(.absent, StubMarker.refusal) }
    var object = SharedObject(
      header: file.header, maxPageSize: Architecture(of: file.header)?.maxPageSize ?? 0x10000)
    object.soname = dynamic.soname
    object.needed = dynamic.needed
    object.rpath = dynamic.rpath
    object.runpath = dynamic.runpath
    object.audit = dynamic.audit
    object.linkSections = try LinkSections.sections(of: file)
    if let note = try LinkProperties.note(of: file) { object.notes.append(note) }
    return object
  }

  // MARK: Symbols

  /// An object under one of its names, with what tells that two names are of one object.
  private struct Address {
    var value: UInt64
    var size: UInt64
    var isTls: Bool
    /// Index of its ``DataName``.
    var name: Int
  }

  /// Enters the symbols that linkers see, with the places that the library has them at.
  private mutating func enter(_ table: SymbolTable, _ versions: VersionNumbers) throws(ElfError)
    -> [DataName]
  {
    guard table.stringSize <= ElfError.maximumNameBytes else {
      throw ElfError(.malformed, "malformed ELF file: a string table of \(table.stringSize) bytes")
    }
    names = [UInt8](table.strings)
    entries.reserveCapacity(table.count)
    var data: [DataName] = []
    var addresses: [Address] = []
    var nameBytes = 0
    for index in 1..<max(table.count, 1) {
      let symbol = try table.symbol(at: index)
      // Names may share their ends in the string table, but not so that a small file stands for
      // a huge one.
      nameBytes += symbol.nameLength
      guard nameBytes <= ElfError.limit(ofNamesIn: table) else { throw .overlappingNames }
      guard Self.isVisible(symbol) else { continue }
      let entry = try entry(of: symbol, table, versions)
      if case .section(let section) = entry.place, section != .text {
        if entry.size > 0 {
          addresses.append(
            Address(
              value: symbol.value, size: symbol.size, isTls: section.isThreadLocal,
              name: data.count))
        }
        data.append(DataName(entry: entries.count, leader: entries.count))
      }
      entries.append(entry)
    }
    Self.findAliases(&addresses, &data)
    return data
  }

  /// Names of one object have one address and agree in size: an empty object may begin where
  /// another does, and an array where its first member does.
  private static func findAliases(_ addresses: inout [Address], _ data: inout [DataName]) {
    addresses.sort { left, right in
      if left.value != right.value { return left.value < right.value }
      if left.size != right.size { return left.size < right.size }
      if left.isTls != right.isTls { return right.isTls }
      return left.name < right.name
    }
    for (left, right) in zip(addresses, addresses.dropFirst())
    where left.value == right.value && left.size == right.size && left.isTls == right.isTls {
      data[right.name].leader = data[left.name].leader
    }
  }

  private static func isVisible(_ symbol: ElfSymbol) -> Bool {
    guard symbol.binding != .local, symbol.type != .section, symbol.type != .file,
      symbol.nameLength > 0
    else { return false }
    return symbol.visibility == .default || symbol.visibility == .protected
  }

  private func entry(of symbol: ElfSymbol, _ table: SymbolTable, _ versions: VersionNumbers)
    throws(ElfError) -> Entry
  {
    var entry = Entry(
      name: table.name(of: symbol), at: UInt32(symbol.nameOffset), place: Self.place(of: symbol),
      binding: symbol.binding, type: symbol.type)
    entry.version = try versions.version(of: symbol)
    switch entry.place {
    case .undefined:
      // What a program must define is a name; the rest is for the program to say. But linkers
      // refuse thread-local definitions of what is not.
      if entry.type != .tls { entry.type = .none }
      return entry
    case .absolute: (entry.offset, entry.size) = (symbol.value, symbol.size)
    case .section(.text): break
    case .section:
      entry.size = symbol.size
      // An empty object is not copied, so its alignment says nothing.
      entry.alignmentShift =
        symbol.size == 0 ? 0 : UInt8(truncatingIfNeeded: symbol.alignment.trailingZeroBitCount)
    }
    entry.other = symbol.other
    return entry
  }

  private static func place(of symbol: ElfSymbol) -> Entry.Place {
    switch Extraction.storage(of: symbol) {
    case .undefined: return .undefined
    case .absolute: return .absolute
    case .text: return .section(.text)
    case .readOnly where symbol.type != .tls: return .section(.readOnly)
    case .relro where symbol.type != .tls: return .section(.relro)
    case .data, .bss, .readOnly, .relro: break
    }
    // The letters of weak data do not tell whether it has contents; the section does.
    let isZero = symbol.placement == .bss || symbol.placement == .common
    return .section(
      symbol.type == .tls ? (isZero ? .threadBss : .threadData) : isZero ? .bss : .data)
  }
}

/// What the numbers of versions in a library's `.gnu.version` become in the stub.
private struct VersionNumbers {
  /// By the number in the library. Nil for a number that has no record.
  private var numbers: [UInt16?] = []
  /// The first number of versions of other libraries.
  private let firstNeed: UInt16
  private let hasRecords: Bool

  /// Numbers the versions of a library, and describes them: linkers list those that a program
  /// needs in the order of their numbers.
  ///
  /// - Throws: `ElfError` when there are more than can be numbered.
  init(_ versions: SymbolVersions, _ object: inout SharedObject) throws(ElfError) {
    let table = SymbolVersionTable(versions)
    hasRecords = !versions.definitions.isEmpty || !versions.needs.isEmpty
    object.baseVersion = table.base?.name
    let definitions = versions.definitions.indices.filter { !versions.definitions[$0].isBase }
      .sorted { versions.definitions[$0].index < versions.definitions[$1].index }
    guard definitions.count + versions.needs.count <= SharedObject.maximumVersionCount else {
      throw ElfError(
        .malformed, "malformed ELF file: \(definitions.count + versions.needs.count) versions")
    }
    var places = [UInt16](repeating: 0, count: versions.definitions.count)
    for (place, position) in definitions.enumerated() {
      let definition = versions.definitions[position]
      places[position] = SharedObject.firstVersion + UInt16(place)
      object.versions.append(
        SharedObject.Version(
          name: definition.name, parents: definition.parents, isWeak: definition.isWeak))
    }
    firstNeed = SharedObject.firstVersion + UInt16(definitions.count)
    for need in versions.needs {
      let version = SharedObject.Version(
        name: need.name, isWeak: need.isWeak, isHidden: need.isHidden)
      if let last = object.needs.indices.last, object.needs[last].file == need.file {
        object.needs[last].versions.append(version)
      } else {
        object.needs.append(SharedObject.VersionNeed(file: need.file, versions: [version]))
      }
    }
    let indices = versions.definitions.map(\.index) + versions.needs.map(\.index)
    for number in 0...max(indices.max() ?? 0, VersionIndex.global.number) {
      switch table[VersionIndex(rawValue: number)] {
      case .local: numbers.append(VersionIndex.local.number)
      case .global: numbers.append(VersionIndex.global.number)
      case .definition(let position): numbers.append(places[position])
      case .need(let position): numbers.append(firstNeed + UInt16(position))
      case .undefined: numbers.append(nil)
      }
    }
  }

  @inline(__always)
  func version(of symbol: ElfSymbol) throws(ElfError) -> VersionIndex {
    let index = Int(symbol.versionIndex)
    guard index < numbers.count, let number = numbers[index] else {
      // Without version records the table may hold anything; nobody reads it then.
      if !hasRecords { return .global }
      throw ElfError(
        .malformed, "malformed ELF file: a symbol has version \(index), which is not defined")
    }
    guard symbol.isDefined else { return VersionIndex(number: number, isHidden: false) }
    // A version of another library on a definition is that of an object copied from there.
    if number >= firstNeed { return .global }
    return VersionIndex(number: number, isHidden: symbol.isHiddenVersion)
  }
}
