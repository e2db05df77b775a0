internal import CElf

/// `d_tag` (gABI ch. 5 "Dynamic Section").
public struct DynamicTag: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }

  public static let null = DynamicTag(rawValue: 0)
  public static let needed = DynamicTag(rawValue: 1)
  public static let pltrelsz = DynamicTag(rawValue: 2)
  public static let hash = DynamicTag(rawValue: 4)
  public static let strtab = DynamicTag(rawValue: 5)
  public static let symtab = DynamicTag(rawValue: 6)
  public static let rela = DynamicTag(rawValue: 7)
  public static let relasz = DynamicTag(rawValue: 8)
  public static let strsz = DynamicTag(rawValue: 10)
  public static let syment = DynamicTag(rawValue: 11)
  public static let soname = DynamicTag(rawValue: 14)
  public static let rel = DynamicTag(rawValue: 17)
  public static let relsz = DynamicTag(rawValue: 18)
  public static let pltrel = DynamicTag(rawValue: 20)
  public static let jmprel = DynamicTag(rawValue: 23)
  public static let rpath = DynamicTag(rawValue: 15)
  public static let flags = DynamicTag(rawValue: 30)
  public static let runpath = DynamicTag(rawValue: 29)
  public static let gnuHash = DynamicTag(rawValue: 0x6fff_fef5)
  public static let versym = DynamicTag(rawValue: 0x6fff_fff0)
  public static let flags1 = DynamicTag(rawValue: 0x6fff_fffb)
  public static let verdef = DynamicTag(rawValue: 0x6fff_fffc)
  public static let verdefnum = DynamicTag(rawValue: 0x6fff_fffd)
  public static let verneed = DynamicTag(rawValue: 0x6fff_fffe)
  public static let verneednum = DynamicTag(rawValue: 0x6fff_ffff)

  public var description: String {
    switch self {
    case .symtab: "DT_SYMTAB"
    case .strtab: "DT_STRTAB"
    case .hash: "DT_HASH"
    case .gnuHash: "DT_GNU_HASH"
    case .versym: "DT_VERSYM"
    case .verdef: "DT_VERDEF"
    case .verneed: "DT_VERNEED"
    default: "dynamic entry 0x" + String(UInt64(bitPattern: rawValue), radix: 16)
    }
  }
}

/// An entry of the dynamic section (`Elf32_Dyn`, `Elf64_Dyn`).
public struct DynamicEntry: Hashable, Sendable {
  public var tag: DynamicTag
  /// `d_un`: a value or an address.
  public var value: UInt64
}

/// What the dynamic section says of a library or program as a whole. Names are bytes.
public struct DynamicSection: Hashable, Sendable {
  /// All entries up to `DT_NULL`, in the order of the file.
  public var entries: [DynamicEntry] = []
  /// `DT_SONAME`.
  public var soname: [UInt8]?
  /// `DT_NEEDED`, in order.
  public var needed: [[UInt8]] = []
  /// `DT_RPATH`.
  public var rpath: [UInt8]?
  /// `DT_RUNPATH`.
  public var runpath: [UInt8]?
  /// `DT_FLAGS`.
  public var flags: UInt64 = 0
  /// `DT_FLAGS_1`.
  public var flags1: UInt64 = 0

  public init() {}
}

extension ElfFile {
  /// Reads the dynamic section (gABI ch. 5 "Dynamic Section").
  ///
  /// - Throws: `ElfError` with code `.absent` when there is no dynamic symbol table.
  public func dynamicSection() throws(ElfError) -> DynamicSection {
    try dynamicSection(try locateDynamicTables())
  }

  func dynamicSection(_ tables: DynamicTables) throws(ElfError) -> DynamicSection {
    var result = DynamicSection()
    guard let range = tables.dynamic else { return result }
    result.entries = try dynamicEntries(in: range)
    var names = StringReader(
      bytes(try data(tables.strings, as: ELF_T_BYTE, "the dynamic string table")))
    for entry in result.entries {
      switch entry.tag {
      case .soname: result.soname = try names.name(at: entry.value, "DT_SONAME")
      case .needed: result.needed.append(try names.name(at: entry.value, "DT_NEEDED"))
      case .rpath: result.rpath = try names.name(at: entry.value, "DT_RPATH")
      case .runpath: result.runpath = try names.name(at: entry.value, "DT_RUNPATH")
      case .flags: result.flags = entry.value
      case .flags1: result.flags1 = entry.value
      default: break
      }
    }
    return result
  }

  func dynamicEntries(in range: FileRange) throws(ElfError) -> [DynamicEntry] {
    let entrySize = header.elfClass == .elf64 ? 16 : 8
    let whole = FileRange(
      offset: range.offset, size: range.size / UInt64(entrySize) * UInt64(entrySize))
    let data = try data(whole, as: ELF_T_DYN, "the dynamic section")
    var entries: [DynamicEntry] = []
    for index in 0..<(Int(whole.size) / entrySize) {
      var raw = GElf_Dyn()
      guard gelf_getdyn(data, Int32(clamping: index), &raw) != nil else {
        throw .libelf("dynamic section")
      }
      let entry = DynamicEntry(tag: .init(rawValue: raw.d_tag), value: raw.d_un.d_val)
      if entry.tag == .null { break }
      entries.append(entry)
    }
    return entries
  }
}

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

internal import Glibc

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
