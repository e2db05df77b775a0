internal import Glibc

// Bytes in place, by the functions of the C library: they compare many at a time.
extension UnsafeRawBufferPointer {
  /// Whether the bytes are those of `other`.
  package func equals(_ other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard let own = baseAddress, let others = other.baseAddress else { return true }
    return memcmp(own, others, count) == 0
  }

  /// Whether the bytes come before those of `other`, as `LC_ALL=C sort` has it.
  package func precedes(_ other: UnsafeRawBufferPointer) -> Bool {
    guard let others = other.baseAddress else { return false }
    guard let own = baseAddress else { return other.count > 0 }
    let order = memcmp(own, others, Swift.min(count, other.count))
    return order == 0 ? count < other.count : order < 0
  }

  /// The place of the first such byte that is not before `start`.
  package func firstPlace(of byte: UInt8, from start: Int = 0) -> Int? {
    guard let base = baseAddress, start < count else { return nil }
    return memchr(base + start, Int32(byte), count - start).map { UnsafeRawPointer($0) - base }
  }
}
