// Which dynamic symbols the dynamic linker looks up.
extension ElfFile {
  /// The indices in `.dynsym` of the symbols that the dynamic linker copies into the program
  /// (``RelocationTypes/copy``).
  ///
  /// - Throws: `ElfError` with code `.unknown` when the relocations of the machine are not known,
  ///   or there is a table of them whose form is not; another when a table does not lie in the
  ///   file.
  public func copyRelocatedSymbols() throws(ElfError) -> [Int] {
    guard let copy = RelocationTypes(header).copy else {
      throw ElfError(.unknown, "the relocation types of \(header.machine) are not known")
    }
    var result: [Int] = []
    try forEachRelocation { relocation in
      if relocation.type == copy { result.append(Int(relocation.symbol)) }
    }
    return result
  }

  /// The indices in `.dynsym` of the symbols that the dynamic linker looks up because a
  /// relocation refers to them or, on MIPS, an entry of the global offset table is theirs. Nil
  /// where there are relocation tables whose form is not known.
  ///
  /// - Throws: `ElfError` when a relocation table does not lie in the file.
  public func relocatedSymbols() throws(ElfError) -> Set<Int>? {
    let tables = try dynamicTables()
    let relocations = try relocationTables(of: tables)
    guard relocations.unknown.isEmpty else { return nil }
    var result: Set<Int> = []
    for table in relocations.tables {
      var last: UInt32 = 0
      try forEachRelocation(of: table) { relocation in
        if relocation.symbol != last { result.insert(Int(relocation.symbol)) }
        last = relocation.symbol
      }
    }
    result.formUnion(globalOffsetTableSymbols(tables))
    return result
  }

  /// On MIPS, the symbols from `DT_MIPS_GOTSYM` on have an entry each in the global offset table,
  /// which the dynamic linker fills in without a relocation (MIPS psABI ch. 5 "Global Offset
  /// Table"). Empty on other machines.
  private func globalOffsetTableSymbols(_ tables: DynamicTables) -> Range<Int> {
    guard header.machine == .mips, let first = tables.value(.mipsGotsym),
      let end = tables.value(.mipsSymtabno), first < end,
      case .success(let symbols) = tables.symbols
    else { return 0..<0 }
    // No more than there are.
    let count = Int(symbols.size / header.symbolSize)
    return min(Int(clamping: first), count)..<min(Int(clamping: end), count)
  }
}
