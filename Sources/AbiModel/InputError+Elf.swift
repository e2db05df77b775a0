package import ElfKit
package import Support

extension InputError {
  /// An ELF file that cannot be used.
  ///
  /// - Parameter path: the file, as the user named it.
  package init(path: String, _ error: ElfError) {
    self.init(Code(error.code), path: path, error.description)
  }
}

extension InputError.Code {
  /// The class of a failure to read or write ELF.
  package init(_ code: ElfError.Code) {
    self =
      switch code {
      case .unreadable, .notRegularFile: .cannotRead
      case .notElf, .archive: .notElf
      case .truncated, .malformed: .malformed
      case .limit: .limit
      case .unknown: .unsupported
      case .absent: .absent
      }
  }
}
