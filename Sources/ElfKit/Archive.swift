internal import CElf
internal import Glibc
public import SystemPackage

extension ElfFile {
  /// Hands each ELF file at `path` to `body`: the file itself, or the members of an ar archive
  /// that are ELF, with their names.
  ///
  /// - Throws: `ElfError` when the path is neither, or what `body` throws.
  public static func forEach(
    at path: FilePath, _ body: (borrowing ElfFile, _ member: String?) throws(ElfError) -> Void
  ) throws(ElfError) {
    let input = try InputFile(path: path)
    let handle = try input.begin()
    switch elf_kind(handle) {
    case ELF_K_ELF:
      let file = try ElfFile(taking: handle, size: input.size)
      try body(file, nil)
    case ELF_K_AR:
      defer { elf_end(handle) }
      try forEachMember(of: handle, input, body)
    default:
      elf_end(handle)
      throw input.notElf()
    }
  }

  private static func forEachMember(
    of archive: OpaquePointer, _ input: borrowing InputFile,
    _ body: (borrowing ElfFile, _ member: String?) throws(ElfError) -> Void
  ) throws(ElfError) {
    var command = ELF_C_READ_MMAP
    while let member = elf_begin(input.descriptor.rawValue, command, archive) {
      // elf_next moves the archive to its next member, and elf_getarhdr tells of where it is.
      let name = elf_getarhdr(member).flatMap { $0.pointee.ar_name }.map { String(cString: $0) }
      command = elf_next(member)
      guard elf_kind(member) == ELF_K_ELF else {
        elf_end(member)
        continue
      }
      var size = 0
      _ = elf_rawfile(member, &size)
      let file = try ElfFile(taking: member, size: size)
      try body(file, name)
    }
  }
}
