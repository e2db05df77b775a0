internal import AbiModel
public import ElfKit
internal import Findings
public import Support

extension StubPlan {
  /// Writes the stub as a shared library: what an assembler and a linker make of the assembly
  /// text, without either.
  ///
  /// - Throws: `InputError` when the plan is for no architecture in particular, or beyond what
  ///   the format can express.
  public func library() throws(InputError) -> ElfImage {
    guard let architecture else {
      throw InputError(path: path, "a library is for one architecture; say which with --arch")
    }
    do throws(ElfError) {
      var library = SharedObject(
        header: architecture.header, maxPageSize: architecture.maxPageSize)
      library.soname = soname?.bytes
      library.needed = needed.map(\.bytes)
      library.notes = [StubMarker.note]
      library.attributes = architecture.linkAttributes
      library.versions = versions.map { version in
        SharedObject.Version(name: version.name.bytes, parents: version.parents.map(\.bytes))
      }
      for section in Section.allCases {
        let extent = extent(of: section)
        library[section.inFile] = SharedObject.Extent(
          size: extent.size, alignment: extent.alignment)
      }
      let names = self.names.span.bytes
      let symbols = GnuLdOrder.indices(of: self).map { symbol(entries[$0]) }
      let table =
        architecture.ordersSymbolsByGot
        ? try DynamicSymbolTable(inOrder: symbols, names: names)
        : try DynamicSymbolTable(sorting: symbols, names: names)
      return try library.image(symbols: table, names: names)
    } catch {
      throw InputError(path: path, error.description)
    }
  }

  private func symbol(_ entry: Entry) -> DynamicSymbol {
    var place = DynamicSymbol.Place.undefined
    var offset: UInt64 = 0
    switch entry.place {
    case .undefined: break
    case .absolute: place = .absolute
    case .section(let section, let start): (place, offset) = (.section(section.inFile), start)
    }
    var symbol = withName(of: entry) { name in
      DynamicSymbol(
        name: name, at: entry.nameOffset, place: place, binding: entry.binding, type: entry.type)
    }
    symbol.other = entry.other
    symbol.size = entry.size
    symbol.offset = offset
    symbol.version = entry.version.map { UInt16(clamping: $0 + 1) } ?? 0
    symbol.isHiddenVersion = entry.version != nil && !entry.isDefault
    symbol.alignmentShift = entry.alignmentShift
    return symbol
  }
}

extension StubPlan.Section {
  fileprivate var inFile: SharedObject.SymbolSection {
    switch self {
    case .text: .text
    case .readOnly: .readOnly
    case .relro: .relro
    case .threadData: .threadData
    case .threadBss: .threadBss
    case .data: .data
    case .bss: .bss
    }
  }
}
