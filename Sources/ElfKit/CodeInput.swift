internal import CElf
public import SystemPackage

/// A part of an input whose code cannot be looked at.
public struct UnreadableCode: Hashable, Sendable {
  /// The member of the archive; nil for the input itself.
  public var member: String?
  /// Why, and what to do, in words for the user.
  public var reason: String
}

extension ElfFile {
  /// Hands each ELF file with machine code at `path` to `body`, and gives what else is there: code
  /// in a compiler's intermediate form, members that are no ELF files, an archive without members.
  /// Nobody looks at that, so it is not known to be clean.
  ///
  /// The path is that of an ELF file, an archive, or a thin archive, whose members are files of
  /// their own.
  ///
  /// - Throws: `ElfError` when the path is none of these and no intermediate code, when a file is
  ///   malformed or a member of a thin archive is not there, or what `body` throws.
  public static func forEachCode(
    at path: FilePath, _ body: (borrowing ElfFile, _ member: String?) throws(ElfError) -> Void
  ) throws(ElfError) -> [UnreadableCode] {
    let input = try InputFile(path: path)
    let handle = try input.begin()
    guard let format = CodeFormat(of: handle) else {
      elf_end(handle)
      throw input.notElf()
    }
    var unreadable: [UnreadableCode] = []
    var isEmpty = true
    func visit(_ handle: OpaquePointer, _ member: String?) throws(ElfError) {
      isEmpty = false
      let reason = try Self.look(taking: handle, member, body)
      if let reason { unreadable.append(UnreadableCode(member: member, reason: reason)) }
    }
    switch format {
    case .elf, .llvmBitcode: try visit(handle, nil)
    case .archive:
      defer { elf_end(handle) }
      try forEachHandle(of: handle, input, visit)
    case .thinArchive:
      elf_end(handle)
      let archive = try ThinArchive(path: path)
      for member in archive.members { try visit(archive.begin(member), member.name) }
    }
    if isEmpty {
      let reason = "an archive without members; there is nothing to look at"
      unreadable.append(UnreadableCode(reason: reason))
    }
    return unreadable
  }

  /// Looks at one file, and ends its handle. The reason when it has no machine code that can be
  /// looked at.
  private static func look(
    taking handle: OpaquePointer, _ member: String?,
    _ body: (borrowing ElfFile, _ member: String?) throws(ElfError) -> Void
  ) throws(ElfError) -> String? {
    switch CodeFormat(of: handle) {
    case .elf:
      var size = 0
      _ = elf_rawfile(handle, &size)
      let file = try ElfFile(taking: handle, size: size)
      if let reason = try file.intermediateCode()?.reasonNotKnown { return reason }
      try body(file, member)
      return nil
    case .llvmBitcode:
      elf_end(handle)
      return IntermediateCode(compiler: .llvm, hasMachineCode: false).reasonNotKnown
    case .archive, .thinArchive, nil:
      elf_end(handle)
      return "not an ELF file; take it out of the archive (ar d) if it holds no code"
    }
  }

  /// The members of an archive that has them in it, symbol tables and the table of names left out.
  private static func forEachHandle(
    of archive: OpaquePointer, _ input: borrowing InputFile,
    _ body: (OpaquePointer, _ member: String?) throws(ElfError) -> Void
  ) throws(ElfError) {
    var command = ELF_C_READ_MMAP
    while let member = elf_begin(input.descriptor.rawValue, command, archive) {
      // elf_next moves the archive to its next member, and elf_getarhdr tells of where it is.
      let name = elf_getarhdr(member).flatMap { $0.pointee.ar_name }.map { String(cString: $0) }
      command = elf_next(member)
      // What begins with a slash is the archive's own; BSD's ar names its symbol table so.
      if let name, name.hasPrefix("/") || name.hasPrefix("__.SYMDEF") {
        elf_end(member)
        continue
      }
      try body(member, name)
    }
  }
}

/// The kinds of files that hold code, by their first bytes.
enum CodeFormat: Hashable {
  /// `\177ELF`, with a class and a byte order that exist.
  case elf
  /// `!<arch>\n`, an ar archive.
  case archive
  /// `!<thin>\n`, an ar archive that names files in place of holding them.
  case thinArchive
  /// `BC` 0xC0DE, or the wrapper 0x0B17C0DE (LLVM Bitcode File Format, "Magic Numbers", "Bitcode
  /// Wrapper Format").
  case llvmBitcode

  /// Nil for what is none of these.
  ///
  /// - Parameter handle: of libelf, for the file.
  init?(of handle: OpaquePointer) {
    switch elf_kind(handle) {
    case ELF_K_ELF: self = .elf
    case ELF_K_AR: self = .archive
    default:
      var size = 0
      guard let start = elf_rawfile(handle, &size) else { return nil }
      let bytes = UnsafeRawBufferPointer(start: start, count: size)
      if bytes.starts(with: "!<thin>\n".utf8) {
        self = .thinArchive
      } else if bytes.starts(with: [0x42, 0x43, 0xc0, 0xde])
        || bytes.starts(with: [0xde, 0xc0, 0x17, 0x0b])
      {
        self = .llvmBitcode
      } else {
        return nil
      }
    }
  }
}
