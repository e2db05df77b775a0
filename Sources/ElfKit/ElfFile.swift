internal import CElf
internal import Glibc
public import SystemPackage

/// An ELF file that is open for reading.
///
/// The file is mapped by libelf (`ELF_C_READ_MMAP`) and read in place. What the methods return
/// is copied out; memory of the mapping is only ever seen inside a closure.
public struct ElfFile: ~Copyable {
  /// `Elf *`. Never nil while the value lives; all `Elf_Data` reached from it live as long.
  package let handle: OpaquePointer
  /// Size of the file, or of the archive member, in bytes.
  public let size: Int
  /// Class, byte order, machine and flags.
  public let header: ElfHeader
  /// The program headers, in the order of the file.
  public let segments: [Segment]
  /// The section headers, in the order of the file, index 0 included. Empty when they were
  /// stripped.
  public let sections: [Section]
  let located = LocatedTables()

  /// Takes over `handle`, and ends it when the file turns out to be unusable.
  init(taking handle: OpaquePointer, size: Int) throws(ElfError) {
    do throws(ElfError) {
      let header = try Self.readHeader(handle)
      let segments = try Self.readSegments(handle, size: size)
      let sections = try Self.readSections(handle, header, segments, size: size)
      self.handle = handle
      self.size = size
      self.header = header
      self.segments = segments
      self.sections = sections
    } catch {
      elf_end(handle)
      throw error
    }
  }

  deinit {
    elf_end(handle)
  }

  /// Opens the file at `path`.
  ///
  /// - Throws: `ElfError` when the path is not a readable regular file, not ELF, an archive, or
  ///   when its headers do not fit the file.
  public init(path: FilePath) throws(ElfError) {
    let input = try InputFile(path: path)
    let handle = try input.begin()
    switch elf_kind(handle) {
    case ELF_K_ELF:
      try self.init(taking: handle, size: input.size)
    case ELF_K_AR:
      elf_end(handle)
      throw ElfError(.archive, "an ar archive, not a shared library or program")
    default:
      elf_end(handle)
      throw input.notElf()
    }
  }
}

/// A regular file that libelf can begin to read.
///
/// libelf maps the file when it begins, so the descriptor may be closed after that.
struct InputFile: ~Copyable {
  let descriptor: FileDescriptor
  /// In bytes.
  let size: Int

  init(path: FilePath) throws(ElfError) {
    (descriptor, size) = try Self.open(path)
  }

  deinit {
    try? descriptor.close()
  }

  private static func open(_ path: FilePath) throws(ElfError) -> (FileDescriptor, Int) {
    let descriptor: FileDescriptor
    do {
      // O_NONBLOCK: a FIFO without a writer must not hang us; it is refused just below.
      descriptor = try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
    } catch {
      let errno = (error as? Errno) ?? .ioError
      throw ElfError(.unreadable(errno), errno.description)
    }
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0 else {
      let errno = Errno(rawValue: errno)
      try? descriptor.close()
      throw ElfError(.unreadable(errno), errno.description)
    }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else {
      try? descriptor.close()
      throw ElfError(.notRegularFile, kind == S_IFDIR ? "is a directory" : "not a regular file")
    }
    return (descriptor, Int(status.st_size))
  }

  /// `elf_begin` on the whole file.
  func begin() throws(ElfError) -> OpaquePointer {
    guard size > 0 else { throw ElfError(.notElf, "the file is empty") }
    elf_version(UInt32(EV_CURRENT))
    guard let handle = elf_begin(descriptor.rawValue, ELF_C_READ_MMAP, nil) else {
      throw ElfError.libelf("cannot begin reading")
    }
    return handle
  }

  /// The reason why a file that libelf does not recognise is none, for the user.
  func notElf() -> ElfError {
    let start = firstBytes(of: 64)
    if start.starts(with: ElfHeader.magic) {
      return size < 52
        ? .truncated("the ELF header", end: 52, size: size)
        : .malformed("no such class, byte order or version in e_ident")
    }
    let isScript = ["/* GNU ld script", "INPUT", "GROUP", "OUTPUT_FORMAT"].contains {
      start.starts(with: $0.utf8)
    }
    return ElfError(
      .notElf,
      isScript
        ? "a linker script, not an ELF file; name the library that it refers to"
        : "not an ELF file")
  }

  private func firstBytes(of count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      initialized = (try? descriptor.read(fromAbsoluteOffset: 0, into: raw)) ?? 0
    }
  }
}

extension ElfFile {
  private static func readHeader(_ handle: OpaquePointer) throws(ElfError) -> ElfHeader {
    var raw = GElf_Ehdr()
    guard gelf_getehdr(handle, &raw) != nil else { throw .libelf("ELF header") }
    let ident = withUnsafeBytes(of: raw.e_ident) { Array($0) }
    guard let elfClass = ElfHeader.Class(rawValue: ident[Int(EI_CLASS)]),
      let byteOrder = ElfHeader.ByteOrder(rawValue: ident[Int(EI_DATA)])
    else {
      throw .malformed("no such class or byte order in e_ident")
    }
    return ElfHeader(
      elfClass: elfClass, byteOrder: byteOrder,
      osABI: ident[Int(EI_OSABI)], abiVersion: ident[Int(EI_ABIVERSION)],
      type: ElfHeader.FileType(rawValue: raw.e_type), machine: Machine(rawValue: raw.e_machine),
      flags: raw.e_flags, entry: raw.e_entry)
  }
}
