/// The note by which a stub is known as one: a section of its own, `SHT_NOTE`, in the dynamic
/// library and in the object.
///
/// Linkers ignore it. A loader or a tool that sees it knows that there is no code.
public enum StubMarker {
  /// The name of the section.
  public static let sectionName = ".note.abitool"
  /// `namesz`, `name`: the owner of the note.
  public static let owner = "abitool"
  /// `type`: 1 is a stub library.
  public static let noteType: UInt32 = 1
  /// `desc`, a string that ends in NUL.
  public static let description = "link-time stub"
}
