internal import AbiModel
internal import DebugInfo
internal import Disassembly
internal import ElfKit
internal import Findings
internal import Support
internal import SystemPackage

/// What DWARF tells of a file: the lines of its sites, and the kernel headers it was made from.
struct TaintSources {
  private var lines: [UInt64: DebugInfo.Line] = [:]
  /// Sorted.
  private var headers: [Header] = []
  private var unitCount = 0
  /// Why there is DWARF and it does not tell.
  private var reason: String?
  /// Why there is no DWARF to ask.
  private(set) var reasonNotAsked: String?

  private struct Header {
    var path: [UInt8]
    /// The compilation units that have it, sorted.
    var units: [String]
  }

  init(
    _ file: borrowing ElfFile, _ path: String, _ sites: [CodeScan.Site], _ options: TaintOptions
  ) {
    var lines: [UInt64: DebugInfo.Line] = [:]
    var collector = HeaderCollector(patterns: options.kernelHeaders)
    do throws(DebugInfo.NotKnown) {
      try DebugInfo.with(file, at: FilePath(path)) { info throws(DebugInfo.NotKnown) in
        lines = try info.frames(of: sites.map(\.address)).compactMapValues(\.first)
        try info.forEachUnit { unit throws(DebugInfo.NotKnown) in try collector.add(unit) }
      }
    } catch {
      if Self.isToBeAsked(file) { reason = error.reason } else { reasonNotAsked = error.reason }
    }
    self.lines = lines
    unitCount = collector.unitCount
    headers = collector.units.map { Header(path: $0.key, units: $0.value.sorted()) }
      .sorted { $0.path.lexicographicallyPrecedes($1.path) }
  }

  /// Whether the file has DWARF that is complete: an object's is only when it is linked.
  private static func isToBeAsked(_ file: borrowing ElfFile) -> Bool {
    guard file.header.type != .relocatable else { return false }
    for name in [".debug_info", ".zdebug_info", ".debug_line", ".zdebug_line"]
    where file.section(named: name) != nil { return true }
    return false
  }

  func line(of site: CodeScan.Site) -> DebugInfo.Line? {
    site.isRelative ? nil : lines[site.address]
  }

  func headerFindings(_ build: Build) -> [Finding] {
    var findings = headers.map { header in
      let path = ByteName(header.path)
      return Finding(
        .kernelHeader, symbol: path, builds: [build],
        details: header.units.map { Finding.Detail([build], $0) },
        place: .init(path: build.path),
        message: "\(path.spelled) in \(Self.short(header.units))")
    }
    if let reason { findings.append(Taint.notKnown("kernel headers", reason, build)) }
    return findings
  }

  private static func short(_ units: [String]) -> String {
    guard units.count > 3 else { return TaintResult.list(units) }
    return units.prefix(2).joined(separator: ", ") + " and \(units.count - 2) more"
  }
}

extension DebugInfo.Line {
  /// The path in its plain form.
  var file: String {
    Array(path.utf8).withUnsafeBytes {
      String(decoding: SourcePath.normalized($0), as: UTF8.self)
    }
  }

  var text: String { "\(file):\(line)" }
}

/// Paths as compilers write them: with the directories of `#include` in them.
enum SourcePath {
  /// Without `.`, and without `..` behind a directory: `src/nova/../core/x.h` is `src/core/x.h`.
  static func normalized(_ path: UnsafeRawBufferPointer) -> [UInt8] {
    let slash = UInt8(ascii: "/")
    let up = Array("..".utf8)
    var parts: [UnsafeRawBufferPointer.SubSequence] = []
    for part in path.split(separator: slash) where !part.elementsEqual([UInt8(ascii: ".")]) {
      if part.elementsEqual(up), let last = parts.last, !last.elementsEqual(up) {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    var result: [UInt8] = path.first == slash ? [slash] : []
    for (index, part) in parts.enumerated() {
      if index > 0 { result.append(slash) }
      result += part
    }
    return result
  }
}

/// Collects the headers of compilation units that match a pattern.
private struct HeaderCollector {
  let patterns: [Glob]
  var units: [[UInt8]: Set<String>] = [:]
  var unitCount = 0
  /// Units share most of their headers, so each path is matched once.
  private var known = NameSet()
  private var headers: [[UInt8]?] = []

  init(patterns: [Glob]) { self.patterns = patterns }

  mutating func add(_ unit: DebugInfo.Unit) throws(DebugInfo.NotKnown) {
    unitCount += 1
    var found: [[UInt8]] = []
    try unit.forEachFile { path in
      if let header = header(path), !Self.isSource(path, of: unit.name) { found.append(header) }
    }
    for path in found { units[path, default: []].insert(unit.name) }
  }

  /// The unit's own file is no header, whatever its directory is called.
  private static func isSource(_ path: UnsafeRawBufferPointer, of unit: String) -> Bool {
    let name = Array(unit.utf8)
    guard path.count >= name.count, path.suffix(name.count).elementsEqual(name) else {
      return false
    }
    return path.count == name.count || path[path.count - name.count - 1] == UInt8(ascii: "/")
  }

  /// The path in its plain form when it is one that is looked for.
  private mutating func header(_ path: UnsafeRawBufferPointer) -> [UInt8]? {
    let count = known.count
    let index = known.insert(path)
    if index == count {
      let plain = SourcePath.normalized(path)
      let isWanted = plain.withUnsafeBytes { bytes in
        patterns.contains { Self.matches(bytes, $0) }
      }
      headers.append(isWanted ? plain : nil)
    }
    return headers[index]
  }

  /// Whether the path, or what follows one of its slashes, matches.
  private static func matches(_ path: UnsafeRawBufferPointer, _ pattern: Glob) -> Bool {
    if pattern.matches(path) { return true }
    for index in path.indices where path[index] == UInt8(ascii: "/") {
      if pattern.matches(UnsafeRawBufferPointer(rebasing: path[(index + 1)...])) { return true }
    }
    return false
  }
}
