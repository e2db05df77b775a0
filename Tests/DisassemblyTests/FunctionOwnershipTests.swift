import Disassembly
import ElfKit
import SystemPackage
import TestSupport
import Testing

/// Which function holds an instruction.
struct FunctionOwnershipTests {
  let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// The functions of the instructions of an x86-64 program, by address; `-` for none.
  private func owners(_ source: String, link: [String] = ["-e", "first"]) throws -> [String] {
    let file = try scratch.write("program.s", ".text\n.globl first\n" + source)
    try succeed(
      "clang", ["--target=x86_64-linux-gnu", "-c", file, "-o", scratch.path("program.o")])
    try succeed("ld.lld", [scratch.path("program.o"), "-o", scratch.path("program")] + link)
    let program = try ElfFile(path: FilePath(scratch.path("program")))
    let scan = try CodeScanner().scan(program).get()
    return scan.sites.map { site in
      site.function.map { String(decoding: $0.name ?? Array("?".utf8), as: UTF8.self) } ?? "-"
    }
  }

  private static let sized = """
    .type first,%function
    first: syscall
      ret
      .size first, .-first

    """

  @Test func aFunctionWithoutSizeOwnsTheCodeUpToTheNext() throws {
    let source =
      Self.sized + """
        .type second,%function
        second: syscall
          ret
          .balign 16
          syscall
          ret
        .type third,%function
        third: syscall
          ret
          .size third, .-third
        fourth: syscall
        """
    #expect(try owners(source) == ["first", "second", "second", "third", "fourth"])
  }

  @Test func codeBehindAFunctionWithASizeIsNotItsOwn() throws {
    #expect(try owners(Self.sized + "  syscall\n  ret\n") == ["first", "-"])
  }

  /// Unwind information of a part of a function says nothing of where it ends.
  @Test func unwindInformationDoesNotEndAFunctionWithoutSize() throws {
    let source =
      Self.sized + """
        .type second,%function
        second:
          .cfi_startproc
          syscall
          .cfi_endproc
          syscall
          ret
        .type third,%function
        third:
          .cfi_startproc
          syscall
          ret
          .cfi_endproc
          .size third, .-third
        """
    #expect(try owners(source) == ["first", "second", "second", "third"])
    // The same by the dynamic symbols of a stripped library.
    let link = ["-shared", "--strip-all", "--export-dynamic"]
    let exported = source + "\n.globl second, third\n"
    #expect(try owners(exported, link: link) == ["first", "second", "second", "third"])
  }

  /// A function that only unwind information knows ends where that says.
  @Test func functionsWithoutSymbolsEndWithTheirUnwindInformation() throws {
    let source = """
      first:
        .cfi_startproc
        syscall
        ret
        .cfi_endproc
        syscall
        ret
      """
    #expect(try owners(source, link: ["-e", "first", "--strip-all"]) == ["?", "-"])
  }

  @Test func aLabelInAFunctionIsNoFunction() throws {
    let source = """
      .type first,%function
      first: syscall
      inner: syscall
        ret
        .size first, .-first
      """
    #expect(try owners(source) == ["first", "first"])
  }
}
