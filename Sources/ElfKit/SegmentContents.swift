// The bytes of the file that a process gets to see.
extension ElfFile {
  /// The contents of a segment as they are in the file.
  ///
  /// - Throws: `ElfError` when the segment does not lie inside the file, or what `body` throws.
  public func withContents<Result>(
    of segment: Segment, _ body: (UnsafeRawBufferPointer) throws(ElfError) -> Result
  ) throws(ElfError) -> Result {
    let range = FileRange(offset: segment.offset, size: segment.fileSize)
    return try body(try bytes(of: range, "a segment"))
  }

  /// The bytes of the file from `address` to the end of the segment that is loaded there. Nil
  /// for an address to which nothing is loaded from the file.
  ///
  /// - Throws: `ElfError` when the segment does not lie inside the file, or what `body` throws.
  public func withContents<Result>(
    at address: UInt64, _ body: (UnsafeRawBufferPointer) throws(ElfError) -> Result
  ) throws(ElfError) -> Result? {
    guard let range = fileRange(at: address) else { return nil }
    return try body(try bytes(of: range, "a segment"))
  }
}
