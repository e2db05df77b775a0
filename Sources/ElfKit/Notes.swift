internal import CElf

/// A note (gABI ch. 5 "Note Section").
public struct Note: Hashable, Sendable {
  /// Who defines the meaning of ``type``, in bytes without NUL.
  public var owner: [UInt8]
  /// What the note is, by its owner.
  public var type: UInt32
  /// The descriptor, in the byte order of the file.
  public var descriptor: [UInt8]

  /// Whether it is a note of this owner and type.
  public func isOf(owner: String, type: UInt32) -> Bool {
    self.type == type && self.owner.elementsEqual(owner.utf8)
  }
}

/// The notes of a file, as far as they are notes: anybody may put anything into a section of type
/// `SHT_NOTE`.
public struct Notes: Hashable, Sendable {
  /// A section or segment of notes of which not all is.
  public struct Unreadable: Hashable, Sendable {
    /// Such as `section .note.own` or `segment 4`.
    public var place: String
    /// Why, in words for the user.
    public var reason: String
  }

  /// Those that can be read, in the order of the file.
  public var notes: [Note] = []
  /// Where there is something else. It says nothing of the rest.
  public var unreadable: [Unreadable] = []

  /// Whether there is a note of this owner and type.
  public func contains(owner: String, type: UInt32) -> Bool {
    notes.contains { $0.isOf(owner: owner, type: type) }
  }
}

extension ElfFile {
  /// The notes of all note sections or, when section headers were stripped, note segments.
  public func readNotes() -> Notes {
    var result = Notes()
    // Notes that overlap could make a small file take gigabytes.
    var left = 2 * size
    func read(
      _ place: @autoclosure () -> String, _ range: FileRange, _ alignment: UInt64
    ) {
      left -= Int(clamping: range.size)
      do throws(ElfError) {
        guard left >= 0 else { throw .malformed("its notes overlap in the file") }
        try readNotes(
          try bytes(of: range, "a note section"), alignment: alignment, into: &result.notes)
      } catch {
        result.unreadable.append(Notes.Unreadable(place: place(), reason: error.description))
      }
    }
    if sections.isEmpty {
      for (index, segment) in segments.enumerated() where segment.kind == .note {
        read(
          "segment \(index)", FileRange(offset: segment.offset, size: segment.fileSize),
          segment.alignment)
      }
    } else {
      for (index, section) in sections.enumerated() where section.kind == .note {
        read("section \(name(of: section) ?? "\(index)")", section.range, section.alignment)
      }
    }
    return result
  }

  /// The notes, all of which have to be notes; ``readNotes()`` takes them as they are.
  ///
  /// - Throws: `ElfError` when a note does not lie in its section.
  public func notes() throws(ElfError) -> [Note] {
    let result = readNotes()
    if let unreadable = result.unreadable.first {
      throw ElfError(.malformed, "\(unreadable.place): \(unreadable.reason)")
    }
    return result.notes
  }

  /// Whether the file has a note of this owner and type.
  public func hasNote(owner: String, type: UInt32) -> Bool {
    readNotes().contains(owner: owner, type: type)
  }

  /// The notes of a section or segment, all of which have to be notes.
  func notes(in range: FileRange, alignment: UInt64) throws(ElfError) -> [Note] {
    var notes: [Note] = []
    try readNotes(try bytes(of: range, "a note section"), alignment: alignment, into: &notes)
    return notes
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
