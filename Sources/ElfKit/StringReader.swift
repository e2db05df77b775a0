internal import Glibc

/// Copies names out of a string table. Records may share names, but not so that a small file
/// stands for gigabytes of them.
struct StringReader {
  private let strings: UnsafeRawBufferPointer
  /// What may still be copied, in bytes.
  private var left: Int

  init(_ strings: UnsafeRawBufferPointer) {
    self.strings = strings
    left = 16 * strings.count + 1 << 20
  }

  /// The NUL-terminated name at an offset.
  mutating func name(at offset: UInt64, _ what: String) throws(ElfError) -> [UInt8] {
    guard offset < UInt64(strings.count), let length = strings.lengthOfString(at: Int(offset))
    else {
      throw .malformed("\(what) names byte \(offset) of a string table of \(strings.count)")
    }
    left -= length
    guard left >= 0 else {
      throw .malformed("its records name the same long string again and again")
    }
    return [UInt8](strings[Int(offset)..<Int(offset) + length])
  }
}

extension UnsafeRawBufferPointer {
  /// Bytes up to the next NUL. Nil when `offset` is outside or no NUL follows.
  @inline(__always)
  func lengthOfString(at offset: Int) -> Int? {
    guard offset >= 0, offset < count, let base = baseAddress else { return nil }
    // memchr is given the bytes that remain in the buffer and no more.
    guard let end = memchr(base + offset, 0, count - offset) else { return nil }
    return UnsafeRawPointer(end) - (base + offset)
  }
}
