internal import Glibc

/// The bytes of an ELF file that has been made in memory.
public struct ElfImage: ~Copyable, @unchecked Sendable {
  // Nobody but the writer that made it, and gave it away, has written to this memory.
  private let memory: UnsafeMutableRawBufferPointer

  /// All bytes are zero at first.
  init(size: Int) throws(ElfError) {
    let base = mmap(
      nil, max(size, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let base, base != MAP_FAILED else {
      throw ElfError(.limit, "no memory for a file of \(size) bytes")
    }
    // Advice that may be without effect: fewer page faults.
    madvise(base, size, MADV_HUGEPAGE)
    memory = UnsafeMutableRawBufferPointer(start: base, count: size)
  }

  deinit { munmap(memory.baseAddress, max(memory.count, 1)) }

  /// In bytes.
  public var count: Int { memory.count }

  /// The bytes of the file, in place.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(memory))
  }

  /// Hands out the memory for writing, in the class and byte order of a header.
  func write(as header: ElfHeader, _ body: (FieldWriter) -> Void) {
    body(FieldWriter(memory: memory, header: header))
  }
}

/// Puts fields into the memory of a file: the data types of gABI ch. 4 "Data Representation".
struct FieldWriter {
  private let memory: UnsafeMutableRawBufferPointer
  let is64: Bool
  private let isForeign: Bool

  init(memory: UnsafeMutableRawBufferPointer, header: ElfHeader) {
    self.memory = memory
    is64 = header.elfClass == .elf64
    isForeign = (header.byteOrder == .little) != (UInt16(littleEndian: 1) == 1)
  }

  @inline(__always)
  private func store<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, _ offset: Int) {
    precondition(offset >= 0 && offset <= memory.count - MemoryLayout<T>.size)
    memory.storeBytes(of: isForeign ? value.byteSwapped : value, toByteOffset: offset, as: T.self)
  }

  @inline(__always)
  func put(_ value: UInt8, at offset: Int) { store(value, offset) }
  /// `ElfNN_Half`.
  @inline(__always)
  func put(_ value: UInt16, at offset: Int) { store(value, offset) }
  /// `ElfNN_Word`.
  @inline(__always)
  func put(_ value: UInt32, at offset: Int) { store(value, offset) }
  /// `ElfNN_Xword`.
  @inline(__always)
  func put(_ value: UInt64, at offset: Int) { store(value, offset) }

  /// A field that was put before.
  @inline(__always)
  func get<T: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> T {
    precondition(offset >= 0 && offset <= memory.count - MemoryLayout<T>.size)
    let value = memory.loadUnaligned(fromByteOffset: offset, as: T.self)
    return isForeign ? value.byteSwapped : value
  }

  /// Bytes that were put before.
  @inline(__always)
  func withBytes<Result>(at range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result
  {
    body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[range]))
  }

  /// Sets bits of a field that was put before.
  @inline(__always)
  func set<T: FixedWidthInteger & BitwiseCopyable>(bits: T, at offset: Int) {
    store(get(offset) | bits, offset)
  }

  @inline(__always)
  func put(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    precondition(offset >= 0 && bytes.count <= memory.count - offset)
    guard let source = bytes.baseAddress, let base = memory.baseAddress else { return }
    memcpy(base + offset, source, bytes.count)
  }

  func put(_ bytes: [UInt8], at offset: Int) {
    bytes.span.bytes.withUnsafeBytes { put($0, at: offset) }
  }
}

/// Puts the fields of a structure one after the other.
struct FieldSequence {
  let writer: FieldWriter
  /// Where the next field goes, in bytes.
  var offset: Int

  init(_ writer: FieldWriter, at offset: Int) {
    self.writer = writer
    self.offset = offset
  }

  mutating func byte(_ value: UInt8) {
    writer.put(value, at: offset)
    offset += 1
  }

  mutating func half(_ value: UInt16) {
    writer.put(value, at: offset)
    offset += 2
  }

  mutating func word(_ value: UInt32) {
    writer.put(value, at: offset)
    offset += 4
  }

  /// `ElfNN_Addr`, `ElfNN_Off`, and what is a word in the one class and an xword in the other.
  mutating func address(_ value: UInt64) {
    if writer.is64 {
      writer.put(value, at: offset)
      offset += 8
    } else {
      word(UInt32(truncatingIfNeeded: value))
    }
  }

  mutating func bytes(_ value: [UInt8]) {
    writer.put(value, at: offset)
    offset += value.count
  }
}
