internal import CElf

extension ElfFile {
  /// Whether the file has a note of this owner and type (gABI ch. 5 "Note Section").
  ///
  /// `SHT_NOTE` sections are read, and `PT_NOTE` segments where section headers were stripped.
  /// - Throws: `ElfError` when they do not lie in the file.
  public func hasNote(owner: String, type: UInt32) throws(ElfError) -> Bool {
    var places = sections.filter { $0.kind == .note }.map {
      (range: $0.range, alignment: $0.alignment)
    }
    if sections.isEmpty {
      places = segments.filter { $0.kind == .note }.map {
        (FileRange(offset: $0.offset, size: $0.fileSize), $0.alignment)
      }
    }
    for place in places where place.range.size > 0 {
      let raw = bytes(try data(place.range, as: ELF_T_BYTE, "a note"))
      // Notes of 8-byte alignment (property notes) pad to 8 bytes.
      let notes = NoteReader(
        bytes: raw, padding: place.alignment == 8 ? 8 : 4,
        isSwapped: (header.byteOrder == .little) != (1.littleEndian == 1))
      if notes.contains(owner: owner, type: type) { return true }
    }
    return false
  }
}

/// A walk over the records of a note section.
private struct NoteReader {
  let bytes: UnsafeRawBufferPointer
  let padding: Int
  /// The file has the other byte order than the host.
  let isSwapped: Bool

  /// `namesz`, `descsz`, `type`.
  private static let headerSize = 12

  func contains(owner: String, type: UInt32) -> Bool {
    var offset = 0
    while offset + Self.headerSize <= bytes.count {
      let nameSize = Int(word(at: offset))
      let descriptionSize = Int(word(at: offset + 4))
      let name = offset + Self.headerSize
      guard nameSize <= bytes.count - name else { return false }
      if word(at: offset + 8) == type, nameSize == owner.utf8.count + 1,
        bytes[name..<name + nameSize - 1].elementsEqual(owner.utf8)
      {
        return true
      }
      let description = padded(name + nameSize)
      guard descriptionSize <= bytes.count - description else { return false }
      offset = padded(description + descriptionSize)
    }
    return false
  }

  private func padded(_ offset: Int) -> Int { (offset + padding - 1) / padding * padding }

  private func word(at offset: Int) -> UInt32 {
    let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return isSwapped ? word.byteSwapped : word
  }
}
