internal import CElf

extension ElfFile {
  /// The whole file, or archive member, as it is.
  package func withFileBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    var size = 0
    let start = elf_rawfile(handle, &size)
    return body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : size))
  }
}
