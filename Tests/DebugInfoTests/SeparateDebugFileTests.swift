import DebugInfo
import Foundation
import SystemPackage
import TestSupport
import Testing

/// DWARF that was split off is found where debuggers look for it, and nothing else is taken for it.
struct SeparateDebugFileTests {
  let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// A stripped program, its addresses with their lines, and its DWARF in `lines.debug`.
  private func split(_ options: [String] = []) throws -> (path: String, lines: [UInt64: [String]]) {
    let path = try buildLines("gcc", ["-O2", "-Wl,--build-id"] + options, in: scratch)
    let lines = try frames(of: instructions(of: path), in: path)
    try succeed("objcopy", ["--only-keep-debug", path, scratch.path("lines.debug")])
    try succeed("strip", [path])
    return (path, lines)
  }

  private func link(_ path: String) throws {
    try succeed(
      "objcopy", ["--add-gnu-debuglink=\(scratch.path("lines.debug"))", path], in: scratch.url)
  }

  private func move(_ name: String, to other: String) throws {
    let target = scratch.url.appendingPathComponent(other)
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.moveItem(at: scratch.url.appendingPathComponent(name), to: target)
  }

  @Test(arguments: ["lines.debug", ".debug/lines.debug"])
  func theFileOfTheDebugLinkIsFound(place: String) throws {
    let (path, lines) = try split(["-Wl,--build-id=none"])
    try link(path)
    if place != "lines.debug" { try move("lines.debug", to: place) }
    #expect(!lines.isEmpty)
    #expect(try frames(of: Array(lines.keys), in: path) == lines)
    // By way of a symbolic link, too.
    try FileManager.default.createDirectory(
      at: scratch.url.appendingPathComponent("bin"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("bin/link"), withDestinationPath: path)
    #expect(try frames(of: Array(lines.keys), in: scratch.path("bin/link")) == lines)
  }

  @Test func debugDirectoriesHaveFilesByPath() throws {
    let (path, lines) = try split(["-Wl,--build-id=none"])
    try link(path)
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent().path
    try move("lines.debug", to: "root\(real)/lines.debug")
    #expect(
      try frames(
        of: Array(lines.keys), in: path, debugDirectories: [FilePath(scratch.path("root"))])
        == lines)
  }

  @Test func debugDirectoriesHaveFilesByBuildID() throws {
    let (path, lines) = try split()
    let notes = try succeed("readelf", ["-n", path])
    let id =
      try #require(notes.split(separator: "\n").first { $0.contains("Build ID") })
      .split(separator: " ").last.map(String.init) ?? ""
    try move("lines.debug", to: "root/.build-id/\(id.prefix(2))/\(id.dropFirst(2)).debug")
    let root = FilePath(scratch.path("root"))
    #expect(try frames(of: Array(lines.keys), in: path, debugDirectories: [root]) == lines)
    #expect(try reasonNotKnown(path)?.cause == .absent)
  }

  @Test func anotherFileOfTheSameNameIsNone() throws {
    let (path, _) = try split(["-Wl,--build-id=none"])
    try link(path)
    #expect(try reasonNotKnown(path) == nil)
    let handle = try FileHandle(forWritingTo: scratch.url.appendingPathComponent("lines.debug"))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data([0]))
    try handle.close()
    let reason = try #require(try reasonNotKnown(path))
    #expect(reason.cause == .absent)
    #expect(reason.reason == "no DWARF; it was split off into lines.debug, which is not there")
  }

  /// A pipe of the name of the debug file is not waited for.
  @Test func whatIsNoRegularFileIsNone() throws {
    let (path, _) = try split()
    try link(path)
    try FileManager.default.removeItem(atPath: scratch.path("lines.debug"))
    try succeed("mkfifo", [scratch.path("lines.debug")])
    #expect(try reasonNotKnown(path)?.cause == .absent)
  }

  // MARK: Supplementary files

  /// Writes `.gnu_debugaltlink`: a path and a build ID.
  private func addSupplementaryLink(_ name: String, _ id: [UInt8], to path: String) throws {
    try Data(Array(name.utf8) + [0] + id).write(to: scratch.url.appendingPathComponent("altlink"))
    try succeed(
      "objcopy", ["--add-section", ".gnu_debugaltlink=\(scratch.path("altlink"))", path])
  }

  @Test func theSupplementaryFileIsNeeded() throws {
    let other = try buildLines("gcc", ["-Wl,--build-id=0x0102030405060708"], in: scratch)
    try move("lines", to: "common.debug")
    let path = try buildLines("gcc", ["-O2"], in: scratch)
    let lines = try frames(of: instructions(of: path), in: path)
    try addSupplementaryLink("common.debug", Array(1...8), to: path)
    #expect(try frames(of: Array(lines.keys), in: path) == lines)
    #expect(other == path)
    // Another build ID.
    try succeed("objcopy", ["--remove-section", ".gnu_debugaltlink", path])
    try addSupplementaryLink("common.debug", Array(2...9), to: path)
    let reason = try #require(try reasonNotKnown(path))
    #expect(reason.cause == .supplementary)
    #expect(reason.reason.contains("common.debug"))
    // A pipe, for which libdw would wait.
    try FileManager.default.removeItem(atPath: scratch.path("common.debug"))
    try succeed("mkfifo", [scratch.path("common.debug")])
    #expect(try reasonNotKnown(path)?.cause == .supplementary)
  }
}
