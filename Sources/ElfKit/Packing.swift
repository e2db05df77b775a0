internal import CElf

extension ElfFile {
  /// Whether the file is packed by UPX: its code, and of a program everything, is compressed until
  /// it runs. The tables of a library that the dynamic linker reads are not.
  public var isPackedByUpx: Bool { Self.isPackedByUpx(handle, header, segments, size: size) }

  /// `l_info.l_magic` (UPX, `src/stub/src/include/linux.h`) is behind the program headers of a
  /// program, and at the start of the code of a library.
  static func isPackedByUpx(
    _ handle: OpaquePointer, _ header: ElfHeader, _ segments: [Segment], size: Int
  ) -> Bool {
    let headers = header.elfClass == .elf64 ? 64 + 56 * segments.count : 52 + 32 * segments.count
    let code = segments.first { $0.kind == .load && $0.isExecutable }?.offset ?? 0
    return [UInt64(headers), code].contains { start in
      // l_checksum comes first.
      let magic = FileRange(offset: start &+ 4, size: 4)
      let found = try? bytes(of: magic, handle, size: size, "the mark of UPX")
      return found.map { $0.elementsEqual("UPX!".utf8) } ?? false
    }
  }
}
