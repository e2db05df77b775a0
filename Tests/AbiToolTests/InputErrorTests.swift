import AbiModel
import AbiTool
import ElfKit
import Findings
import Foundation
import Support
import SystemPackage
import TestSupport
import Testing

/// Callers tell by its code why an input cannot be used, without a look at the words.
@Suite struct InputErrorTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  private func code(_ body: () throws -> Void) -> InputError.Code? {
    do { try body() } catch { return (error as? InputError)?.code }
    return nil
  }

  private func parse(_ text: String) throws -> Abi {
    try AbiParser.parse(Array(text.utf8), path: "x.abi")
  }

  @Test func filesThatCannotBeReadOrWritten() throws {
    let none = FilePath(scratch.path("none"))
    #expect(code { _ = try InputBytes(path: none) } == .cannotRead)
    #expect(code { _ = try InputBytes(path: FilePath(scratch.url.path)) } == .cannotRead)
    #expect(code { _ = try Extraction.extract(from: none) } == .cannotRead)
    let unreachable = none.appending("file")
    #expect(code { try OutputFile(unreachable).write([1]) } == .cannotWrite)
    #expect(code { _ = try OutputNames.names(for: [none, none]) } == .usage)
  }

  @Test func filesThatAreNotWhatIsNeeded() throws {
    let text = FilePath(try scratch.write("text", "no ELF\n"))
    #expect(code { _ = try Extraction.extract(from: text) } == .notElf)
    let library = try Fixtures.compile(
      "int f(void) { return 0; }", as: "libx.so", ["-shared", "-fPIC", "-nostdlib"], in: scratch)
    let whole = try Data(contentsOf: URL(fileURLWithPath: library))
    try whole.prefix(whole.count / 2).write(to: scratch.url.appendingPathComponent("half"))
    #expect(code { _ = try Extraction.extract(from: FilePath(scratch.path("half"))) } == .malformed)
    let object = try Fixtures.compile("int f;", as: "x.o", ["-c"], in: scratch)
    #expect(code { _ = try Extraction.extract(from: FilePath(object)) } == .absent)
  }

  @Test func textsThatCannotBeUnderstood() {
    for text in ["f X\n", "d D\n", "f T\nf T\n", "d D 8 alias=e\n", "\u{7f}ELF"] {
      #expect(code { _ = try parse(text) } == .syntax, "\(text)")
    }
    let allow = Array("f kernel-specific\n".utf8)
    #expect(
      code { _ = try allow.withUnsafeBytes { try AllowFile($0, path: "allow") } } == .syntax)
  }

  @Test func textsThatSayDifferentThings() throws {
    let abi = try parse("f T kernel=nova\n")
    #expect(code { _ = try abi.selection(Abi.Selector(), path: "x.abi") } == .needsSelection)
  }

  /// The reader of ELF has codes of its own.
  @Test func codesOfElfAreMapped() {
    for (elf, expected) in [
      (.unreadable(.noSuchFileOrDirectory), .cannotRead), (.notRegularFile, .cannotRead),
      (.notElf, .notElf), (.archive, .notElf), (.truncated, .malformed), (.malformed, .malformed),
      (.limit, .limit), (.absent, .absent),
    ] as [(ElfError.Code, InputError.Code)] {
      let error = InputError(path: "x", ElfError(elf, "what is wrong"))
      #expect(error.code == expected)
      #expect(error.description == "x: what is wrong")
    }
  }
}
