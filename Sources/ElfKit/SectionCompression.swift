internal import CElf

/// How the contents of a section are compressed.
package struct SectionCompression: Hashable, Sendable {
  /// `ch_type` (gABI ch. 4 "Section Compression").
  package enum Method: Hashable, Sendable {
    /// `ELFCOMPRESS_ZLIB`, or a section named `.zdebug_…`, the older form of GNU.
    case zlib
    /// `ELFCOMPRESS_ZSTD`.
    case zstd
    /// Another value.
    case other(UInt32)
  }

  /// The algorithm.
  package var method: Method
  /// `ch_size`: what the section says to have uncompressed, in bytes.
  package var size: UInt64
}

extension ElfFile {
  /// How a section is compressed (`Elf32_Chdr`, `Elf64_Chdr`; gABI ch. 4 "Section Compression").
  /// Nil when it is not.
  ///
  /// - Throws: `ElfError` when the section or the header of its contents is cut.
  package func compression(of section: Section) throws(ElfError) -> SectionCompression? {
    if section.flags & UInt64(SHF_COMPRESSED) == 0 {
      guard hasName(section, prefix: ".zdebug_") else { return nil }
      return try withContents(of: section) { bytes in
        // "ZLIB" and the size, big-endian in every file.
        var reader = ByteReader(bytes, byteOrder: .big)
        guard reader.read(UInt32.self) == 0x5a4c_4942, let size = reader.read(UInt64.self) else {
          return nil
        }
        return SectionCompression(method: .zlib, size: size)
      }
    }
    return try withContents(of: section) { bytes throws(ElfError) in
      var reader = ByteReader(bytes, byteOrder: header.byteOrder)
      let type = reader.read(UInt32.self)
      let size: UInt64?
      switch header.elfClass {
      case .elf32: size = reader.read(UInt32.self).map { UInt64($0) }
      // ch_reserved comes before.
      case .elf64: size = reader.read(UInt32.self) == nil ? nil : reader.read(UInt64.self)
      }
      guard let type, let size else {
        throw .malformed("a compressed section has no room for its header")
      }
      let method: SectionCompression.Method
      switch type {
      case 1: method = .zlib
      case 2: method = .zstd
      default: method = .other(type)
      }
      return SectionCompression(method: method, size: size)
    }
  }

  /// The contents of a section, uncompressed.
  ///
  /// The memory belongs to libelf and lives as long as `self`.
  ///
  /// - Throws: `ElfError` when the section does not lie inside the file, when its contents are
  ///   damaged, and when libelf does not know how they are compressed.
  package func uncompressedContents(of section: Section) throws(ElfError)
    -> UnsafeRawBufferPointer
  {
    guard section.kind != .nobits, let index = sections.firstIndex(of: section) else {
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    var header = GElf_Shdr()
    guard let handle = elf_getscn(handle, index), gelf_getshdr(handle, &header) != nil else {
      throw .libelf("section header \(index)")
    }
    // libelf keeps what it has uncompressed, and changes its copy of the section header.
    if header.sh_flags & UInt64(SHF_COMPRESSED) != 0 {
      guard elf_compress(handle, 0, 0) >= 0 else { throw .libelf("compressed section \(index)") }
    } else if hasName(section, prefix: ".zdebug_"), let contents = elf_rawdata(handle, nil),
      bytes(contents).starts(with: "ZLIB".utf8)
    {
      guard elf_compress_gnu(handle, 0, 0) >= 0 else {
        throw .libelf("compressed section \(index)")
      }
    }
    guard let contents = elf_rawdata(handle, nil) else { throw .libelf("section \(index)") }
    return bytes(contents)
  }

  private func bytes(_ data: UnsafeMutablePointer<Elf_Data>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: data.pointee.d_buf, count: data.pointee.d_size)
  }
}
