import DebugInfo
import Foundation
import TestSupport
import Testing

/// Compressed DWARF is read, or it is said that it cannot be.
struct CompressionTests {
  let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  private func compressed(_ method: String) throws -> (path: String, lines: [UInt64: [String]]) {
    let path = try buildLines("gcc", ["-O2"], in: scratch)
    let lines = try frames(of: instructions(of: path), in: path)
    try succeed(
      "objcopy", ["--compress-debug-sections=\(method)", path, scratch.path(method)])
    return (scratch.path(method), lines)
  }

  @Test(arguments: ["zlib-gabi", "zlib-gnu"])
  func zlibIsRead(method: String) throws {
    let (path, lines) = try compressed(method)
    #expect(!lines.isEmpty)
    #expect(try frames(of: Array(lines.keys), in: path) == lines)
  }

  /// libelf reads it from elfutils 0.189 on, where it was built with zstd.
  @Test func zstdIsReadOrNotKnown() throws {
    let (path, lines) = try compressed("zstd")
    if let reason = try reasonNotKnown(path) {
      #expect(reason.cause == .compression)
      #expect(reason.reason.contains("is compressed with zstd"))
      #expect(!reason.reason.contains("malformed"))
    } else {
      #expect(try frames(of: Array(lines.keys), in: path) == lines)
    }
  }

  /// `ch_type` and `ch_size` of `.debug_info`.
  private func changed(_ path: String, at offset: Int, to bytes: [UInt8]) throws -> String {
    var image = try Data(contentsOf: URL(fileURLWithPath: path))
    let start = try place(ofSection: ".debug_info", in: path).lowerBound + offset
    image.replaceSubrange(start..<start + bytes.count, with: bytes)
    try image.write(to: scratch.url.appendingPathComponent("changed"))
    return scratch.path("changed")
  }

  @Test func unknownMethodsAreNotKnown() throws {
    let (path, _) = try compressed("zlib-gabi")
    let reason = try #require(try reasonNotKnown(try changed(path, at: 0, to: [77, 0, 0, 0])))
    #expect(reason.cause == .compression)
    #expect(reason.reason.contains("ch_type 77"))
  }

  /// No memory is asked for before the size is compared with that of the file.
  @Test func aSmallFileDoesNotHoldGigabytes() throws {
    let (path, _) = try compressed("zlib-gabi")
    for size: [UInt8] in [[0, 0, 0, 0, 1, 0, 0, 0], Array(repeating: 0xff, count: 8)] {
      let reason = try #require(try reasonNotKnown(try changed(path, at: 8, to: size)))
      #expect(reason.cause == .malformed)
      #expect(reason.reason.contains("says to have"))
    }
  }
}
