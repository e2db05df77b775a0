internal import CElf

/// A range of addresses that unwind information describes: a function, or a part of one that the
/// compiler put elsewhere.
public struct FrameRange: Hashable, Sendable {
  /// Where the function begins.
  public var address: UInt64
  /// In bytes.
  public var size: UInt64
}

extension ElfFile {
  /// The ranges of `.eh_frame` (LSB 10.6 "Exception Frames"), sorted by address. Stripping leaves
  /// them, so they tell where functions are when the symbol table does not.
  ///
  /// Found by its section, or by `PT_GNU_EH_FRAME` when section headers were stripped. Empty when
  /// there is none, and for relocatable objects, whose addresses are not known.
  ///
  /// - Throws: `ElfError` when a record reaches beyond the table.
  public func frameRanges() throws(ElfError) -> [FrameRange] {
    guard header.type != .relocatable else { return [] }
    var ranges: [FrameRange] = []
    if let section = section(named: ".eh_frame"), section.kind != .nobits {
      try withContents(of: section) { bytes throws(ElfError) in
        ranges = try readFrames(bytes, at: section.address)
      }
    } else if sections.isEmpty, let address = try frameAddressBySegment() {
      _ = try withContents(at: address) { bytes throws(ElfError) in
        ranges = try readFrames(bytes, at: address)
      }
    }
    return ranges.sorted { ($0.address, $0.size) < ($1.address, $1.size) }
  }

  /// `eh_frame_ptr` of `.eh_frame_hdr` (LSB 10.6.2).
  private func frameAddressBySegment() throws(ElfError) -> UInt64? {
    guard let segment = segments.first(where: { $0.kind == .gnuEhFrame }) else { return nil }
    return try withContents(of: segment) { bytes throws(ElfError) in
      var reader = ByteReader(bytes, byteOrder: header.byteOrder)
      // version, eh_frame_ptr_enc, fde_count_enc, table_enc.
      guard let head = reader.bytes(4), head[0] == 1, let encoding = PointerEncoding(head[1]) else {
        return nil
      }
      return encoding.read(&reader, at: segment.address, elfClass: header.elfClass)
    }
  }

  private func readFrames(_ bytes: UnsafeRawBufferPointer, at address: UInt64)
    throws(ElfError) -> [FrameRange]
  {
    var reader = ByteReader(bytes, byteOrder: header.byteOrder)
    var encodings: [Int: PointerEncoding] = [:]
    var ranges: [FrameRange] = []
    while !reader.isAtEnd {
      let start = reader.position
      guard let length = reader.read(UInt32.self) else { break }
      // A record of length 0 ends the table.
      if length == 0 { break }
      // An extended length is for sections beyond 4 GiB.
      guard length != 0xffff_ffff, let end = Int(exactly: UInt64(length)).map({ $0 + start + 4 }),
        end <= bytes.count, let identity = reader.read(UInt32.self)
      else {
        throw .malformed("the record at byte \(start) of .eh_frame reaches beyond it")
      }
      if identity == 0 {
        encodings[start] = Self.pointerEncoding(ofCommonInformation: &reader)
      } else if let encoding = encodings[start + 4 - Int(identity)],
        let begin = encoding.read(&reader, at: address, elfClass: header.elfClass),
        let size = encoding.sizeEncoding.read(&reader, at: address, elfClass: header.elfClass),
        size > 0, !begin.addingReportingOverflow(size).overflow
      {
        ranges.append(FrameRange(address: begin, size: size))
      }
      guard reader.move(to: end) else { break }
    }
    return ranges
  }

  /// How the records of a CIE give addresses: its augmentation `R`. Nil when that cannot be known.
  private static func pointerEncoding(ofCommonInformation reader: inout ByteReader)
    -> PointerEncoding?
  {
    guard let version = reader.read(UInt8.self), version == 1 || version == 3,
      let augmentation = reader.string(),
      reader.uleb128() != nil, reader.uleb128() != nil,
      version == 1 ? reader.read(UInt8.self) != nil : reader.uleb128() != nil
    else { return nil }
    guard augmentation.first == UInt8(ascii: "z") else {
      return augmentation.isEmpty ? .absolute : nil
    }
    guard reader.uleb128() != nil else { return nil }
    for letter in augmentation.dropFirst() {
      switch letter {
      case UInt8(ascii: "R"): return reader.read(UInt8.self).flatMap(PointerEncoding.init)
      case UInt8(ascii: "L"): _ = reader.read(UInt8.self)
      case UInt8(ascii: "P"):
        // The personality routine; its value does not matter here.
        guard let encoding = reader.read(UInt8.self).flatMap(PointerEncoding.init),
          encoding.read(&reader, at: 0, elfClass: .elf64) != nil
        else { return nil }
      case UInt8(ascii: "S"), UInt8(ascii: "B"), UInt8(ascii: "G"): break
      default: return nil
      }
    }
    return .absolute
  }
}

/// `DW_EH_PE_*` (LSB 10.5.1 "DWARF Exception Header Encoding"), as far as linkers use it for
/// addresses of code.
private struct PointerEncoding {
  /// The lower four bits: how the value is stored.
  private enum Format: UInt8 {
    /// `DW_EH_PE_absptr`.
    case address = 0x00
    /// `DW_EH_PE_uleb128`.
    case uleb128 = 0x01
    /// `DW_EH_PE_udata2`.
    case unsigned2 = 0x02
    /// `DW_EH_PE_udata4`.
    case unsigned4 = 0x03
    /// `DW_EH_PE_udata8`.
    case unsigned8 = 0x04
    /// `DW_EH_PE_sdata2`.
    case signed2 = 0x0a
    /// `DW_EH_PE_sdata4`.
    case signed4 = 0x0b
    /// `DW_EH_PE_sdata8`.
    case signed8 = 0x0c
  }

  /// The upper four bits: what the value counts from.
  private enum Base: UInt8 {
    /// `DW_EH_PE_absptr`.
    case none = 0x00
    /// `DW_EH_PE_pcrel`.
    case place = 0x10
  }

  /// `DW_EH_PE_absptr`.
  static let absolute = PointerEncoding(format: .address, base: .none)
  /// `DW_EH_PE_indirect`: the value is the address of the pointer, which does not matter for its
  /// length.
  private static let indirect: UInt8 = 0x80

  private var format: Format
  private var base: Base

  private init(format: Format, base: Base) {
    self.format = format
    self.base = base
  }

  /// Nil for what needs a base that is not known.
  init?(_ byte: UInt8) {
    guard let format = Format(rawValue: byte & 0x0f),
      let base = Base(rawValue: byte & ~Self.indirect & 0xf0)
    else { return nil }
    self.init(format: format, base: base)
  }

  /// The same format for a number of bytes, which is relative to nothing.
  var sizeEncoding: PointerEncoding { PointerEncoding(format: format, base: .none) }

  /// - Parameter start: the address of the first byte of the reader.
  func read(_ reader: inout ByteReader, at start: UInt64, elfClass: ElfHeader.Class) -> UInt64? {
    let place = start &+ UInt64(reader.position)
    let value: UInt64? =
      switch format {
      case .address:
        elfClass == .elf64
          ? reader.read(UInt64.self) : reader.read(UInt32.self).map { UInt64($0) }
      case .uleb128: reader.uleb128()
      case .unsigned2: reader.read(UInt16.self).map { UInt64($0) }
      case .unsigned4: reader.read(UInt32.self).map { UInt64($0) }
      case .unsigned8, .signed8: reader.read(UInt64.self)
      case .signed2: reader.read(Int16.self).map { UInt64(bitPattern: Int64($0)) }
      case .signed4: reader.read(Int32.self).map { UInt64(bitPattern: Int64($0)) }
      }
    guard let value else { return nil }
    let address = base == .place ? place &+ value : value
    return elfClass == .elf64 ? address : UInt64(UInt32(truncatingIfNeeded: address))
  }
}
