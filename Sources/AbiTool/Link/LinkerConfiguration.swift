internal import AbiModel
internal import Findings
internal import Support
internal import SystemPackage

/// Where the dynamic linker of a system looks for libraries beside run paths: `ld.so.cache`, or
/// the directories of `ld.so.conf` from which `ldconfig` makes it, and the built-in ones.
struct LinkerConfiguration: Sendable {
  /// File names to paths of the system, in the order of the cache. Nil when there is no cache.
  let cache: [String: [String]]?
  /// The directories of `ld.so.conf`, in order.
  let directories: [String]

  init(_ sysroot: Sysroot) {
    cache = sysroot.locate("/etc/ld.so.cache").flatMap { LinkerCache.entries(at: $0) }
    var reader = ConfigurationReader(sysroot: sysroot)
    reader.read("/etc/ld.so.conf", depth: 0)
    directories = reader.directories
  }

  /// The directories that are built into the dynamic linker, in the order in which it searches.
  static func defaultDirectories(for architecture: Architecture?) -> [String] {
    architecture?.directories.defaults ?? ["/lib", "/usr/lib"]
  }
}

/// Reads `ld.so.conf` and what it includes (ldconfig(8)).
private struct ConfigurationReader {
  let sysroot: Sysroot
  var directories: [String] = []

  mutating func read(_ path: String, depth: Int) {
    guard depth < 8, let file = sysroot.locate(path),
      let input = try? InputBytes(found: FilePath(file))
    else { return }
    let text = input.withBytes { String(decoding: $0, as: UTF8.self) }
    for line in text.split(separator: "\n") {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: { " \t\r:,=".contains($0) })
      switch words.first {
      case nil: continue
      case "include":
        for pattern in words.dropFirst() {
          include(pattern.hasPrefix("/") ? String(pattern) : "/etc/\(pattern)", depth: depth)
        }
      case "hwcap": continue
      case let directory? where directory.hasPrefix("/"):
        if !directories.contains(String(directory)) { directories.append(String(directory)) }
      default: continue
      }
    }
  }

  /// A pattern in the last component, as in `ld.so.conf.d/*.conf`.
  private mutating func include(_ pattern: String, depth: Int) {
    guard let slash = pattern.lastIndex(of: "/") else { return }
    let directory = String(pattern[..<slash])
    let glob = Glob(String(pattern[pattern.index(after: slash)...]))
    for name in sysroot.entries(of: directory)
    where Array(name.utf8).withUnsafeBytes(glob.matches) {
      read("\(directory)/\(name)", depth: depth + 1)
    }
  }
}

/// Reads `ld.so.cache` (glibc, sysdeps/generic/dl-cache.h): the new format, alone or behind the
/// old one.
enum LinkerCache {
  private static let newMagic = Array("glibc-ld.so.cache1.1".utf8)
  private static let oldMagic = Array("ld.so-1.7.0".utf8)
  /// Header of the new format: magic, counts, flags and padding.
  private static let headerSize = 48
  /// `flags`, `key`, `value`, `osversion` and `hwcap`.
  private static let entrySize = 24

  /// File names to paths. Nil when the file is no cache of this machine's byte order.
  static func entries(at path: String) -> [String: [String]]? {
    guard let input = try? InputBytes(found: FilePath(path)) else { return nil }
    return input.withBytes { parse($0) }
  }

  private static func parse(_ bytes: UnsafeRawBufferPointer) -> [String: [String]]? {
    guard let start = startOfNewFormat(bytes) else { return nil }
    let cache = UnsafeRawBufferPointer(rebasing: bytes[start...])
    guard cache.count >= headerSize else { return nil }
    func word(_ offset: Int) -> Int {
      Int(cache.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    // Byte 28 of the header tells the byte order: 0 not set, 2 little, 3 big.
    let order = cache[28] & 3
    guard order < 2 || (order == 2) == (1.littleEndian == 1) else { return nil }
    let count = word(20)
    guard count <= (cache.count - headerSize) / entrySize else { return nil }
    var result: [String: [String]] = [:]
    for index in 0..<count {
      let entry = headerSize + index * entrySize
      let hwcap = cache.loadUnaligned(fromByteOffset: entry + 16, as: UInt64.self)
      // Entries with a capability are for processors that have it; there is one without, too.
      guard hwcap == 0, let key = string(cache, at: word(entry + 4)),
        let value = string(cache, at: word(entry + 8))
      else { continue }
      result[key, default: []].append(value)
    }
    return result
  }

  private static func startOfNewFormat(_ bytes: UnsafeRawBufferPointer) -> Int? {
    if bytes.starts(with: newMagic) { return 0 }
    guard bytes.starts(with: oldMagic), bytes.count >= 16 else { return nil }
    // The old format: magic padded to 12 bytes, the number of libraries, entries of 12 bytes.
    let count = Int(bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
    let end = (16 + count * 12 + 7) & ~7
    guard end < bytes.count, bytes[end...].starts(with: newMagic) else { return nil }
    return end
  }

  private static func string(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> String? {
    // PATH_MAX: entries of a damaged cache may all name one string as long as the file.
    guard offset < bytes.count, let end = bytes[offset...].prefix(4096).firstIndex(of: 0) else {
      return nil
    }
    return String(decoding: bytes[offset..<end], as: UTF8.self)
  }
}
