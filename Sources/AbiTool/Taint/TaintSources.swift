internal import AbiModel
internal import DebugInfo
internal import Disassembly
internal import ElfKit
internal import Findings
internal import Support
internal import SystemPackage

/// Whether the headers of a file are asked for.
struct HeaderQuestion {
  var isAsked: Bool
  /// What is not asked, and why, in words.
  var exception: String?

  /// Headers are asked for where there is DWARF, or where the user wants to know.
  init(noDwarf reason: String?, _ options: TaintOptions) {
    isAsked = reason == nil || options.asksHeaders
    exception = isAsked ? nil : reason.map { "headers (\($0))" }
  }
}

/// What DWARF tells of a file: the lines of its sites, and the kernel headers it was made from.
struct TaintSources {
  private(set) var headers: HeaderQuestion
  private var lines: [UInt64: DebugInfo.Line] = [:]
  /// Sorted.
  private var kernelHeaders: [Header] = []
  /// Why the headers that are asked for are not known, and of what.
  private var gap: (reason: String, functions: [ByteName])?

  private struct Header {
    var path: [UInt8]
    /// The compilation units that have it, sorted.
    var units: [String]
  }

  /// What is asked goes by the file alone: whether its debug package is installed makes a difference
  /// for lines, and for headers that were asked for by name.
  init(
    _ file: borrowing ElfFile, _ path: String, _ sites: [CodeScan.Site], _ options: TaintOptions
  ) {
    headers = HeaderQuestion(noDwarf: DebugInfo.reasonWithoutDwarf(file), options)
    var lines: [UInt64: DebugInfo.Line] = [:]
    var collector = HeaderCollector(patterns: options.kernelHeaders)
    var rest: [DebugInfo.CodeWithoutUnit] = []
    do throws(DebugInfo.NotKnown) {
      try DebugInfo.with(file, at: FilePath(path)) { info throws(DebugInfo.NotKnown) in
        lines = try info.frames(of: sites.map(\.address)).compactMapValues(\.first)
        guard headers.isAsked else { return }
        try info.forEachUnit { unit throws(DebugInfo.NotKnown) in try collector.add(unit) }
        rest = try info.codeWithoutUnits(of: file)
      }
    } catch {
      if headers.isAsked { gap = (error.reason, []) }
    }
    self.lines = lines
    kernelHeaders = collector.units.map { Header(path: $0.key, units: $0.value.sorted()) }
      .sorted { $0.path.lexicographicallyPrecedes($1.path) }
    if !rest.isEmpty { add(rest, isAsked: options.asksHeaders) }
  }

  /// Start files and assembly seldom have DWARF. Of these it is said; only who asks for the headers
  /// of everything gets no verdict without them.
  private mutating func add(_ parts: [DebugInfo.CodeWithoutUnit], isAsked: Bool) {
    let size = parts.reduce(0) { $0 + $1.addresses.upperBound - $1.addresses.lowerBound }
    let bytes = "\(Report.grouped(Int(clamping: size))) bytes"
    let functions = parts.flatMap(\.functions).map { ByteName($0) }
    guard !isAsked else {
      let reason = "\(bytes) of code without DWARF; compiled without -g, or assembled"
      gap = (reason, functions.sorted())
      return
    }
    var names = functions.prefix(Finding.exampleCount).map(\.demangledOrSpelled)
    if functions.count > names.count { names.append("…") }
    let list = names.isEmpty ? "" : ": \(names.joined(separator: ", "))"
    headers.exception = "headers of code without DWARF (\(bytes)\(list))"
  }

  func line(of site: CodeScan.Site) -> DebugInfo.Line? {
    site.isRelative ? nil : lines[site.address]
  }

  func headerFindings(_ build: Build) -> [Finding] {
    var findings = kernelHeaders.map { header in
      let path = ByteName(header.path)
      return Finding(
        .kernelHeader, symbol: path, builds: [build],
        details: header.units.map { Finding.Detail([build], $0) },
        place: .init(path: build.path),
        message: "\(path.spelled) in \(Self.short(header.units))")
    }
    if let gap {
      var finding = Taint.notKnown("headers", gap.reason, build)
      finding.symbols = gap.functions
      findings.append(finding)
    }
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
  /// Units share most of their headers, so each path is matched once.
  private var known = NameSet()
  private var headers: [[UInt8]?] = []

  init(patterns: [Glob]) { self.patterns = patterns }

  mutating func add(_ unit: DebugInfo.Unit) throws(DebugInfo.NotKnown) {
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
