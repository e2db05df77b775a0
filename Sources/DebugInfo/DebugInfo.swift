internal import CDw
public import ElfKit
public import SystemPackage

/// The DWARF of a file: which source files its compilation units are made of, which lines its code
/// comes from, and for which code it does not tell. Entries are read by libdw, line tables by
/// ``LineTable``.
public struct DebugInfo: ~Copyable {
  /// `Dwarf *`. Uses the libelf handle of the file, which is not to end before.
  let handle: OpaquePointer
  /// As the handle, they lie in memory of the file.
  let sections: DebugSections
  /// Where the file has code, sorted. None of these overlap.
  let code: [Range<UInt64>]

  /// A line of source.
  public struct Line: Hashable, Sendable {
    /// As the compiler wrote it, with the directories of `#include` and of the compilation.
    public var path: String
    /// Counted from 1.
    public var line: Int
  }

  /// Where debuggers look for DWARF that was split off (GDB manual, "Separate Debug Files").
  public static let debugDirectories: [FilePath] = ["/usr/lib/debug"]

  /// Why a file has no DWARF of its own that could be read; nil when it has. Looks at no other file.
  public static func reasonWithoutDwarf(_ file: borrowing ElfFile) -> String? {
    if file.header.type == .relocatable { return NotKnown.relocatable.reason }
    return DebugSections.hasDwarf(file) ? nil : NotKnown.absent.reason
  }

  /// Calls `body` with the DWARF of a file: its own, or that of the separate debug file which its
  /// build ID or `.gnu_debuglink` names.
  ///
  /// - Parameters:
  ///   - path: where the file is. Without one only its own DWARF is looked at.
  ///   - debugDirectories: where separate debug files are looked for, besides the file's directory.
  /// - Throws: ``NotKnown`` when there is none, when it cannot be read, or what `body` throws.
  public static func with<Result>(
    _ file: borrowing ElfFile, at path: FilePath? = nil,
    debugDirectories: [FilePath] = Self.debugDirectories,
    _ body: (borrowing DebugInfo) throws(NotKnown) -> Result
  ) throws(NotKnown) -> Result {
    guard file.header.type != .relocatable else { throw .relocatable }
    let code = codeRanges(of: file)
    let search = DebugFileSearch(directories: debugDirectories)
    if let path, !DebugSections.hasDwarf(file) {
      let result = try search.withDebugFile(of: file, at: path) {
        debugFile, place throws(NotKnown) in
        try open(debugFile, at: place, code, search, body)
      }
      if let result { return result }
      if let link = DebugLink(file) {
        throw NotKnown(.absent, "no DWARF; it was split off into \(link.name), which is not there")
      }
    }
    return try open(file, at: path, code, search, body)
  }

  /// Opens DWARF together with what `dwz` moved out of it, where it did.
  private static func open<Result>(
    _ file: borrowing ElfFile, at path: FilePath?, _ code: [Range<UInt64>],
    _ search: DebugFileSearch, _ body: (borrowing DebugInfo) throws(NotKnown) -> Result
  ) throws(NotKnown) -> Result {
    let sections = try DebugSections(file)
    guard let link = SupplementaryLink(file) else {
      return try body(DebugInfo(file, sections, code))
    }
    // libdw would look for it, too, and open whatever has its name.
    let result = try search.withSupplementaryFile(link, of: path) {
      supplementary throws(NotKnown) in
      let info = try DebugInfo(file, sections, code)
      let other = try DebugInfo(supplementary, DebugSections(supplementary), [])
      dwarf_setalt(info.handle, other.handle)
      return try withExtendedLifetime(other) { () throws(NotKnown) in try body(info) }
    }
    guard let result else {
      throw NotKnown(
        .supplementary,
        "a part of the DWARF is in \(link.name), which is not there; "
          + "install the package that has it")
    }
    return result
  }

  private init(_ file: borrowing ElfFile, _ sections: DebugSections, _ code: [Range<UInt64>])
    throws(NotKnown)
  {
    guard let handle = dwarf_begin_elf(file.handle, DWARF_C_READ, nil) else { throw .libdw() }
    self.handle = handle
    self.sections = sections
    self.code = code
  }

  deinit { dwarf_end(handle) }

  /// The sections that hold code or, without section headers, the segments.
  private static func codeRanges(of file: borrowing ElfFile) -> [Range<UInt64>] {
    var ranges: [Range<UInt64>] = []
    func add(_ address: UInt64, _ size: UInt64) {
      let (end, wraps) = address.addingReportingOverflow(size)
      if !wraps, address < end { ranges.append(address..<end) }
    }
    for section in file.sections where section.isAllocated && section.isExecutable {
      add(section.address, section.size)
    }
    if file.sections.isEmpty {
      for segment in file.segments where segment.kind == .load && segment.isExecutable {
        add(segment.address, segment.memorySize)
      }
    }
    return AddressRanges.merged(ranges)
  }
}
