/// Android's packed relocations (`DT_ANDROID_REL`, `DT_ANDROID_RELA`): "APS2" and signed LEB128
/// numbers (bionic, `linker/linker_reloc_iterators.h` and `tools/relocation_packer`).
///
/// The number of relocations and the first offset, then groups: size, flags, and those of offset
/// delta, `r_info` and addend delta that are the same in the group; the others for each relocation.
struct AndroidRelocations {
  /// `RELOCATION_GROUPED_BY_INFO_FLAG` and so on.
  private struct GroupFlags: OptionSet {
    let rawValue: Int64
    static let byInfo = GroupFlags(rawValue: 1)
    static let byOffsetDelta = GroupFlags(rawValue: 2)
    static let byAddend = GroupFlags(rawValue: 4)
    static let hasAddend = GroupFlags(rawValue: 8)
  }

  private var reader: ByteReader
  private let header: ElfHeader
  private let withAddend: Bool
  /// How many relocations are still to come.
  private var left: Int64

  /// - Throws: `ElfError` with code `.unknown` when the table is in another form.
  init(_ table: UnsafeRawBufferPointer, _ file: borrowing ElfFile, withAddend: Bool)
    throws(ElfError)
  {
    header = file.header
    self.withAddend = withAddend
    reader = ByteReader(table, byteOrder: file.header.byteOrder)
    guard let magic = reader.bytes(4), magic.elementsEqual("APS2".utf8) else {
      throw ElfError(.unknown, "DT_ANDROID_REL or DT_ANDROID_RELA is not in the form \"APS2\"")
    }
    left = 0
    left = try number()
    // Groups take no bytes for their members where all is the same, but those change a byte each.
    guard left >= 0, left <= file.size else {
      throw .malformed("\(left) packed relocations are more than the file has bytes")
    }
  }

  private mutating func number() throws(ElfError) -> Int64 {
    guard let value = reader.sleb128() else {
      throw .malformed("the packed relocations end too early")
    }
    return value
  }

  mutating func forEach(_ body: (Relocation) throws(ElfError) -> Void) throws(ElfError) {
    var address = UInt64(bitPattern: try number())
    var addend: Int64 = 0
    while left > 0 {
      let count = try number()
      guard count > 0, count <= left else {
        throw .malformed("a group of packed relocations has \(count) of the remaining \(left)")
      }
      left -= count
      let flags = GroupFlags(rawValue: try number())
      let delta = flags.contains(.byOffsetDelta) ? try number() : 0
      var info = flags.contains(.byInfo) ? try number() : 0
      if flags.contains([.hasAddend, .byAddend]) { addend &+= try number() }
      if !flags.contains(.hasAddend) { addend = 0 }
      for _ in 0..<count {
        address &+= UInt64(bitPattern: flags.contains(.byOffsetDelta) ? delta : try number())
        if !flags.contains(.byInfo) { info = try number() }
        if flags.contains(.hasAddend), !flags.contains(.byAddend) { addend &+= try number() }
        try body(relocation(address, info, addend))
      }
    }
  }

  private func relocation(_ address: UInt64, _ info: Int64, _ addend: Int64) -> Relocation {
    let (symbol, type) = header.relocation(info: UInt64(bitPattern: info))
    let place = header.elfClass == .elf64 ? address : UInt64(UInt32(truncatingIfNeeded: address))
    return Relocation(
      address: place, type: type, symbol: symbol, addend: withAddend ? addend : nil)
  }
}
