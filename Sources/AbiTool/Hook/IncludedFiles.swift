internal import AbiModel
internal import Findings
internal import Glibc
public import Support
public import SystemPackage

/// The files of `integrations/` that projects include: installed beside the executable, or in the
/// tree that it was built in.
public enum IncludedFiles {
  /// The path of a file, by its name below `share/abitool`.
  ///
  /// `ABITOOL_SHARE` names that directory; without it, it is where `make install` puts it.
  ///
  /// - Throws: `InputError` that names the places where it is not.
  public static func path(of name: String) throws(InputError) -> FilePath {
    let places = directories()
    for directory in places {
      let file = directory.pushing(FilePath(name))
      if access(file.string, R_OK) == 0 { return file }
    }
    throw InputError(
      .cannotRead, path: name,
      """
      not found in \(places.prefix(2).map(\.string).joined(separator: ", ")); `make install` puts \
      it there, and ABITOOL_SHARE names another place
      """)
  }

  private static func directories() -> [FilePath] {
    if let named = getenv("ABITOOL_SHARE") { return [FilePath(platformString: named)] }
    guard let executable = realpath("/proc/self/exe", nil) else { return [] }
    defer { free(executable) }
    var directory = FilePath(platformString: executable).removingLastComponent()
    var places = [directory.removingLastComponent().pushing("share/abitool")]
    // The tree it was built in is a parent of its build directory.
    while directory.removeLastComponent() {
      places.append(directory.appending("integrations"))
    }
    return places
  }
}
