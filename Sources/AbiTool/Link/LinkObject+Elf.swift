internal import AbiModel
internal import ElfKit
internal import Findings
public import Support
public import SystemPackage

extension LinkObject {
  /// Reads the program or library at `path`.
  ///
  /// - Throws: `InputError` when it is no dynamically linked ELF file.
  public convenience init(path: FilePath) throws(InputError) {
    let readable = try InputFile.readable(path)
    do throws(ElfError) {
      try self.init(try ElfFile(path: readable), path: path.string)
    } catch {
      throw InputError(path: path.string, error)
    }
  }

  /// Reads an open file. `path` is how messages name it.
  convenience init(_ file: borrowing ElfFile, path: String) throws(ElfError) {
    var builder = Builder(.file, path: path)
    builder.header = file.header
    let dynamic = try file.dynamicSection()
    builder.dynamic = dynamic
    builder.soname = dynamic.soname.flatMap { $0.isEmpty ? nil : ByteName($0) }
    builder.needed = dynamic.needed.map { ByteName($0) }
    builder.interpreter = try file.interpreter().map { ByteName($0) }
    builder.isStub = StubMarker.isThere(in: file)
    // A library may have an interpreter so that it can be run (libc.so.6); it has a SONAME then.
    builder.isExecutable =
      file.header.type == .executable || dynamic.isPositionIndependentExecutable
      || (builder.interpreter != nil && builder.soname == nil)
    try builder.readVersions(of: file)
    let copied = Set(try file.copyRelocatedSymbols())
    try file.withDynamicSymbols { table throws(ElfError) in
      builder.hasVersions = table.hasVersions
      try builder.readSymbols(of: table, copied: copied)
    }
    self.init(builder)
  }
}

extension LinkObject.Builder {
  fileprivate mutating func readVersions(of file: borrowing ElfFile) throws(ElfError) {
    let table = try file.symbolVersions()
    for definition in table.definitions {
      hasVersionDefinitions = true
      // The base definition is the file's name and matches no version.
      guard !definition.isBase else { continue }
      let name = ByteName(definition.name)
      definedVersions.insert(name)
      setVersion(definition.index, LinkObject.Version(name: name))
    }
    for need in table.needs {
      setVersion(
        need.index,
        LinkObject.Version(
          name: ByteName(need.name), file: ByteName(need.file), isStrict: need.isHidden,
          isWeak: need.isWeak))
    }
  }

  fileprivate mutating func readSymbols(of table: SymbolTable, copied: Set<Int>) throws(ElfError) {
    guard table.count > 1 else { return }
    definitions.reserveCapacity(table.count)
    names.reserveCapacity(table.stringSize)
    var nameBytes = 0
    for index in 1..<table.count {
      let symbol = try table.symbol(at: index)
      guard symbol.binding != .local, symbol.nameLength > 0, symbol.type != .section,
        symbol.type != .file
      else { continue }
      nameBytes += symbol.nameLength
      guard nameBytes <= ElfError.limit(ofNamesIn: table) else { throw ElfError.overlappingNames }
      append(symbol, name: table.name(of: symbol), index: index, isCopied: copied.contains(index))
    }
  }

  private mutating func append(
    _ symbol: ElfSymbol, name bytes: UnsafeRawBufferPointer, index: Int, isCopied: Bool
  ) {
    let name = append(name: bytes)
    let hash = NameTable.hash(bytes)
    if !symbol.isDefined || isCopied {
      references.append(
        LinkObject.Reference(
          nameOffset: name.offset, nameLength: name.length, hash: hash,
          isWeak: symbol.binding == .weak, type: symbol.type, version: symbol.versionIndex,
          copySize: isCopied ? symbol.size : nil, index: Int32(index)))
    }
    // Hidden and internal symbols are local to the dynamic linker.
    guard symbol.isDefined, symbol.visibility == .default || symbol.visibility == .protected,
      symbol.value != 0 || symbol.placement == .absolute || symbol.type == .tls
    else { return }
    definitions.append(
      LinkObject.Definition(
        nameOffset: name.offset, nameLength: name.length, hash: hash, size: symbol.size,
        binding: symbol.binding, type: symbol.type, placement: symbol.placement,
        isProtected: symbol.visibility == .protected, version: symbol.versionIndex,
        isHidden: symbol.isHiddenVersion))
  }
}
