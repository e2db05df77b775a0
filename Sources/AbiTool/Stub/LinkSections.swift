internal import AbiModel
internal import ElfKit

/// What linkers read of a library as it is, beside its symbols and its dynamic section.
struct LinkSections {
  private(set) var sections: [SharedObject.LinkSection] = []
  /// Size of their contents in bytes.
  private var size = 0

  /// The sections of a file that linkers know by their type or name.
  static func sections(of file: borrowing ElfFile) throws(ElfError) -> [SharedObject.LinkSection] {
    var result = LinkSections()
    for section in file.sections where isPowerOfTwo(section.alignment) {
      if isAttributes(section.kind, of: file.header) {
        // Linkers merge what there is into one section of a kind.
        guard !result.sections.contains(where: { $0.kind == section.kind }) else { continue }
        try result.append(section, of: file, flags: section.flags, entrySize: section.entrySize)
      } else if section.kind == .progbits, isKnown(section, of: file) {
        try result.append(section, of: file, flags: 0, entrySize: 0)
      }
    }
    return result.sections
  }

  private mutating func append(
    _ section: Section, of file: borrowing ElfFile, flags: UInt64, entrySize: UInt64
  ) throws(ElfError) {
    guard let name = file.name(of: section) else { return }
    let contents = try file.withContents(of: section) { bytes throws(ElfError) in
      // Sections that overlap could make a small file take gigabytes.
      size += bytes.count + name.utf8.count
      guard size <= file.size else {
        throw ElfError(.malformed, "malformed ELF file: its sections overlap")
      }
      return [UInt8](bytes)
    }
    sections.append(
      SharedObject.LinkSection(
        name: name, kind: section.kind, flags: flags, alignment: section.alignment,
        entrySize: entrySize, contents: contents))
  }

  /// Object attributes, which linkers compare between the files of a link.
  /// The types of sections of single processors overlap.
  private static func isAttributes(_ kind: Section.Kind, of header: ElfHeader) -> Bool {
    kind == .gnuAttributes
      || Architecture(of: header)?.linkAttributes.contains { $0.kind == kind } == true
  }

  /// GNU ld and gold show the contents of the first to those that refer to the symbol. gold knows
  /// by the second that functions take what stack they need.
  private static func isKnown(_ section: Section, of file: borrowing ElfFile) -> Bool {
    file.hasName(section, prefix: ".gnu.warning.")
      || file.hasName(section, ".note.GNU-split-stack")
  }

  private static func isPowerOfTwo(_ value: UInt64) -> Bool {
    value.nonzeroBitCount == 1
  }
}

/// The properties of `.note.gnu.property` (Linux Extensions to gABI, "Program Property").
enum LinkProperties {
  /// `NT_GNU_PROPERTY_TYPE_0`.
  private static let noteType: UInt32 = 5
  /// `GNU_PROPERTY_X86_UINT32_OR_AND_LO`, `…_HI`: which instructions and registers the code uses.
  /// They change with the code, and no linker reads them of a library.
  private static let used: ClosedRange<UInt32> = 0xc001_0000...0xc001_7fff

  /// The properties of a file that linkers read, in a note. Nil when there are none.
  static func note(of file: borrowing ElfFile) throws(ElfError) -> SharedObject.Note? {
    let name = ".note.gnu.property"
    guard let section = file.section(named: name) else { return nil }
    let header = file.header
    let descriptor = try file.withContents(of: section) { bytes throws(ElfError) in
      properties(inNotes: bytes, header)
    }
    guard !descriptor.isEmpty else { return nil }
    return SharedObject.Note(section: name, owner: "GNU", type: noteType, descriptor: descriptor)
  }

  /// What cannot be read ends the properties, as it does for linkers.
  private static func properties(inNotes bytes: UnsafeRawBufferPointer, _ header: ElfHeader)
    -> [UInt8]
  {
    var notes = ByteReader(bytes, byteOrder: header.byteOrder)
    var result: [UInt8] = []
    while let ownerSize = notes.read(UInt32.self), let size = notes.read(UInt32.self),
      let type = notes.read(UInt32.self), let owner = notes.bytes(Int(ownerSize)),
      notes.align(to: 4), let descriptor = notes.bytes(Int(size))
    {
      if type == noteType, owner.elementsEqual("GNU\0".utf8) {
        append(descriptor, header, to: &result)
      }
      guard notes.align(to: header.elfClass.addressSize) else { break }
    }
    return result
  }

  private static func append(
    _ properties: UnsafeRawBufferPointer, _ header: ElfHeader, to result: inout [UInt8]
  ) {
    let isX86 = header.isX86
    var reader = ByteReader(properties, byteOrder: header.byteOrder)
    var start = 0
    // pr_type, pr_datasz, pr_data, padded as addresses are.
    while let type = reader.read(UInt32.self), let size = reader.read(UInt32.self),
      reader.bytes(Int(size)) != nil, reader.align(to: header.elfClass.addressSize)
    {
      if !isX86 || !used.contains(type) { result += properties[start..<reader.position] }
      start = reader.position
    }
  }
}
