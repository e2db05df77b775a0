internal import CElf
internal import SystemPackage

/// A thin archive: a list of the files that are its members (`ar --thin` of GNU binutils). libelf
/// does not read it.
struct ThinArchive {
  /// A member.
  struct Member: Hashable {
    /// The path of its file, as the archive has it.
    var name: String
    /// Where the header of the member is in that file, in bytes, when that is an archive, too. Nil
    /// when the file is the member.
    var offset: Int?
  }

  /// In the order of the archive.
  private(set) var members: [Member] = []
  /// Names are relative to it.
  private let directory: FilePath

  /// Reads the archive at `path`.
  ///
  /// - Throws: `ElfError` when it is no thin archive, or cut or malformed.
  init(path: FilePath) throws(ElfError) {
    directory = path.removingLastComponent()
    let input = try InputFile(path: path)
    let handle = try input.begin()
    defer { elf_end(handle) }
    var size = 0
    guard let start = elf_rawfile(handle, &size) else { throw .libelf("cannot read") }
    let bytes = UnsafeRawBufferPointer(start: start, count: size)
    guard bytes.starts(with: "!<thin>\n".utf8) else {
      throw ElfError(.notElf, "not a thin archive")
    }
    try read(bytes)
  }

  /// `elf_begin` on the file of a member.
  ///
  /// - Throws: `ElfError` when there is no such file, or nothing at the member's place in it.
  func begin(_ member: Member) throws(ElfError) -> OpaquePointer {
    do throws(ElfError) {
      let input = try InputFile(path: directory.pushing(FilePath(member.name)))
      let handle = try input.begin()
      guard let offset = member.offset else { return handle }
      // The member holds a reference to the archive.
      defer { elf_end(handle) }
      guard elf_kind(handle) == ELF_K_AR, elf_rand(handle, offset) == offset,
        let part = elf_begin(input.descriptor.rawValue, ELF_C_READ_MMAP, handle)
      else { throw ElfError.malformed("no member of an archive at byte \(offset)") }
      return part
    } catch {
      throw ElfError(error.code, "member \(member.name): \(error.description)")
    }
  }

  // MARK: The format (ar(5))

  /// Sizes and places in bytes.
  private enum Layout {
    static let magic = 8
    static let header = 60
    static let name = 0..<16
    static let size = 48..<58
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer) throws(ElfError) {
    var position = Layout.magic
    var longNames = UnsafeRawBufferPointer(start: nil, count: 0)
    while position < bytes.count {
      guard bytes.count - position >= Layout.header else {
        throw .truncated(
          "the header of a member", end: UInt64(position + Layout.header), size: bytes.count)
      }
      let header = UnsafeRawBufferPointer(rebasing: bytes[position..<position + Layout.header])
      guard header[58] == 0x60, header[59] == 0x0a, let size = Self.number(header[Layout.size])
      else { throw .malformed("no header of an archive's member at byte \(position)") }
      position += Layout.header
      let name = header[Layout.name].prefix { $0 != UInt8(ascii: " ") }
      // The symbol tables and the names are the only ones with contents.
      if name.elementsEqual("/".utf8) || name.elementsEqual("/SYM64/".utf8)
        || name.elementsEqual("//".utf8)
      {
        guard size <= bytes.count - position else {
          throw .truncated("a table", end: UInt64(position) + UInt64(size), size: bytes.count)
        }
        if name.count == 2 {
          longNames = UnsafeRawBufferPointer(rebasing: bytes[position..<position + size])
        }
        position += size + size % 2
      } else {
        members.append(try Self.member(name, longNames))
      }
    }
  }

  /// `NAME/`, or `/OFFSET` or `/OFFSET:PLACE` with the name in the table of names.
  private static func member(
    _ name: Slice<UnsafeRawBufferPointer>, _ longNames: UnsafeRawBufferPointer
  ) throws(ElfError) -> Member {
    let slash = UInt8(ascii: "/")
    guard name.first == slash else {
      let end = name.last == slash ? name.dropLast() : name
      return Member(name: String(decoding: end, as: UTF8.self))
    }
    let parts = name.dropFirst().split(separator: UInt8(ascii: ":"), maxSplits: 1)
    guard let start = parts.first.flatMap(number), start < longNames.count else {
      throw .malformed("the name of an archive's member is not in its table")
    }
    var offset: Int?
    if parts.count > 1 {
      offset = number(parts[1])
      if offset == nil { throw .malformed("no place of an archive's member") }
    }
    let text = longNames[start...].prefix { $0 != 0x0a }
    let end = text.last == slash ? text.dropLast() : text
    guard end.count <= 4096 else { throw .malformed("the name of an archive's member is too long") }
    return Member(name: String(decoding: end, as: UTF8.self), offset: offset)
  }

  /// A decimal number, padded by blanks.
  private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> Int? {
    var end = digits
    while end.last == UInt8(ascii: " ") { end = end.dropLast() }
    guard !end.isEmpty, end.count <= 10 else { return nil }
    var value = 0
    for digit in end {
      guard 0x30...0x39 ~= digit else { return nil }
      value = 10 * value + Int(digit - 0x30)
    }
    return value
  }
}
