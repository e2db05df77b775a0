internal import ElfKit
public import Support
public import SystemPackage

/// Makes interface libraries: what a linker sees of a shared library, without code and contents.
///
/// A build links programs against the interface library and so need not link them again when
/// the library changes on the inside. It is the stub of the library's ABI in the complete
/// profile, made in one step: no text lies between, so that a build can afford it after every
/// link.
public struct InterfaceLibrary: ~Copyable {
  private let image: ElfImage

  /// Makes the interface library of the shared library at `path`.
  ///
  /// - Throws: `InputError` when it is no shared library.
  public init(of path: FilePath) throws(InputError) {
    image = try StubPlan(ofLibrary: path).library()
  }

  /// Writes it, unless the file has these bytes already: it keeps its time stamp then.
  ///
  /// - Returns: false when the file was kept as it is.
  /// - Throws: `InputError` when the file cannot be written.
  @discardableResult
  public func write(to path: FilePath) throws(InputError) -> Bool {
    try image.withBytes { bytes throws(InputError) in
      try OutputFile(path, onlyIfChanged: true, isLibrary: true).write(bytes)
    }
  }
}
