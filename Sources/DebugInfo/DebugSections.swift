internal import ElfKit

/// The sections of a file that hold DWARF, uncompressed.
struct DebugSections {
  /// `.debug_line`.
  let line: UnsafeRawBufferPointer
  /// `.debug_line_str`.
  let lineStrings: UnsafeRawBufferPointer
  /// `.debug_str`.
  let strings: UnsafeRawBufferPointer
  /// That of the file.
  let byteOrder: ElfHeader.ByteOrder
  /// The size of all sections that hold DWARF, in bytes. Nothing that is well-formed has more
  /// entries of any kind, so it bounds how much of what is damaged is read.
  let size: Int

  /// The memory belongs to `file` and lives as long.
  ///
  /// - Throws: ``DebugInfo/NotKnown`` when there is no DWARF, or it is compressed in a way that
  ///   cannot be read.
  init(_ file: borrowing ElfFile) throws(DebugInfo.NotKnown) {
    guard Self.hasDwarf(file) else { throw .absent }
    var contents: [Name: UnsafeRawBufferPointer] = [:]
    var claimed: UInt64 = 0
    for name in Name.allCases {
      contents[name] = try Self.contents(of: name, in: file, claimed: &claimed)
    }
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    line = contents[.line] ?? none
    lineStrings = contents[.line_str] ?? none
    strings = contents[.str] ?? none
    byteOrder = file.header.byteOrder
    size = contents.values.reduce(0) { $0 + $1.count }
  }

  /// Whether a file has DWARF of its own. A stripped one has not the sections; what was split off
  /// with them has all other sections without contents, and its program may be taken for it.
  static func hasDwarf(_ file: borrowing ElfFile) -> Bool {
    [Name.info, .line].contains { name in
      section(name, of: file).map { $0.kind != .nobits } ?? false
    }
  }

  /// The sections that libdw reads, without `.debug_` (DWARF 5, 7.1 "Vendor Extensibility" names
  /// them all in its index; DWARF 4 has the others).
  // swift-format-ignore: AlwaysUseLowerCamelCase
  private enum Name: String, CaseIterable {
    case info, types, abbrev, addr, line, line_str, str, str_offsets, ranges, rnglists
    case aranges, frame, loc, loclists, pubnames, macinfo, macro
  }

  /// As compilers name it, or as GNU tools did when they had compressed it.
  private static func section(_ name: Name, of file: borrowing ElfFile) -> Section? {
    file.section(named: ".debug_\(name)") ?? file.section(named: ".zdebug_\(name)")
  }

  /// The size that all compressed sections may have together, in bytes. DWARF becomes a third or a
  /// fifth of its size; a small file that says to have gigabytes is damaged.
  private static func sizeLimit(_ file: borrowing ElfFile) -> UInt64 {
    64 << 20 + 32 * UInt64(file.size)
  }

  /// - Parameter claimed: how large the compressed sections so far say to be, in bytes.
  private static func contents(
    of name: Name, in file: borrowing ElfFile, claimed: inout UInt64
  ) throws(DebugInfo.NotKnown) -> UnsafeRawBufferPointer? {
    guard let section = section(name, of: file) else { return nil }
    var compression: SectionCompression?
    do throws(ElfError) {
      compression = try file.compression(of: section)
      if let size = compression?.size {
        guard size <= sizeLimit(file) - claimed else {
          throw ElfError(.malformed, ".debug_\(name) says to have \(size) bytes uncompressed")
        }
        claimed += size
      }
      return try file.uncompressedContents(of: section)
    } catch {
      switch compression?.method {
      case nil, .zlib: throw .malformed(error.description)
      case .zstd: throw .compressed("zstd", section: name.rawValue)
      case .other(let type): throw .compressed("ch_type \(type)", section: name.rawValue)
      }
    }
  }
}
