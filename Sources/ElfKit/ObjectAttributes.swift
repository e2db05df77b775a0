internal import CElf

/// Attributes of a whole file as `.ARM.attributes`, `.riscv.attributes` and `.gnu.attributes`
/// hold them (Addenda to the ABI for the Arm Architecture, "Object file build attributes").
public struct ObjectAttributes: Hashable, Sendable {
  /// A tag with its value.
  public enum Attribute: Hashable, Sendable {
    /// A tag with a number.
    case number(UInt64, UInt64)
    /// A tag with text.
    case string(UInt64, String)
    /// `Tag_compatibility`: a flag, and the toolchain that is to process the file.
    case compatibility(UInt64, String)
  }

  /// Who defines the tags: `aeabi`, `riscv`, `gnu`.
  public var vendor: String
  /// In the order of the file.
  public var attributes: [Attribute]

  /// Attributes that are to be written.
  public init(vendor: String, _ attributes: [Attribute]) {
    self.vendor = vendor
    self.attributes = attributes
  }

  /// The number of a tag. Nil where the file has none, which the tags' definitions take for 0.
  public func number(_ tag: UInt64) -> UInt64? {
    for case .number(tag, let value) in attributes { return value }
    return nil
  }

  /// `format-version` of the section.
  private static let formatVersion = UInt8(ascii: "A")
  /// `Tag_File`: the attributes behind it are those of the whole file.
  private static let fileTag: UInt8 = 1
  /// `Tag_compatibility`.
  private static let compatibilityTag: UInt64 = 32

  // MARK: Writing

  /// The contents of the section.
  public func bytes(in order: ElfHeader.ByteOrder) -> [UInt8] {
    var pairs: [UInt8] = []
    for attribute in attributes {
      switch attribute {
      case .number(let tag, let value):
        Self.append(uleb128: tag, to: &pairs)
        Self.append(uleb128: value, to: &pairs)
      case .string(let tag, let value):
        Self.append(uleb128: tag, to: &pairs)
        pairs += Array(value.utf8) + [0]
      case .compatibility(let flag, let toolchain):
        Self.append(uleb128: Self.compatibilityTag, to: &pairs)
        Self.append(uleb128: flag, to: &pairs)
        pairs += Array(toolchain.utf8) + [0]
      }
    }
    // Sizes count the fields themselves.
    let file = [Self.fileTag] + Self.word(UInt32(5 + pairs.count), order) + pairs
    let name = Array(vendor.utf8) + [0]
    return [Self.formatVersion]
      + Self.word(UInt32(4 + name.count + file.count), order) + name + file
  }

  private static func append(uleb128 value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    repeat {
      let low = UInt8(rest & 0x7f)
      rest >>= 7
      bytes.append(rest == 0 ? low : low | 0x80)
    } while rest != 0
  }

  private static func word(_ value: UInt32, _ order: ElfHeader.ByteOrder) -> [UInt8] {
    withUnsafeBytes(of: order == .little ? value.littleEndian : value.bigEndian) { Array($0) }
  }

  // MARK: Reading

  /// The attributes of whole files, one value for each vendor whose tags are known, from the
  /// contents of a section. Empty when the section is of another format version.
  ///
  /// - Throws: `ElfError` when lengths do not fit.
  public static func read(_ section: UnsafeRawBufferPointer, in order: ElfHeader.ByteOrder)
    throws(ElfError) -> [ObjectAttributes]
  {
    var reader = ByteReader(section, byteOrder: order)
    guard reader.read(UInt8.self) == formatVersion else { return [] }
    var result: [ObjectAttributes] = []
    while !reader.isAtEnd {
      guard let length = reader.read(UInt32.self), length >= 4,
        let contents = reader.bytes(Int(length) - 4)
      else {
        throw .malformed("an object attribute reaches beyond its section")
      }
      var vendorReader = ByteReader(contents, byteOrder: order)
      guard let name = vendorReader.string() else { throw .malformed("attributes of no vendor") }
      let vendor = String(decoding: name, as: UTF8.self)
      guard ["aeabi", "riscv", "gnu"].contains(vendor) else { continue }
      result.append(try read(vendor, &vendorReader, in: order))
    }
    return result
  }

  private static func read(
    _ vendor: String, _ reader: inout ByteReader, in order: ElfHeader.ByteOrder
  ) throws(ElfError) -> ObjectAttributes {
    var result = ObjectAttributes(vendor: vendor, [])
    while !reader.isAtEnd {
      guard let tag = reader.read(UInt8.self), let length = reader.read(UInt32.self), length >= 5,
        let contents = reader.bytes(Int(length) - 5)
      else {
        throw .malformed("an object attribute reaches beyond its section")
      }
      // Those of sections and symbols are for a compiler's own use.
      guard tag == fileTag else { continue }
      var pairs = ByteReader(contents, byteOrder: order)
      while !pairs.isAtEnd {
        guard let attribute = read(&pairs, vendor) else {
          throw .malformed("an object attribute reaches beyond its section")
        }
        result.attributes.append(attribute)
      }
    }
    return result
  }

  private static func read(_ reader: inout ByteReader, _ vendor: String) -> Attribute? {
    guard let tag = reader.uleb128() else { return nil }
    if tag == compatibilityTag {
      guard let flag = reader.uleb128(), let toolchain = reader.string() else { return nil }
      return .compatibility(flag, String(decoding: toolchain, as: UTF8.self))
    }
    // Odd tags have text, but for the first ones of Arm: Tag_CPU_raw_name and Tag_CPU_name.
    let isText = vendor == "aeabi" && tag < compatibilityTag ? tag == 4 || tag == 5 : tag & 1 == 1
    if isText {
      return reader.string().map { .string(tag, String(decoding: $0, as: UTF8.self)) }
    }
    return reader.uleb128().map { .number(tag, $0) }
  }
}

extension ElfFile {
  /// The attributes of the file, one value for each vendor whose tags are known. Empty when it
  /// has none.
  ///
  /// Found by sections, on RISC-V by `PT_RISCV_ATTRIBUTES` too: other machines have no segment for
  /// them.
  ///
  /// - Throws: `ElfError` when a section does not lie in the file, or lengths do not fit.
  public func objectAttributes() throws(ElfError) -> [ObjectAttributes] {
    let order = header.byteOrder
    var result: [ObjectAttributes] = []
    for section in sections where isAttributes(section.kind) {
      result += try withContents(of: section) { bytes throws(ElfError) in
        try ObjectAttributes.read(bytes, in: order)
      }
    }
    if sections.isEmpty, header.machine == .riscv,
      let segment = segments.first(where: { $0.kind == .riscvAttributes })
    {
      result = try withContents(of: segment) { bytes throws(ElfError) in
        try ObjectAttributes.read(bytes, in: order)
      }
    }
    return result
  }

  private func isAttributes(_ kind: Section.Kind) -> Bool {
    switch kind {
    case .gnuAttributes: true
    case .processorAttributes: header.machine == .arm || header.machine == .riscv
    default: false
    }
  }
}
