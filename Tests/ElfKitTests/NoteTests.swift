import SystemPackage
import TestSupport
import Testing

@testable import ElfKit

/// Notes, and sections of their type that hold something else.
@Suite struct NoteTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  @Test func freeTextInANoteSectionSaysNothingOfTheRest() throws {
    let path = try Fixtures.compile(
      """
      __asm__(".section .note.own, \\"a\\", %note\\n.ascii \\"this is free text, no note at all\\"\\n"
              ".section .note.other, \\"a\\", %note\\n.balign 4\\n.long 4, 4, 77\\n.ascii \\"OWN\\\\0\\"\\n.long 5");
      int f(void) { return 0; }
      """, as: "lib.so", ["-shared", "-fPIC", "-Wl,--build-id"], in: scratch)
    let file = try ElfFile(path: FilePath(path))
    let notes = file.readNotes()
    #expect(notes.unreadable.map(\.place) == ["section .note.own"])
    #expect(notes.contains(owner: "GNU", type: 3) && notes.contains(owner: "OWN", type: 77))
    let hasNote = file.hasNote(owner: "OWN", type: 77)
    #expect(hasNote)
    #expect(throws: ElfError.self) { _ = try file.notes() }
    #expect(try dynamicSymbols(of: path).contains { $0.name == "f" })
  }

  @Test(arguments: ["x86_64-linux-gnu", "i686-linux-gnu", "aarch64-linux-gnu"])
  func propertiesAreRead(target: String) throws {
    let is64 = !target.hasPrefix("i686")
    let pad = is64 ? ".balign 8" : ""
    let source = try scratch.write(
      "p.s",
      """
      .section .note.gnu.property, "a", %note
      .balign \(is64 ? 8 : 4)
      .long 4, \(is64 ? 16 : 12), 5
      .asciz "GNU"
      .long 0xb0008000, 4, 1
      \(pad)
      .text
      .globl f
      f: .long 0
      """)
    try succeed("clang", ["--target=\(target)", "-c", source, "-o", scratch.path("p.o")])
    let file = try ElfFile(path: FilePath(scratch.path("p.o")))
    let properties = try file.gnuProperties()
    #expect(properties.map(\.kind) == [.needed])
    #expect(properties.first?.number == GnuProperty.indirectExternAccess)
  }
}
