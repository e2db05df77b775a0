internal import CElf

/// Writes what each symbol has a part of: `.dynsym`, `.dynstr`, `.gnu.version` and `.hash`.
struct SymbolWriter {
  private let symbols: DynamicSymbolTable
  private let strings: DynamicStrings
  private let writer: FieldWriter
  private let symbolsOffset: Int
  private let stringsOffset: Int
  private let versionsOffset: Int?
  private let hashOffset: Int
  private let hash: SysvHashTable?
  /// `st_shndx` and the value of offset 0, by section of symbols.
  private let places: [(index: UInt16, base: UInt64)]

  init(
    _ object: SharedObject, _ symbols: DynamicSymbolTable, _ strings: DynamicStrings,
    _ layout: SharedObjectLayout, _ writer: FieldWriter
  ) {
    self.symbols = symbols
    self.strings = strings
    self.writer = writer
    symbolsOffset = layout.fileOffset(of: .dynsym) ?? 0
    stringsOffset = layout.fileOffset(of: .dynstr) ?? 0
    versionsOffset = layout.fileOffset(of: .versym)
    hashOffset = layout.fileOffset(of: .hash) ?? 0
    hash = SysvHashTable(symbols, object.header)
    places = SharedObject.SymbolSection.allCases.map { section in
      (UInt16(layout.index(of: .symbols(section))), layout.bases[Int(section.rawValue)])
    }
  }

  func write(_ names: RawSpan) {
    writer.put(strings.front, at: stringsOffset)
    var nextName = strings.front.count
    var nameOffset = 0
    for (index, symbol) in symbols.entries.enumerated() {
      prefetchName(at: index + 16, names)
      if !symbols.sharesName(index, names) {
        let start = Int(symbol.nameOffset)
        let name = names.extracting(start..<start + Int(symbol.nameLength))
        name.withUnsafeBytes { writer.put($0, at: stringsOffset + nextName) }
        nameOffset = nextName
        nextName += name.byteCount + 1
      }
      write(symbol, name: UInt32(nameOffset), at: index + 1)
    }
    writeHash()
  }

  /// Names are anywhere in the caller's memory, so each is a wait unless it is asked for in time.
  @inline(__always)
  private func prefetchName(at index: Int, _ names: RawSpan) {
    guard index < symbols.entries.count else { return }
    let offset = Int(symbols.entries[index].nameOffset)
    names.withUnsafeBytes { if let base = $0.baseAddress { elf_prefetch(base + offset) } }
  }

  /// Reads the names where they have been written, as they are in order there.
  private func writeHash() {
    guard let hash else { return }
    hash.writeHeader(writer, at: hashOffset)
    let count = symbols.entries.count
    for index in stride(from: 0, to: count - 1, by: 2) {
      let (left, right) = writer.withBytes(at: range(ofName: index)) { left in
        writer.withBytes(at: range(ofName: index + 1)) { right in SymbolHash.sysv(left, right) }
      }
      hash.insert(hash: left, index: index + 1, writer, at: hashOffset)
      hash.insert(hash: right, index: index + 2, writer, at: hashOffset)
    }
    if count % 2 == 1 {
      let last = writer.withBytes(at: range(ofName: count - 1)) { SymbolHash.sysv($0) }
      hash.insert(hash: last, index: count, writer, at: hashOffset)
    }
  }

  private func range(ofName index: Int) -> Range<Int> {
    // st_name is the first field in both classes.
    let offset: UInt32 = writer.get(symbolsOffset + (index + 1) * (writer.is64 ? 24 : 16))
    let start = stringsOffset + Int(offset)
    return start..<start + Int(symbols.entries[index].nameLength)
  }

  @inline(__always)
  private func write(_ symbol: DynamicSymbol, name: UInt32, at index: Int) {
    var section = SectionIndex.undefined.rawValue
    var value: UInt64 = 0
    switch symbol.place {
    case .undefined: break
    case .absolute: (section, value) = (SectionIndex.absolute.rawValue, symbol.offset)
    case .section(let place):
      section = places[Int(place.rawValue)].index
      value = places[Int(place.rawValue)].base + symbol.offset
    }
    let info = symbol.binding.rawValue << 4 | symbol.type.rawValue
    if writer.is64 {
      let offset = symbolsOffset + index * 24
      writer.put(name, at: offset)
      writer.put(info, at: offset + 4)
      writer.put(symbol.other, at: offset + 5)
      writer.put(section, at: offset + 6)
      writer.put(value, at: offset + 8)
      writer.put(symbol.size, at: offset + 16)
    } else {
      let offset = symbolsOffset + index * 16
      writer.put(name, at: offset)
      writer.put(UInt32(truncatingIfNeeded: value), at: offset + 4)
      writer.put(UInt32(truncatingIfNeeded: symbol.size), at: offset + 8)
      writer.put(info, at: offset + 12)
      writer.put(symbol.other, at: offset + 13)
      writer.put(section, at: offset + 14)
    }
    guard let versionsOffset else { return }
    writer.put(symbol.version.rawValue, at: versionsOffset + index * 2)
  }
}
