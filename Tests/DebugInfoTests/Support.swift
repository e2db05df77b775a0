import DebugInfo
import ElfKit
import Foundation
import SystemPackage
import TestSupport
import Testing

/// The sources of `fixtures/lines`.
let lineFixtures = packageRoot.appendingPathComponent("fixtures/lines")

/// Compiles and links the program of `fixtures/lines` and gives its path.
func buildLines(
  _ compiler: String = "gcc", _ options: [String], link: [String] = [],
  sources: [String] = ["main.c", "work.c", "other.c"], in scratch: TemporaryDirectory
) throws -> String {
  let path = scratch.path("lines")
  let common = ["-g", "-ffreestanding", "-fno-stack-protector", "-nostdlib", "-static"]
  try succeed(compiler, common + options + sources + ["-o", path] + link, in: lineFixtures)
  return path
}

/// What ``DebugInfo/frames(of:)`` gives, as `FILE:LINE`; empty for addresses without a line.
func frames(
  of addresses: [UInt64], in path: String, debugDirectories: [FilePath] = []
) throws -> [UInt64: [String]] {
  let file = try ElfFile(path: FilePath(path))
  let found = try DebugInfo.with(file, at: FilePath(path), debugDirectories: debugDirectories) {
    info throws(DebugInfo.NotKnown) in try info.frames(of: addresses)
  }
  return found.mapValues { $0.map { "\(plainPath($0.path)):\($0.line)" } }
}

/// Why there is no DWARF, as ``DebugInfo`` says it; nil when there is.
func reasonNotKnown(_ path: String, debugDirectories: [FilePath] = []) throws -> DebugInfo.NotKnown?
{
  let file = try ElfFile(path: FilePath(path))
  do throws(DebugInfo.NotKnown) {
    try DebugInfo.with(file, at: FilePath(path), debugDirectories: debugDirectories) { info in }
    return nil
  } catch {
    return error
  }
}

/// What `addr2line -i` or `llvm-addr2line -i` prints, in the same form.
func frames(
  of addresses: [UInt64], in path: String, by tool: String
) throws -> [UInt64: [String]] {
  let input = addresses.map { "0x" + String($0, radix: 16) + "\n" }.joined()
  let outcome = try run(tool, ["-i", "-a", "-e", path], input: Data(input.utf8))
  try #require(outcome.status == 0)
  var result: [UInt64: [String]] = [:]
  var address: UInt64 = 0
  var isInnermost = true
  for line in outcome.lines {
    if line.hasPrefix("0x"), let number = UInt64(line.dropFirst(2), radix: 16) {
      (address, isInnermost) = (number, true)
      continue
    }
    defer { isInnermost = false }
    let words = line.split(separator: " ")[0]
    let colon = try #require(words.lastIndex(of: ":"))
    // A line that is not known; when it is that of the code, the others do not count.
    guard let number = Int(words[words.index(after: colon)...]), number > 0,
      isInnermost || result[address] != nil
    else { continue }
    result[address, default: []].append("\(plainPath(words[..<colon])):\(number)")
  }
  return result
}

/// The addresses of the instructions of all functions that have a size.
func instructions(of path: String, with objdump: String = "objdump") throws -> [UInt64] {
  var functions: [Range<UInt64>] = []
  for line in try succeed("nm", ["-S", path]).split(separator: "\n") {
    let words = line.split(separator: " ")
    guard words.count == 4, ["T", "t", "W"].contains(words[2]),
      let start = UInt64(words[0], radix: 16), let size = UInt64(words[1], radix: 16)
    else { continue }
    functions.append(start..<start + size)
  }
  let listing = try succeed(objdump, ["-d", path]).split(separator: "\n")
  return listing.compactMap { line in
    guard line.first == " ", let colon = line.firstIndex(of: ":"),
      let address = UInt64(line[..<colon].drop { $0 == " " }, radix: 16),
      functions.contains(where: { $0.contains(address) })
    else { return nil }
    return address
  }
}

/// The place of a section in its file.
func place(ofSection name: String, in path: String) throws -> Range<Int> {
  let file = try ElfFile(path: FilePath(path))
  let found = file.section(named: name)
  let section = try #require(found)
  return Int(section.offset)..<Int(section.offset + section.size)
}
