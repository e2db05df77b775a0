internal import ElfKit
public import Support

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

  /// Whether a file is a stub.
  static func isThere(in file: borrowing ElfFile) -> Bool {
    file.hasNote(owner: owner, type: noteType)
  }

  /// Why a stub does not do where an implementation is asked for: it has what a text promises, so
  /// it keeps every promise, and nobody has looked at code.
  static let refusal =
    "a stub for linking, and no implementation: it has no code; give the library itself"

  /// The error for a stub in the place of an implementation.
  ///
  /// - Parameter path: the file, as the user named it.
  public static func refused(_ path: String) -> InputError {
    InputError(.unsupported, path: path, refusal)
  }
}
