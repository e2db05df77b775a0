internal import ElfKit

extension StubMarker {
  /// The note as the writer takes it.
  static var note: SharedObject.Note {
    SharedObject.Note(
      section: sectionName, owner: owner + " " + description, type: noteType, descriptor: [])
  }
}
