internal import CElf

/// A program header (`Elf32_Phdr`, `Elf64_Phdr`; gABI ch. 5 "Program Header").
public struct Segment: Hashable, Sendable {
  /// `p_type`.
  public struct Kind: RawRepresentable, Hashable, Sendable {
    /// The number of the type.
    public let rawValue: UInt32
    /// A type by its number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    private init(_ value: Int32) { rawValue = UInt32(value) }

    /// `PT_LOAD`.
    public static let load = Kind(PT_LOAD)
    /// `PT_DYNAMIC`.
    public static let dynamic = Kind(PT_DYNAMIC)
    /// `PT_INTERP`.
    public static let interpreter = Kind(PT_INTERP)
    /// `PT_NOTE`.
    public static let note = Kind(PT_NOTE)
    /// `PT_TLS`.
    public static let tls = Kind(PT_TLS)
    /// `PT_GNU_EH_FRAME`.
    public static let gnuEhFrame = Kind(PT_GNU_EH_FRAME)
    /// `PT_MIPS_ABIFLAGS`.
    public static let mipsAbiFlags = Kind(PT_MIPS_ABIFLAGS)
    /// `PT_RISCV_ATTRIBUTES`.
    public static let riscvAttributes = Kind(rawValue: 0x7000_0003)
    /// `PT_GNU_STACK`.
    public static let gnuStack = Kind(PT_GNU_STACK)
    /// `PT_GNU_RELRO`.
    public static let gnuRelro = Kind(PT_GNU_RELRO)
    /// `PT_GNU_PROPERTY`.
    public static let gnuProperty = Kind(PT_GNU_PROPERTY)
  }

  /// `p_flags`.
  public struct Flags: OptionSet, Hashable, Sendable {
    /// `PF_*`.
    public let rawValue: UInt32
    /// Flags by their bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    private init(_ bits: Int32) { rawValue = UInt32(bits) }

    /// `PF_X`.
    public static let executable = Flags(PF_X)
    /// `PF_W`.
    public static let writable = Flags(PF_W)
    /// `PF_R`.
    public static let readable = Flags(PF_R)
  }

  /// `p_type`.
  public var kind: Kind
  /// `p_flags`, all bits of it.
  public var flags: UInt32
  /// `p_offset` in bytes.
  public var offset: UInt64
  /// `p_vaddr`.
  public var address: UInt64
  /// `p_filesz` in bytes.
  public var fileSize: UInt64
  /// `p_memsz` in bytes.
  public var memorySize: UInt64
  /// `p_align` in bytes.
  public var alignment: UInt64

  /// `PF_X`.
  public var isExecutable: Bool { flags & Flags.executable.rawValue != 0 }
  /// `PF_W`.
  public var isWritable: Bool { flags & Flags.writable.rawValue != 0 }

  /// Whether `address` lies in the memory image of the segment.
  public func contains(address other: UInt64) -> Bool {
    other >= address && other - address < memorySize
  }
}

extension ElfFile {
  static func readSegments(_ handle: OpaquePointer, size: Int) throws(ElfError) -> [Segment] {
    var count = 0
    guard elf_getphdrnum(handle, &count) == 0 else { throw .libelf("program header table") }
    guard count <= size / MemoryLayout<Elf32_Phdr>.size else {
      throw .truncated("the program header table", end: UInt64(count) * 32, size: size)
    }
    var segments: [Segment] = []
    segments.reserveCapacity(count)
    for index in 0..<count {
      var raw = GElf_Phdr()
      guard gelf_getphdr(handle, Int32(index), &raw) != nil else {
        throw .libelf("program header \(index)")
      }
      let segment = Segment(
        kind: .init(rawValue: raw.p_type), flags: raw.p_flags, offset: raw.p_offset,
        address: raw.p_vaddr, fileSize: raw.p_filesz, memorySize: raw.p_memsz,
        alignment: raw.p_align)
      let end = segment.offset.addingReportingOverflow(segment.fileSize)
      // Separate debug files keep the program headers of the file they were split from, so only
      // what is loaded is held to the size of this file, and they are recognised by sections.
      if segment.kind == .load, end.overflow {
        throw .malformed("program header \(index) reaches beyond the address space")
      }
      segments.append(segment)
    }
    return segments
  }

  /// The file offset of the byte at `address`, and how many bytes of the file follow it in its
  /// segment. Nil for an address outside the file's image.
  func fileRange(at address: UInt64) -> FileRange? {
    for segment in segments where segment.kind == .load {
      guard address >= segment.address, address - segment.address < segment.fileSize else {
        continue
      }
      let delta = address - segment.address
      let end = segment.offset + segment.fileSize
      guard end <= UInt64(size) else { return nil }
      return FileRange(offset: segment.offset + delta, size: segment.fileSize - delta)
    }
    return nil
  }
}

/// A range of bytes in the file.
struct FileRange: Hashable {
  /// In bytes from the start of the file.
  var offset: UInt64
  /// In bytes.
  var size: UInt64
}
