internal import ElfKit
internal import Glibc
internal import SystemPackage

/// Finds files that hold DWARF of other files, where debuggers look for them.
struct DebugFileSearch {
  /// `/usr/lib/debug`, as a rule.
  let directories: [FilePath]

  /// Calls `body` with the separate debug file of a file, and its path (GDB manual, "Separate Debug
  /// Files"): the one of its build ID or, if there is none, the one that `.gnu_debuglink` names and
  /// whose checksum is right. Nil when there is neither.
  ///
  /// - Throws: what `body` throws.
  func withDebugFile<Result>(
    of file: borrowing ElfFile, at path: FilePath,
    _ body: (borrowing ElfFile, FilePath) throws(DebugInfo.NotKnown) -> Result
  ) throws(DebugInfo.NotKnown) -> Result? {
    if let id = Self.buildID(of: file) {
      for candidate in paths(ofBuildID: id) {
        guard let found = Self.open(candidate), Self.buildID(of: found) == id,
          DebugSections.hasDwarf(found)
        else { continue }
        return try body(found, candidate)
      }
    }
    guard let link = DebugLink(file) else { return nil }
    for candidate in paths(ofLink: link.name, in: Self.directory(of: path)) {
      guard let found = Self.open(candidate), DebugSections.hasDwarf(found),
        found.withFileBytes({ Checksum.crc32(of: $0) }) == link.checksum
      else { continue }
      return try body(found, candidate)
    }
    return nil
  }

  /// Calls `body` with the file that a supplementary link names. Nil when it is not there.
  ///
  /// - Parameter path: of the file that has the link.
  /// - Throws: what `body` throws.
  func withSupplementaryFile<Result>(
    _ link: SupplementaryLink, of path: FilePath?,
    _ body: (borrowing ElfFile) throws(DebugInfo.NotKnown) -> Result
  ) throws(DebugInfo.NotKnown) -> Result? {
    guard !link.buildID.isEmpty else { return nil }
    var candidates = paths(ofBuildID: link.buildID)
    let name = FilePath(link.name)
    if let path { candidates.append(Self.directory(of: path).pushing(name)) }
    for candidate in candidates {
      guard let found = Self.open(candidate), Self.buildID(of: found) == link.buildID else {
        continue
      }
      return try body(found)
    }
    return nil
  }

  // MARK: Places

  private func paths(ofBuildID id: [UInt8]) -> [FilePath] {
    guard id.count > 1 else { return [] }
    let digits = id.map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }
    return directories.map {
      $0.appending(".build-id").appending(digits[0])
        .appending(digits.dropFirst().joined() + ".debug")
    }
  }

  private func paths(ofLink name: String, in directory: FilePath) -> [FilePath] {
    // It is the name of a file. One with directories could lead anywhere.
    guard let component = FilePath.Component(name), component.kind == .regular else { return [] }
    return [directory.appending(component), directory.appending(".debug").appending(component)]
      + directories.map { $0.appending(directory.components).appending(component) }
  }

  /// The directory of a file, by its real path: debug packages know no symbolic links.
  private static func directory(of path: FilePath) -> FilePath {
    guard let real = path.withPlatformString({ realpath($0, nil) }) else {
      return path.removingLastComponent()
    }
    defer { free(real) }
    return FilePath(platformString: real).removingLastComponent()
  }

  /// Nil for what is not an ELF file: the user asked for another one.
  private static func open(_ path: FilePath) -> ElfFile? {
    do throws(ElfError) { return try ElfFile(path: path) } catch { return nil }
  }

  /// The descriptor of `NT_GNU_BUILD_ID`.
  private static func buildID(of file: borrowing ElfFile) -> [UInt8]? {
    do throws(ElfError) {
      return try file.notes().first { $0.type == 3 && $0.owner.elementsEqual("GNU".utf8) }?
        .descriptor
    } catch {
      return nil
    }
  }
}

/// `.gnu_debuglink`: the name of the separate debug file, and the checksum of its bytes (GDB manual,
/// "Separate Debug Files").
struct DebugLink {
  var name: String
  var checksum: UInt32

  /// Nil when there is none that can be read.
  init?(_ file: borrowing ElfFile) {
    guard let section = file.section(named: ".gnu_debuglink") else { return nil }
    let byteOrder = file.header.byteOrder
    do throws(ElfError) {
      let link = try file.withContents(of: section) { bytes -> (String, UInt32)? in
        var reader = ByteReader(bytes, byteOrder: byteOrder)
        guard let name = reader.string(), reader.align(to: 4),
          let checksum = reader.read(UInt32.self)
        else { return nil }
        return LinkedName.text(name).map { ($0, checksum) }
      }
      guard let link else { return nil }
      (name, checksum) = link
    } catch {
      return nil
    }
  }
}

/// `.gnu_debugaltlink`: the file to which `dwz` moved what several files have in common.
struct SupplementaryLink {
  /// Its path, for the user.
  var name = "a file whose name cannot be read"
  /// Empty when it cannot be read, too. No file is the one then.
  var buildID: [UInt8] = []

  /// Nil when there is no link.
  init?(_ file: borrowing ElfFile) {
    guard let section = file.section(named: ".gnu_debugaltlink"), section.kind != .nobits else {
      return nil
    }
    let byteOrder = file.header.byteOrder
    do throws(ElfError) {
      let link = try file.withContents(of: section) { bytes -> (String, [UInt8])? in
        var reader = ByteReader(bytes, byteOrder: byteOrder)
        guard let name = reader.string(), let id = reader.bytes(bytes.count - reader.position)
        else { return nil }
        return LinkedName.text(name).map { ($0, Array(id)) }
      }
      if let link { (name, buildID) = link }
    } catch {
      // As above.
    }
  }
}

/// The name of another file.
private enum LinkedName {
  /// Nil for what no tool makes: names that cannot be shown, or are longer than a path.
  static func text(_ bytes: UnsafeRawBufferPointer) -> String? {
    guard bytes.count <= 4096, !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
      return nil
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

/// The checksum of `.gnu_debuglink`.
enum Checksum {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xedb8_8320
    }
  }

  /// CRC-32 as of ISO 3309, Ethernet and zlib.
  static func crc32(of bytes: UnsafeRawBufferPointer) -> UInt32 {
    table.withUnsafeBufferPointer { table in
      var value: UInt32 = 0xffff_ffff
      for byte in bytes {
        value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8
      }
      return ~value
    }
  }
}
