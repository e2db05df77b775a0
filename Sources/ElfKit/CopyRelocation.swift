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
    for range in try dynamicRelocationRanges() {
      let entrySize: UInt64 = relocationSize(withAddend: range.withAddend)
      let count = range.range.size / entrySize
      let whole = FileRange(offset: range.range.offset, size: count * entrySize)
      let data = try data(
        whole, as: range.withAddend ? ELF_T_RELA : ELF_T_REL, "a relocation section")
      for index in 0..<Int32(clamping: count) {
        var info: UInt64 = 0
        if range.withAddend {
          var raw = GElf_Rela()
          guard gelf_getrela(data, index, &raw) != nil else { throw .libelf("relocation \(index)") }
          info = raw.r_info
        } else {
          var raw = GElf_Rel()
          guard gelf_getrel(data, index, &raw) != nil else { throw .libelf("relocation \(index)") }
          info = raw.r_info
        }
        if UInt32(truncatingIfNeeded: info) == copy { result.append(Int(info >> 32)) }
      }
    }
    return result
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

  /// `DT_REL` and `DT_RELA` with their sizes. Copy relocations are never among those of the PLT.
  private func dynamicRelocationRanges() throws(ElfError) -> [(range: FileRange, withAddend: Bool)]
  {
    let entries = try dynamicSection().entries
    var result: [(range: FileRange, withAddend: Bool)] = []
    // DT_RELA, DT_RELASZ and DT_REL, DT_RELSZ.
    for (table, size, withAddend) in [(Int64(7), Int64(8), true), (17, 18, false)] {
      guard let address = entries.first(where: { $0.tag.rawValue == table })?.value,
        let size = entries.first(where: { $0.tag.rawValue == size })?.value, size > 0
      else { continue }
      guard var range = fileRange(at: address), size <= range.size else {
        throw .malformed("the dynamic relocations lie outside the loaded file")
      }
      range.size = size
      result.append((range, withAddend))
    }
    return result
  }
}
