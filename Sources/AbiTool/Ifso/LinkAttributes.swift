internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// What linkers compare between the files of a link beside symbols: object attributes, and a
/// property of GNU's that forbids copy relocations.
enum LinkAttributes {
  /// The attributes sections of a file, as they are.
  static func sections(of file: borrowing ElfFile) throws(ElfError)
    -> [SharedObject.AttributesSection]
  {
    var result: [SharedObject.AttributesSection] = []
    for section in file.sections where isAttributes(section.kind, of: file.header) {
      // Linkers merge what there is into one section of a kind.
      guard !result.contains(where: { $0.kind == section.kind }) else { continue }
      guard let name = file.name(of: section), isPowerOfTwo(section.alignment) else { continue }
      let contents = try file.withContents(of: section) { bytes throws(ElfError) in [UInt8](bytes) }
      result.append(
        SharedObject.AttributesSection(
          name: name, kind: section.kind, flags: section.flags, alignment: section.alignment,
          entrySize: section.entrySize, contents: contents))
    }
    return result
  }

  /// The types of sections of single processors overlap.
  private static func isAttributes(_ kind: Section.Kind, of header: ElfHeader) -> Bool {
    kind == .gnuAttributes
      || Architecture(of: header)?.linkAttributes.contains { $0.kind == kind } == true
  }

  private static func isPowerOfTwo(_ value: UInt64) -> Bool {
    value != 0 && value & (value - 1) == 0 && value <= 16
  }

  /// `NT_GNU_PROPERTY_TYPE_0`.
  private static let propertyType: UInt32 = 5
  /// `GNU_PROPERTY_1_NEEDED`: a program must not have copies of the library's objects.
  private static let needed: UInt32 = 0xb000_8000

  /// The property `GNU_PROPERTY_1_NEEDED` in a note of its own. Other properties (those of x86
  /// and AArch64) say how the library was compiled, which is not a linker's concern.
  static func propertyNote(of file: borrowing ElfFile) throws(ElfError) -> SharedObject.Note? {
    guard let section = file.section(named: ".note.gnu.property") else { return nil }
    let header = file.header
    let value = try file.withContents(of: section) { bytes throws(ElfError) in
      PropertyReader(bytes: bytes, header: header).value(of: needed, noteType: propertyType)
    }
    guard let value else { return nil }
    let width = header.elfClass.addressSize
    var descriptor = header.encode(needed) + header.encode(4) + header.encode(value)
    while descriptor.count % width != 0 { descriptor.append(0) }
    return SharedObject.Note(
      section: ".note.gnu.property", owner: "GNU", type: propertyType, descriptor: descriptor)
  }
}

extension ElfHeader {
  /// A word in the byte order of the file.
  fileprivate func encode(_ word: UInt32) -> [UInt8] {
    withUnsafeBytes(of: byteOrder == .little ? word.littleEndian : word.bigEndian) { Array($0) }
  }
}

/// Reads the notes of `.note.gnu.property` (Linux Extensions to gABI, "Program Property").
private struct PropertyReader {
  let bytes: UnsafeRawBufferPointer
  let header: ElfHeader

  private func word(_ offset: Int) -> UInt32? {
    guard offset >= 0, offset + 4 <= bytes.count else { return nil }
    let raw = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return header.byteOrder == .little ? UInt32(littleEndian: raw) : UInt32(bigEndian: raw)
  }

  func value(of wanted: UInt32, noteType: UInt32) -> UInt32? {
    var offset = 0
    while let ownerSize = word(offset), let size = word(offset + 4), let type = word(offset + 8) {
      let start = offset + 12 + (Int(ownerSize) + 3) & ~3
      if type == noteType, let value = property(wanted, from: start, to: start + Int(size)) {
        return value
      }
      offset = aligned(start + Int(size))
    }
    return nil
  }

  private func property(_ wanted: UInt32, from start: Int, to end: Int) -> UInt32? {
    var offset = start
    while offset + 8 <= end, let type = word(offset), let size = word(offset + 4) {
      if type == wanted, size == 4 { return word(offset + 8) }
      offset += 8 + aligned(Int(size))
    }
    return nil
  }

  /// Properties and notes are aligned as addresses are.
  private func aligned(_ offset: Int) -> Int {
    let width = header.elfClass.addressSize
    return (offset + width - 1) & ~(width - 1)
  }
}
