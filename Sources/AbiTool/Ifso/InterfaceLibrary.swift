internal import AbiModel
internal import ElfKit
internal import Findings
public import Support
public import SystemPackage

/// Makes interface libraries: what a linker sees of a shared library, without code and contents.
///
/// A build links programs against the interface library and so need not link them again when
/// the library changes on the inside. It is the stub of the library's ABI in the complete
/// profile, made in one step: no text lies between, so that a build can afford it after every
/// link.
public struct InterfaceLibrary: ~Copyable {
  private let image: ElfImage

  /// Makes the interface library of the shared library at `path`.
  ///
  /// - Throws: `InputError` when it is no shared library.
  public init(of path: FilePath) throws(InputError) {
    let readable = try InputFile.readable(path)
    do throws(ElfError) {
      let file = try ElfFile(path: readable)
      image = try Self.image(of: file)
    } catch {
      throw InputError(path: path.string, error.description)
    }
  }

  /// Writes it, unless the file has these bytes already: it keeps its time stamp then.
  ///
  /// - Returns: false when the file was kept as it is.
  /// - Throws: `InputError` when the file cannot be written.
  @discardableResult
  public func write(to path: FilePath) throws(InputError) -> Bool {
    try image.withBytes { bytes throws(InputError) in
      try OutputFile(path, onlyIfChanged: true, isLibrary: true).write(bytes)
    }
  }

  private static func image(of file: borrowing ElfFile) throws(ElfError) -> ElfImage {
    let dynamic = try file.dynamicSection()
    try requireLibrary(file.header, dynamic)
    var library = SharedObject(
      header: file.header,
      maxPageSize: Architecture(of: file.header)?.maxPageSize ?? 0x10000)
    // An empty DT_SONAME is none, to linkers and to the dynamic linker.
    library.soname = dynamic.soname.flatMap { $0.isEmpty ? nil : $0 }
    library.needed = dynamic.needed
    library.rpath = dynamic.rpath
    library.runpath = dynamic.runpath
    library.notes = [StubMarker.note]
    library.attributes = try LinkAttributes.sections(of: file)
    if let note = try LinkAttributes.propertyNote(of: file) { library.notes.append(note) }
    let versions = LibraryVersions(try file.symbolVersions())
    library.versions = versions.definitions
    library.needs = versions.needs
    library.baseVersion = versions.base
    let bucketCount = try file.gnuHashBucketCount()
    return try file.withDynamicSymbols { table throws(ElfError) in
      let selected = try LibrarySymbols.select(from: table, versions)
      let names = table.strings.bytes
      // Linkers go by the order of symbols, which is kept: by bucket, or as it is.
      var symbols =
        if let bucketCount {
          try DynamicSymbolTable(sorting: selected, names: names, bucketCount: bucketCount)
        } else {
          try DynamicSymbolTable(inOrder: selected, names: names)
        }
      try LibraryLayout.layOut(&symbols, in: &library)
      return try library.image(symbols: symbols, names: names)
    }
  }

  /// A linker refuses programs among its inputs, and so does this.
  private static func requireLibrary(_ header: ElfHeader, _ dynamic: DynamicSection)
    throws(ElfError)
  {
    guard header.type == .shared, !dynamic.isPositionIndependentExecutable else {
      throw ElfError(.absent, "a program, not a shared library: nothing can be linked with it")
    }
  }
}
