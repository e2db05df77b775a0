import AbiModel
import AbiTool
import Findings
import Support
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Files that are cut or damaged end in an ABI or in an error: never a crash, a hang or a heap of
/// memory.
@Suite(.serialized)
struct HostileInputTests {
  @Test(arguments: ["x86_64", "arm_v7a"])
  func everyTruncationIsRefused(arch: String) throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: Fixtures.ld(kernel: "nova", arch: arch)))
    let scratch = try TemporaryDirectory()
    for length in stride(from: 0, to: whole.count, by: 64) {
      #expect(
        try extract(whole.prefix(length), scratch) == false, "cut to \(length) bytes, and taken")
    }
  }

  /// The section headers are at the end: without them the loaded part must be whole.
  @Test func everyTruncationWithoutSectionHeadersIsRefusedOrWhole() throws {
    var whole = try Data(contentsOf: URL(fileURLWithPath: Fixtures.ld(kernel: "hw")))
    ElfImage.stripSectionHeaders(&whole)
    let loaded = ElfImage.endOfLoadedPart(whole)
    let scratch = try TemporaryDirectory()
    for length in stride(from: 0, to: whole.count, by: 64) {
      #expect(try extract(whole.prefix(length), scratch) == (length >= loaded), "\(length)")
    }
  }

  @Test(arguments: [
    ("x86_64", false), ("x86_64", true), ("arm_v7a", false), ("riscv64", true),
  ])
  func randomDamageIsSurvived(arch: String, stripped: Bool) throws {
    var whole = try Data(contentsOf: URL(fileURLWithPath: Fixtures.ld(kernel: "linux", arch: arch)))
    if stripped { ElfImage.stripSectionHeaders(&whole) }
    let places = ElfImage.tables(of: whole)
    let scratch = try TemporaryDirectory()
    var random = SplitMix64(state: 42)
    var taken = 0
    for _ in 0..<2500 {
      var damaged = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        guard let place = places.randomElement(using: &random), !place.isEmpty else { continue }
        let offset = Int.random(in: place, using: &random)
        let value: UInt8 =
          [0, 0xff, 0x7f, 0x80, UInt8.random(in: 0...255, using: &random)]
          .randomElement(using: &random) ?? 0
        damaged[offset] = value
      }
      if try extract(damaged, scratch) { taken += 1 }
    }
    // Damage to a size or a binding leaves a readable file.
    #expect(taken > 0 && taken < 2500)
  }

  /// Names that all end in one huge string would make a text of gigabytes.
  @Test func overlappingNamesAreRefused() throws {
    let scratch = try TemporaryDirectory()
    let source =
      (0..<400).map { "int f\($0);" }.joined(separator: "\n")
      + "\nint \(String(repeating: "x", count: 20000));"
    let library = try Fixtures.compile(source, as: "lib.so", ["-shared"], in: scratch)
    var image = try Data(contentsOf: URL(fileURLWithPath: library))
    let long = try #require(image.range(of: Data(String(repeating: "x", count: 20000).utf8)))
    ElfImage.nameAllSymbols(&image, at: long.lowerBound)
    #expect(try extract(image, scratch) == false)
  }

  /// Whether extraction takes an image. What it takes is a text that can be read again.
  private func extract(_ image: Data, _ scratch: TemporaryDirectory) throws -> Bool {
    let path = scratch.path("image")
    try image.write(to: URL(fileURLWithPath: path))
    var isTaken = false
    let time = try cpuTime {
      for profile in Extraction.Profile.allCases {
        var options = Extraction.Options()
        options.profile = profile
        do {
          let result = try Extraction.extract(from: FilePath(path), options: options)
          let text = AbiPrinter(result.abi).text()
          // No small file stands for a huge text.
          #expect(text.count < 64 * image.count + 1 << 20)
          // A name can be there twice; all else of the text is right.
          _ = try text.withUnsafeBytes { try AbiParser.parseWithFlaws($0, path: "text") }
          isTaken = true
        } catch let error as InputError {
          #expect(error.path == path, "\(error)")
          #expect(!error.message.contains("\n"))
        }
      }
    }
    #expect(time < hang)
    return isTaken
  }
}

/// Just enough of a little-endian ELF image to damage it on purpose.
enum ElfImage {
  static func is64(_ image: Data) -> Bool { image[4] == 2 }

  static func word(_ image: Data, _ offset: Int, _ size: Int) -> Int {
    (0..<size).reduce(0) { $0 | Int(image[offset + $1]) << (8 * $1) }
  }

  static func set(_ image: inout Data, _ offset: Int, _ size: Int, _ value: Int) {
    for index in 0..<size {
      image[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
  }

  /// Sets `e_shoff`, `e_shnum` and `e_shstrndx` to 0.
  static func stripSectionHeaders(_ image: inout Data) {
    let wide = is64(image)
    set(&image, wide ? 40 : 32, wide ? 8 : 4, 0)
    set(&image, wide ? 60 : 48, 2, 0)
    set(&image, wide ? 62 : 50, 2, 0)
  }

  static func segments(_ image: Data) -> [(type: Int, offset: Int, size: Int)] {
    let wide = is64(image)
    let table = word(image, wide ? 32 : 28, wide ? 8 : 4)
    return (0..<word(image, wide ? 56 : 44, 2)).map { index in
      let at = table + index * (wide ? 56 : 32)
      return wide
        ? (word(image, at, 4), word(image, at + 8, 8), word(image, at + 32, 8))
        : (word(image, at, 4), word(image, at + 4, 4), word(image, at + 16, 4))
    }
  }

  static func endOfLoadedPart(_ image: Data) -> Int {
    segments(image).filter { $0.type == 1 }.map { $0.offset + $0.size }.max() ?? 0
  }

  static func sections(_ image: Data) -> [(type: Int, offset: Int, size: Int)] {
    let wide = is64(image)
    let table = word(image, wide ? 40 : 32, wide ? 8 : 4)
    guard table > 0 else { return [] }
    return (0..<word(image, wide ? 60 : 48, 2)).map { index in
      let at = table + index * (wide ? 64 : 40)
      return wide
        ? (word(image, at + 4, 4), word(image, at + 24, 8), word(image, at + 32, 8))
        : (word(image, at + 4, 4), word(image, at + 16, 4), word(image, at + 20, 4))
    }
  }

  /// ELF header, program headers, section headers, dynamic section, symbols, strings, hash tables
  /// and version tables.
  static func tables(of image: Data) -> [Range<Int>] {
    let wide = is64(image)
    var result = [4..<(wide ? 64 : 52)]
    let programHeaders = word(image, wide ? 32 : 28, wide ? 8 : 4)
    result.append(
      programHeaders..<programHeaders + word(image, wide ? 56 : 44, 2) * (wide ? 56 : 32))
    for segment in segments(image) where segment.type == 2 {
      result.append(segment.offset..<segment.offset + segment.size)
    }
    let sectionTypes: Set = [3, 5, 6, 11, 0x6fff_fff6, 0x6fff_fffd, 0x6fff_fffe, 0x6fff_ffff]
    for section in sections(image) where sectionTypes.contains(section.type) {
      result.append(section.offset..<section.offset + section.size)
    }
    if sections(image).isEmpty {
      // All that the dynamic linker reads comes before the code.
      result.append((wide ? 64 : 52)..<min(image.count, 0x4000))
    } else {
      let table = word(image, wide ? 40 : 32, wide ? 8 : 4)
      result.append(table..<image.count)
    }
    return result
  }

  /// Makes the string at a file offset the name of every dynamic symbol of a 64-bit image.
  static func nameAllSymbols(_ image: inout Data, at offset: Int) {
    let all = sections(image)
    guard let symbols = all.first(where: { $0.type == 11 }),
      let strings = all.first(where: {
        $0.type == 3 && $0.offset <= offset && offset < $0.offset + $0.size
      })
    else { return }
    for entry in stride(from: symbols.offset + 24, to: symbols.offset + symbols.size, by: 24) {
      set(&image, entry, 4, offset - strings.offset)
    }
  }
}
