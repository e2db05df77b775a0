internal import CElf

extension ElfFile {
  /// The dynamic linker that the program asks for: `PT_INTERP` (gABI ch. 5 "Program
  /// Interpreter"), without its NUL. Nil when there is none.
  ///
  /// - Throws: `ElfError` when the segment does not lie in the file or the path does not end.
  public func interpreter() throws(ElfError) -> [UInt8]? {
    guard let segment = segments.first(where: { $0.kind == .interpreter }) else { return nil }
    let range = FileRange(offset: segment.offset, size: segment.fileSize)
    let path = try bytes(of: range, "PT_INTERP")
    guard let length = path.lengthOfString(at: 0) else {
      throw .malformed("the path in PT_INTERP does not end in a NUL byte")
    }
    return [UInt8](path[..<length])
  }
}
