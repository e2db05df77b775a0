internal import Glibc
public import Support
public import SystemPackage

extension InterfaceLibrary {
  /// Makes the interface library of the library at `input` and writes it to `output`, unless it
  /// has these bytes already.
  ///
  /// - Throws: `InputError` when the input is no shared library, is the same file as the output,
  ///   or the output cannot be written.
  public static func write(for input: FilePath, to output: FilePath) throws(InputError) {
    guard !FileIdentity.isSame(input.string, output.string) else {
      throw InputError(.usage, path: output.string, "is the library itself; write to another file")
    }
    let library = try InterfaceLibrary(of: input)
    try library.write(to: output)
  }

  /// Where the interface libraries of several libraries go: into a directory, under the names of
  /// the libraries, so that `-L` and `-l` find them.
  ///
  /// - Throws: `InputError` when two have the same name, or there is no such directory.
  public static func outputs(for libraries: [FilePath], in directory: FilePath)
    throws(InputError) -> [FilePath]
  {
    var status = stat()
    guard stat(directory.string, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw InputError(
        .usage, path: directory.string, "not a directory; several libraries need one")
    }
    var seen: Set<FilePath.Component> = []
    var result: [FilePath] = []
    for library in libraries {
      guard let name = library.lastComponent else {
        throw InputError(.cannotRead, path: library.string, "not a file")
      }
      guard seen.insert(name).inserted else {
        throw InputError(
          .usage, path: library.string,
          "another library has the name \(name) too; write them to different directories")
      }
      result.append(directory.appending(name))
    }
    return result
  }
}
