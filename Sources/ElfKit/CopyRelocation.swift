internal import CElf
internal import Glibc

extension Machine {
  /// The type of the machine's `R_*_COPY` relocation, by its processor supplement. Nil when it
  /// has none or is not known.
  public var copyRelocation: UInt32? {
    switch self {
    case .i386, .x86_64: 5
    case .arm: 20
    case .aarch64: 1024
    case .riscv: 4
    case .ppc, .ppc64: 19
    case .s390: 9
    case .mips: 126
    case .sparc, .sparcV9: 19
    case .m68k: 19
    case .superH: 162
    case .alpha: 24
    case .parisc: 128
    case .loongArch: 4
    default: nil
    }
  }
}

extension ElfFile {
  /// The indices in `.dynsym` of the symbols that the dynamic linker copies into the program.
  ///
  /// - Throws: `ElfError` when a relocation section does not lie in the file.
  public func copyRelocatedSymbols() throws(ElfError) -> [Int] {
    guard let copy = header.machine.copyRelocation else { return [] }
    var result: [Int] = []
    // Copy relocations are never among those of the PLT.
    for table in try relocationTables() where !table.isPlt {
      try forEachRelocation(of: table) { type, symbol in
        if type == copy { result.append(symbol) }
      }
    }
    return result
  }

  /// The indices in `.dynsym` of the symbols that the dynamic linker looks up because a
  /// relocation refers to them. Nil where symbols are looked up without one (the GOT of MIPS).
  ///
  /// - Throws: `ElfError` when a relocation section does not lie in the file.
  public func relocatedSymbols() throws(ElfError) -> Set<Int>? {
    guard header.machine != .mips else { return nil }
    var result: Set<Int> = []
    for table in try relocationTables() {
      var last = 0
      try forEachRelocation(of: table) { _, symbol in
        if symbol != last { result.insert(symbol) }
        last = symbol
      }
    }
    return result
  }

  /// A table of the dynamic linker's relocations (gABI ch. 4 "Relocation").
  private struct RelocationTable {
    var range: FileRange
    /// `Rela` and not `Rel`.
    var withAddend: Bool
    var isPlt = false
  }

  private func forEachRelocation(
    of table: RelocationTable, _ body: (_ type: UInt32, _ symbol: Int) -> Void
  ) throws(ElfError) {
    let entrySize = relocationSize(withAddend: table.withAddend)
    let count = table.range.size / entrySize
    let whole = FileRange(offset: table.range.offset, size: count * entrySize)
    let data = try data(
      whole, as: table.withAddend ? ELF_T_RELA : ELF_T_REL, "a relocation section")
    let entries = bytes(data)
    // libelf has brought the entries into the byte order of the host.
    switch header.elfClass {
    case .elf64:
      for index in 0..<Int(count) {
        let offset = index * Int(entrySize) + 8
        let info = entries.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        body(UInt32(truncatingIfNeeded: info), Int(info >> 32))
      }
    case .elf32:
      for index in 0..<Int(count) {
        let offset = index * Int(entrySize) + 4
        let info = entries.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        body(info & 0xff, Int(info >> 8))
      }
    }
  }

  /// `sizeof (ElfNN_Rel)` or `sizeof (ElfNN_Rela)`.
  private func relocationSize(withAddend: Bool) -> UInt64 {
    switch (header.elfClass, withAddend) {
    case (.elf32, false): 8
    case (.elf32, true): 12
    case (.elf64, false): 16
    case (.elf64, true): 24
    }
  }

  /// `DT_REL`, `DT_RELA` and `DT_JMPREL` with their sizes.
  private func relocationTables() throws(ElfError) -> [RelocationTable] {
    let entries = try dynamicSection().entries
    func value(_ tag: DynamicTag) -> UInt64? { entries.first { $0.tag == tag }?.value }
    func range(_ table: DynamicTag, _ size: DynamicTag) throws(ElfError) -> FileRange? {
      guard let address = value(table), let size = value(size), size > 0 else { return nil }
      guard var range = fileRange(at: address), size <= range.size else {
        throw .malformed("the dynamic relocations lie outside the loaded file")
      }
      range.size = size
      return range
    }
    var result: [RelocationTable] = []
    if let range = try range(.rela, .relasz) {
      result.append(RelocationTable(range: range, withAddend: true))
    }
    if let range = try range(.rel, .relsz) {
      result.append(RelocationTable(range: range, withAddend: false))
    }
    if let range = try range(.jmprel, .pltrelsz) {
      // DT_PLTREL is the tag of the kind of its relocations.
      let kind = value(.pltrel) ?? UInt64(DynamicTag.rela.rawValue)
      result.append(
        RelocationTable(
          range: range, withAddend: kind == UInt64(DynamicTag.rela.rawValue), isPlt: true))
    }
    return result
  }
}
