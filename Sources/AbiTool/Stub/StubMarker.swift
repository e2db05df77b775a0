internal import ElfKit

/// The note by which a stub is known as one: a section of its own, `SHT_NOTE`, in the dynamic
/// library and in the object.
///
/// Linkers ignore it. A loader or a tool that sees it knows that there is no code. It is a note of
/// type `NT_VERSION`, which is all name and no description: strict readers take notes of that
/// type, and of others only those that they know by owner and type.
public enum StubMarker {
  /// The name of the section.
  public static let sectionName = ".note.abitool"
  /// `namesz`, `name`: who made it, and what it is.
  public static let owner = "abitool link-time stub"
  /// `type`: `NT_VERSION`.
  public static let noteType: UInt32 = 1

  /// The note as the ELF writer takes it.
  static var note: SharedObject.Note {
    SharedObject.Note(section: sectionName, owner: owner, type: noteType, descriptor: [])
  }
}
