internal import CElf

// What a program sees of its file at run time.
extension ElfFile {
  /// The contents of a segment as they are in the file.
  ///
  /// - Throws: `ElfError` when the segment does not lie inside the file.
  public func withContents<Result>(
    of segment: Segment, _ body: (UnsafeRawBufferPointer) throws(ElfError) -> Result
  ) throws(ElfError) -> Result {
    guard segment.fileSize > 0 else {
      return try body(UnsafeRawBufferPointer(start: nil, count: 0))
    }
    let range = FileRange(offset: segment.offset, size: segment.fileSize)
    return try body(bytes(try data(range, as: ELF_T_BYTE, "a segment")))
  }

  /// The bytes of the file from `address` to the end of the segment that is loaded there. Nil
  /// for an address outside the file's image.
  public func withImage<Result>(
    at address: UInt64, _ body: (UnsafeRawBufferPointer) throws(ElfError) -> Result
  ) throws(ElfError) -> Result? {
    guard let range = fileRange(at: address) else { return nil }
    return try body(bytes(try data(range, as: ELF_T_BYTE, "a segment")))
  }
}
