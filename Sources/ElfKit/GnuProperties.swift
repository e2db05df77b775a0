internal import CElf

/// A program property (Linux Extensions to gABI "Program Property"): what link editors merge, and
/// the dynamic linker acts on, beside the dynamic section.
public struct GnuProperty: Hashable, Sendable {
  /// `pr_type`.
  public struct Kind: RawRepresentable, Hashable, Sendable {
    /// The number of the property.
    public let rawValue: UInt32
    /// A property by its number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `GNU_PROPERTY_STACK_SIZE`.
    public static let stackSize = Kind(rawValue: UInt32(GNU_PROPERTY_STACK_SIZE))
    /// `GNU_PROPERTY_NO_COPY_ON_PROTECTED`: programs must not copy protected objects.
    public static let noCopyOnProtected = Kind(
      rawValue: UInt32(GNU_PROPERTY_NO_COPY_ON_PROTECTED))
    /// `GNU_PROPERTY_1_NEEDED`; bit 0 is ``indirectExternAccess``.
    public static let needed = Kind(rawValue: UInt32(GNU_PROPERTY_1_NEEDED))
    /// `GNU_PROPERTY_AARCH64_FEATURE_1_AND`: BTI, PAC. Its number is that of
    /// `GNU_PROPERTY_RISCV_FEATURE_1_AND` too.
    public static let aarch64Feature1 = Kind(rawValue: 0xc000_0000)
    /// `GNU_PROPERTY_AARCH64_FEATURE_PAUTH`: the schema by which pointers are signed.
    public static let aarch64Pauth = Kind(rawValue: 0xc000_0001)
    /// `GNU_PROPERTY_X86_FEATURE_1_AND`: IBT, shadow stack.
    public static let x86Feature1 = Kind(rawValue: 0xc000_0002)
    /// `GNU_PROPERTY_X86_ISA_1_NEEDED`: the dynamic linker refuses the file on older processors.
    public static let x86IsaNeeded = Kind(rawValue: 0xc000_8002)
  }

  /// `GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS`: programs must not have copies of the
  /// library's objects, nor addresses of its functions in their own code.
  public static let indirectExternAccess: UInt64 = 1

  /// `pr_type`.
  public var kind: Kind
  /// `pr_data`, in the byte order of the file, without padding.
  public var data: [UInt8]
  /// `pr_data` as a number of 4 or 8 bytes. Nil when it has another size.
  public var number: UInt64?
}

extension ElfFile {
  /// The properties, from `PT_GNU_PROPERTY` as the dynamic linker reads them, or from
  /// `.note.gnu.property`. Empty when there are none.
  ///
  /// - Throws: `ElfError` when a note or a property reaches beyond its end.
  public func gnuProperties() throws(ElfError) -> [GnuProperty] {
    let notes: [Note]
    if let segment = segments.first(where: { $0.kind == .gnuProperty }) {
      let range = FileRange(offset: segment.offset, size: segment.fileSize)
      notes = try self.notes(in: range, alignment: segment.alignment)
    } else if let section = sections.first(where: {
      $0.kind == .note && hasName($0, ".note.gnu.property")
    }) {
      notes = try self.notes(in: section.range, alignment: section.alignment)
    } else {
      return []
    }
    var result: [GnuProperty] = []
    for note in notes where note.isOf(owner: "GNU", type: UInt32(NT_GNU_PROPERTY_TYPE_0)) {
      result += try properties(of: note)
    }
    return result
  }

  private func properties(of note: Note) throws(ElfError) -> [GnuProperty] {
    do {
      return try note.descriptor.withUnsafeBytes { try properties(in: $0) }
    } catch {
      throw .malformed("a property reaches beyond its note")
    }
  }

  private func properties(in bytes: UnsafeRawBufferPointer) throws(ElfError) -> [GnuProperty] {
    var reader = ByteReader(bytes, byteOrder: header.byteOrder)
    let fields = FieldReader(bytes, header.byteOrder)
    var result: [GnuProperty] = []
    while !reader.isAtEnd {
      guard let type = reader.read(UInt32.self), let size = reader.read(UInt32.self) else {
        throw .malformed("a property")
      }
      let start = reader.position
      guard let data = reader.bytes(Int(size)) else { throw .malformed("a property") }
      let number: UInt64? =
        switch size {
        case 4: fields.read(UInt32.self, at: start).map { UInt64($0) }
        case 8: fields.read(UInt64.self, at: start)
        default: nil
        }
      result.append(
        GnuProperty(kind: .init(rawValue: type), data: Array(data), number: number))
      // Properties are aligned as addresses are; the last may lack its padding.
      guard reader.align(to: header.elfClass.addressSize) else { break }
    }
    return result
  }
}
