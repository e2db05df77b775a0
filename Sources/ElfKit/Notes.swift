internal import CElf

/// A note (gABI ch. 5 "Note Section").
public struct Note: Hashable, Sendable {
  /// Who defines the meaning of ``type``, in bytes without NUL.
  public var owner: [UInt8]
  public var type: UInt32
  /// The descriptor, in the byte order of the file.
  public var descriptor: [UInt8]
}

extension ElfFile {
  /// The notes of all note sections or, when section headers were stripped, note segments.
  ///
  /// - Throws: `ElfError` when a note does not lie in its section.
  public func notes() throws(ElfError) -> [Note] {
    var notes: [Note] = []
    var total = 0
    /// Notes that overlap could make a small file take gigabytes.
    func count(_ bytes: UnsafeRawBufferPointer) throws(ElfError) {
      total += bytes.count
      guard total <= 2 * size else { throw .malformed("its notes overlap in the file") }
    }
    if sections.isEmpty {
      for segment in segments where segment.kind == .note {
        try withContents(of: segment) { bytes throws(ElfError) in
          try count(bytes)
          try readNotes(bytes, alignment: segment.alignment, into: &notes)
        }
      }
    } else {
      for section in sections where section.kind == .note {
        try withContents(of: section) { bytes throws(ElfError) in
          try count(bytes)
          try readNotes(bytes, alignment: section.alignment, into: &notes)
        }
      }
    }
    return notes
  }

  /// Whether the file has a note of this owner and type.
  ///
  /// - Throws: `ElfError` when a note does not lie in its section.
  public func hasNote(owner: String, type: UInt32) throws(ElfError) -> Bool {
    try notes().contains { $0.type == type && $0.owner.elementsEqual(owner.utf8) }
  }

  private func readNotes(
    _ bytes: UnsafeRawBufferPointer, alignment: UInt64, into notes: inout [Note]
  ) throws(ElfError) {
    // Names and descriptors are padded to 4 bytes, to 8 where the section says so.
    let unit = alignment == 8 ? 8 : 4
    var reader = ByteReader(bytes, byteOrder: header.byteOrder)
    while reader.position + 12 <= bytes.count {
      guard let ownerSize = reader.read(UInt32.self), let size = reader.read(UInt32.self),
        let type = reader.read(UInt32.self),
        let owner = reader.bytes(Int(ownerSize)), reader.align(to: unit),
        let descriptor = reader.bytes(Int(size))
      else {
        throw .malformed("a note reaches beyond its section")
      }
      // The last note may lack its padding.
      _ = reader.align(to: unit)
      notes.append(
        Note(
          owner: Array(owner.prefix { $0 != 0 }), type: type, descriptor: Array(descriptor)))
    }
  }
}
