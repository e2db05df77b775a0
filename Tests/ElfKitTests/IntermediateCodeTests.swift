import ElfKit
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Code in a compiler's intermediate form is no code that anyone has looked at.
struct IntermediateCodeTests {
  let scratch: TemporaryDirectory

  init() throws {
    scratch = try TemporaryDirectory()
    try scratch.write("code.c", "long twice(long n) { return 2 * n; }\n")
    try scratch.write("more.c", "long thrice(long n) { return 3 * n; }\n")
  }

  /// Compiles `code.c` into an object.
  @discardableResult
  private func object(
    _ name: String, _ compiler: String, _ options: [String], source: String = "code.c"
  ) throws -> String {
    try succeed(compiler, ["-O1", "-c", source, "-o", name] + options, in: scratch.url)
    return scratch.path(name)
  }

  /// The names of what was looked at, and of what could not be; an empty name for the input itself.
  private func look(_ path: String) throws -> (files: [String], unreadable: [UnreadableCode]) {
    var files: [String] = []
    let unreadable = try ElfFile.forEachCode(at: FilePath(path)) { file, member in
      files.append(member ?? "")
    }
    return (files, unreadable)
  }

  @Test(arguments: [
    ("gcc", []), ("gcc", ["-flto", "-ffat-lto-objects"]), ("clang", ["-fembed-bitcode"]),
    ("clang", ["-flto", "-ffat-lto-objects"]),
  ])
  func objectsWithMachineCodeAreLookedAt(compiler: String, options: [String]) throws {
    let (files, unreadable) = try look(try object("code.o", compiler, options))
    #expect(files == [""])
    #expect(unreadable.isEmpty)
    let file = try ElfFile(path: FilePath(scratch.path("code.o")))
    let code = try file.intermediateCode()
    #expect(code?.hasMachineCode == (options.isEmpty ? nil : true))
    #expect(code?.compiler == (options.isEmpty ? nil : compiler == "gcc" ? .gcc : .llvm))
  }

  @Test func slimObjectsOfGccAreNot() throws {
    let path = try object("slim.o", "gcc", ["-flto", "-fno-fat-lto-objects"])
    let (files, unreadable) = try look(path)
    #expect(files.isEmpty)
    #expect(unreadable.map(\.member) == [nil])
    #expect(unreadable.first?.reason.hasPrefix("the code is in GCC's intermediate form") == true)
    // Older ones have only the symbol, whatever the section says.
    let section = try succeed("readelf", ["-SW", path]).split(separator: " ")
      .first { $0.hasPrefix(".gnu.lto_.lto.") }
    try succeed("objcopy", ["--remove-section", String(try #require(section)), path])
    #expect(try look(path).files.isEmpty)
    try succeed("objcopy", ["--strip-symbol", "__gnu_lto_slim", path])
    #expect(try look(path).files == [""])
  }

  @Test(arguments: [["-flto"], ["-flto=thin"], ["--target=x86_64-apple-darwin", "-flto"]])
  func bitcodeIsNot(options: [String]) throws {
    let (files, unreadable) = try look(try object("code.bc", "clang", options))
    #expect(files.isEmpty)
    #expect(unreadable.first?.reason.hasPrefix("the code is LLVM bitcode") == true)
  }

  @Test func membersThatCannotBeLookedAtAreNamed() throws {
    try object("slim.o", "gcc", ["-flto"])
    try object("plain.o", "gcc", [])
    try object("code.bc", "clang", ["-flto"])
    try scratch.write("notes.txt", "not an object\n")
    for thin in ["", "T"] {
      let archive = scratch.path("lib\(thin).a")
      try succeed(
        "ar", ["rcS\(thin)", archive, "slim.o", "plain.o", "code.bc", "notes.txt"], in: scratch.url)
      let (files, unreadable) = try look(archive)
      #expect(files == ["plain.o"])
      #expect(unreadable.map(\.member) == ["slim.o", "code.bc", "notes.txt"])
      #expect(unreadable.last?.reason.hasPrefix("not an ELF file") == true)
    }
  }

  @Test func anArchiveWithoutMembersIsSaid() throws {
    for thin in ["", "T"] {
      try succeed("ar", ["rc\(thin)", scratch.path("empty\(thin).a")])
      let (files, unreadable) = try look(scratch.path("empty\(thin).a"))
      #expect(files.isEmpty)
      #expect(unreadable.count == 1)
      #expect(unreadable.first?.reason.hasPrefix("an archive without members") == true)
      #expect(unreadable.first?.member == nil)
    }
  }

  // MARK: Thin archives

  @Test func membersOfThinArchivesAreFilesBesideThem() throws {
    try FileManager.default.createDirectory(
      at: scratch.url.appendingPathComponent("parts"), withIntermediateDirectories: true)
    let long = "parts/a_name_that_is_longer_than_the_field_of_the_header.o"
    try object(long, "gcc", [])
    try object("more.o", "gcc", [], source: "more.c")
    try succeed("ar", ["rcT", "lib.a", long, "more.o"], in: scratch.url)
    #expect(try look(scratch.path("lib.a")).files == [long, "more.o"])
    // An archive in a thin archive is named with the places of its members.
    try succeed("ar", ["rc", "inner.a", "more.o", long], in: scratch.url)
    try succeed("ar", ["rcT", "outer.a", "more.o", "inner.a"], in: scratch.url)
    #expect(try look(scratch.path("outer.a")).files == ["more.o", "inner.a", "inner.a"])
    try FileManager.default.removeItem(atPath: scratch.path("more.o"))
    do throws(ElfError) {
      _ = try ElfFile.forEachCode(at: FilePath(scratch.path("lib.a"))) { _, _ in }
      Issue.record("a member is missing")
    } catch {
      #expect(error.description.hasPrefix("member more.o: "))
    }
  }

  @Test func damagedThinArchivesAreRefused() throws {
    try object("more.o", "gcc", [], source: "more.c")
    let long = "a_name_that_is_longer_than_the_field_of_the_header.o"
    try object(long, "gcc", [])
    try succeed("ar", ["rcT", "lib.a", long, "more.o"], in: scratch.url)
    let whole = try Data(contentsOf: scratch.url.appendingPathComponent("lib.a"))
    var state: UInt64 = 3
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for round in 0..<600 {
      var bytes = round < whole.count ? whole.prefix(round) : whole
      if round >= whole.count {
        for _ in 0...next(3) {
          bytes[8 + next(whole.count - 8)] = Array(" /0123456789:\n`".utf8)[next(15)]
        }
      }
      try bytes.write(to: scratch.url.appendingPathComponent("damaged.a"))
      do throws(ElfError) {
        _ = try ElfFile.forEachCode(at: FilePath(scratch.path("damaged.a"))) { _, _ in }
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }
}
