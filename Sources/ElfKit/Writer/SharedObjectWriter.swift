internal import CElf

extension SharedObject {
  /// Writes the library as an ELF file.
  ///
  /// - Parameter names: the memory that the symbols' names lie in.
  /// - Throws: `ElfError` when the description goes beyond what the format can express.
  public func image(symbols: DynamicSymbolTable, names: RawSpan) throws(ElfError) -> ElfImage {
    try checkVersions()
    try check(symbols)
    let strings = try DynamicStrings(self, symbols, names)
    let layout = try SharedObjectLayout(self, symbols, strings)
    let image = try ElfImage(size: layout.fileSize)
    image.write(as: header) { writer in
      writeHeader(layout, writer)
      writeSegments(layout, writer)
      writeSections(layout, writer)
      for section in layout.sections { write(section, symbols, strings, layout, names, writer) }
    }
    return image
  }

  private func check(_ symbols: DynamicSymbolTable) throws(ElfError) {
    let versionEnd = Int(Self.firstVersion) + versionCount
    for symbol in symbols.entries {
      guard symbol.version.number < versionEnd else {
        throw ElfError(.limit, "a symbol has version \(symbol.version.number) of \(versionEnd)")
      }
      guard case .section(let section) = symbol.place else { continue }
      let size = self[section].size
      guard symbol.offset < size, section == .text || symbol.size <= size - symbol.offset else {
        throw ElfError(.limit, "a symbol lies outside of \(section.name)")
      }
    }
  }

  private func write(
    _ section: SharedObjectLayout.PlannedSection, _ symbols: DynamicSymbolTable,
    _ strings: DynamicStrings, _ layout: SharedObjectLayout, _ names: RawSpan,
    _ writer: FieldWriter
  ) {
    let offset = layout.fileOffset(of: section.content) ?? 0
    switch section.content {
    // Text is zeros.
    case .null, .symbols: break
    // One pass writes symbols, names, versions and the System V hash table; another the section
    // names together with the section headers.
    case .hash, .dynstr, .versym, .shstrtab: break
    case .note(let index): notes[index].write(writer, at: offset)
    case .linkSection(let index): writer.put(linkSections[index].contents, at: offset)
    case .gnuHash: GnuHashTable(symbols, header)?.write(symbols, writer, at: offset)
    case .verdef: writeVerdef(strings, writer, at: offset)
    case .verneed: writeVerneed(strings, writer, at: offset)
    case .dynamic:
      writeDynamic(layout, strings, symbols, writer, at: offset)
    case .dynsym:
      SymbolWriter(self, symbols, strings, layout, writer).write(names)
    }
  }
}
