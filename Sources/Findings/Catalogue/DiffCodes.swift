internal import Support

/// Codes for two versions of one library, beside those for builds that differ.
extension FindingCode {
  /// What to do about a difference between an old and a new library: of codes that elsewhere are
  /// about differences between builds.
  package var cureOfChange: String? {
    switch self {
    case .missing: "bring it back, if only as a wrapper; or give the library a new SONAME"
    case .tooSmall, .tooLarge:
      """
      keep the size, and put what is new into another object or behind a function; or give the \
      library a new SONAME
      """
    case .alignmentDiffers: "declare the object with the old alignment, or link programs again"
    case .sonameDiffers: "keep the SONAME if programs that are on disk shall run with the library"
    case .defaultVersionDiffers: "make one version of the name the default one (@@)"
    case .kindDiffers, .typeDiffers, .storageDiffers, .tlsDiffers, .aliasDiffers,
      .visibilityDiffers, .otherDiffers:
      "undo the change, or give the library a new SONAME"
    default: nil
    }
  }

  /// Codes of changes alone, in the order of reports.
  public static let diffCodes = [renamed, defaultMoved, madeWeaker, added]

  /// Gone, and there is one with the same name but for a type or a version.
  public static let renamed = FindingCode(
    "renamed", .error, "same name, other type or version",
    explanation: """
      The symbol is gone, and a new one differs from it in the width or constness of a parameter, \
      or in its version only. Source code still compiles; programs that are on disk do not start.
      """,
    example: """
      Session::submit(int) is now Session::submit(long)
      """,
    counterExample: "Session::submit(int) stays, with Session::submit(long) beside it",
    authority: .mangling("mangled-name"),
    cure: """
      keep the old function beside the new one, or (versions) keep the old version of the symbol; \
      or give the library a new SONAME
      """)

  /// New programs get another version of the symbol.
  public static let defaultMoved = FindingCode(
    "default-moved", .information, "new default version",
    explanation: """
      Programs that are on disk keep the old version of the symbol; what is linked from now on \
      gets the new one and needs the new library.
      """,
    example: "clock_gettime@@V1 became clock_gettime@V1, with clock_gettime@@V2 beside it",
    counterExample: "clock_gettime@@V1 is gone, and clock_gettime@@V2 is new    that is a rename",
    authority: .linkerManual("VERSION", page: "VERSION"),
    cure: "nothing to do")

  /// A change that programs on disk do not notice.
  public static let madeWeaker = FindingCode(
    "compatible-change", .information, "changed, programs do not notice",
    explanation: """
      A fact of the symbol is another one, and programs that were linked with the old library \
      work with the new one.
      """,
    example: "demo_hook W became demo_hook T",
    counterExample: """
      demo_table D 8 became demo_table D 16    copies of it in programs are too small
      """,
    authority: .sharedLibraries,
    cure: "nothing to do")

  /// New.
  public static let added = FindingCode(
    "added", .information, "added",
    explanation: """
      Programs that use the symbol need the new library: a reason for a new minor version.
      """,
    example: "demo_flush T    in libdemo.so.1.1 only",
    counterExample: "demo_flush T    hidden in libdemo.so.1.1: nobody can use it",
    authority: .libraryVersions,
    cure: "nothing to do")
}
