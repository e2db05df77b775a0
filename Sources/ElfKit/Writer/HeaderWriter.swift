internal import CElf

/// The ELF header, the program headers and the section headers.
extension SharedObject {
  /// gABI ch. 4 "ELF Header".
  func writeHeader(_ layout: SharedObjectLayout, _ writer: FieldWriter) {
    let is64 = layout.is64
    var fields = FieldSequence(writer, at: 0)
    fields.bytes(ElfHeader.magic)
    fields.byte(header.elfClass.rawValue)
    fields.byte(header.byteOrder.rawValue)
    fields.byte(UInt8(EV_CURRENT))  // EI_VERSION
    fields.byte(header.osABI)
    fields.byte(header.abiVersion)
    fields.offset = Int(EI_NIDENT)
    fields.half(ElfHeader.FileType.shared.rawValue)
    fields.half(header.machine.rawValue)
    fields.word(UInt32(EV_CURRENT))  // e_version
    fields.address(0)  // e_entry
    fields.address(UInt64(layout.programHeaderOffset))
    fields.address(UInt64(layout.sectionHeaderOffset))
    fields.word(header.flags)
    fields.half(is64 ? 64 : 52)  // e_ehsize
    fields.half(is64 ? 56 : 32)  // e_phentsize
    fields.half(UInt16(layout.segments.count))
    fields.half(is64 ? 64 : 40)  // e_shentsize
    fields.half(UInt16(layout.sections.count))
    fields.half(UInt16(layout.index(of: .shstrtab)))
  }

  /// gABI ch. 5 "Program Header".
  func writeSegments(_ layout: SharedObjectLayout, _ writer: FieldWriter) {
    var fields = FieldSequence(writer, at: layout.programHeaderOffset)
    for segment in layout.segments {
      fields.word(segment.kind.rawValue)
      if layout.is64 { fields.word(segment.flags) }
      fields.address(segment.offset)
      fields.address(segment.address)
      fields.address(segment.address)  // p_paddr
      fields.address(segment.fileSize)
      fields.address(segment.memorySize)
      if !layout.is64 { fields.word(segment.flags) }
      fields.address(segment.alignment)
    }
  }

  /// gABI ch. 4 "Sections", with the names that `.shstrtab` holds.
  func writeSections(_ layout: SharedObjectLayout, _ writer: FieldWriter) {
    var fields = FieldSequence(writer, at: layout.sectionHeaderOffset)
    var names = FieldSequence(writer, at: layout.fileOffset(of: .shstrtab) ?? 0)
    let namesStart = names.offset
    for section in layout.sections {
      fields.word(UInt32(names.offset - namesStart))
      names.bytes(Array(section.name.utf8) + [0])
      fields.word(section.kind.rawValue)
      fields.address(section.flags)
      fields.address(section.address)
      fields.address(section.offset)
      fields.address(section.size)
      fields.word(section.link.map { UInt32(layout.index(of: $0)) } ?? 0)
      fields.word(section.info)
      fields.address(section.content == .null ? 0 : section.alignment)
      fields.address(section.entrySize)
    }
  }
}
