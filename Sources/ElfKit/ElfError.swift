internal import CElf
public import SystemPackage

/// Why an ELF file, or a part of one, could not be used.
public struct ElfError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The class of the failure, for callers that act on it.
  public enum Code: Hashable, Sendable {
    /// The operating system refused to open or read the file.
    case unreadable(Errno)
    /// A directory, FIFO, device or socket.
    case notRegularFile
    /// Not an ELF file: no `\177ELF` magic, or a class or version that does not exist.
    case notElf
    /// An ar archive where a single ELF file is needed.
    case archive
    /// The file ends before what its headers describe.
    case truncated
    /// A field contradicts the format.
    case malformed
    /// What is to be written goes beyond what the format can express.
    case limit
    /// What is asked for is there in a form that is not known, or the file does not say.
    case unknown
    /// A well-formed file without what was asked for, such as a dynamic symbol table.
    case absent
  }

  /// The class of the failure.
  public let code: Code
  /// What is wrong and where, in words for the user, without the file's name.
  public let description: String

  /// An error of a class, with a description for the user.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  static func truncated(_ what: String, end: UInt64, size: Int) -> ElfError {
    ElfError(.truncated, "truncated: \(what) ends at byte \(end), the file has \(size) bytes")
  }

  static func malformed(_ what: String) -> ElfError {
    ElfError(.malformed, "malformed ELF file: \(what)")
  }

  /// The failure that libelf reported last (`elf_errno`, `elf_errmsg`).
  static func libelf(_ doing: String) -> ElfError {
    let number = elf_errno()
    let reason = elf_errmsg(number).map { String(cString: $0) } ?? "unknown error \(number)"
    return .malformed("\(doing): \(reason)")
  }
}
