import Foundation
import TestSupport
import Testing

/// `abitool taint` finds the instructions that enter a kernel, and nothing that only looks like one.
struct TaintInstructionTests {
  let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// The lines `expect: FUNCTION: INSTRUCTION` of a fixture.
  private func expectations(_ word: String, _ arch: String) throws -> [String] {
    let path = packageRoot.appendingPathComponent("fixtures/taint/\(arch).s")
    return try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
      .filter { $0.hasPrefix("// \(word): ") }
      .map { String($0.dropFirst(word.count + 5)) }.sorted()
  }

  @Test(arguments: Fixtures.archs)
  func everyInstructionIsFoundAndNoDecoy(arch: String) throws {
    let program = try Fixtures.taint(arch: arch, in: scratch)
    let found = try TaintFindings([program])
    #expect(found.status == 1)
    #expect(
      found.instructions.map { "\($0.symbol): \($0.instruction)" }.sorted()
        == (try expectations("expect", arch)))
    #expect(found.instructions.allSatisfy { !$0.isPlainSweep })
  }

  /// Code is read in words, and without section headers its end is that of a segment.
  @Test func codeMayEndWithinAnInstruction() throws {
    let program = scratch.path("program")
    try scratch.write("odd.s", ".globl f\nf: svc #0\nret\n.skip 6, 0xff\n.byte 1\n")
    try succeed(
      "clang", ["--target=aarch64-linux-gnu", "-c", "odd.s", "-o", "odd.o"], in: scratch.url)
    try succeed("ld.lld", ["-e", "0", "odd.o", "-o", program], in: scratch.url)
    try succeed("llvm-objcopy", ["--strip-sections", program])
    let found = try TaintFindings([program])
    #expect(found.status == 1, "\(found.errors)")
    #expect(found.instructions.map { $0.instruction } == ["svc #0"])
    #expect(found.instructions.allSatisfy { $0.isPlainSweep })
  }

  @Test(arguments: ["x86_64", "x86_32"])
  func privilegedInstructionsAreFoundOnDemand(arch: String) throws {
    let program = try Fixtures.taint(arch: arch, in: scratch)
    let found = try TaintFindings(["--privileged", program])
    #expect(
      found.with("privileged-instruction").map { "\($0.symbol): \($0.instruction)" }.sorted()
        == (try expectations("privileged", arch)))
    #expect(try TaintFindings([program]).with("privileged-instruction").isEmpty)
  }

  /// Unwind information tells where functions are when no symbol does. What it does not tell is
  /// marked.
  @Test(arguments: Fixtures.archs)
  func strippedProgramsShowTheSameInstructions(arch: String) throws {
    let plain = try TaintFindings([try Fixtures.taint(arch: arch, in: scratch)]).instructions
    let stripped = try TaintFindings([
      try Fixtures.taint(arch: arch, link: ["--strip-all"], in: scratch)
    ]).instructions
    let missing = Set(plain.map(\.address)).subtracting(stripped.map(\.address))
    #expect(missing.isEmpty)
    let certain = stripped.filter { !$0.isPlainSweep }.map(\.address)
    #expect(Set(certain).isSubset(of: plain.map(\.address)))
    #expect(stripped.allSatisfy { $0.symbol.isEmpty })
  }

  @Test func withoutSectionHeadersAllIsMarked() throws {
    let program = try Fixtures.taint(arch: "x86_64", in: scratch)
    let plain = try TaintFindings([program]).instructions
    try succeed("llvm-objcopy", ["--strip-sections", program, scratch.path("bare")])
    let bare = try TaintFindings(["--privileged", scratch.path("bare")]).instructions
    #expect(Set(plain.map(\.address)).isSubset(of: bare.map(\.address)))
    #expect(bare.allSatisfy { $0.isPlainSweep })
  }

  @Test func objectsAndArchivesAreReadBySection() throws {
    _ = try Fixtures.taint(arch: "x86_64", in: scratch)
    let object = try TaintFindings([scratch.path("x86_64.o")])
    #expect(
      object.instructions.map { "\($0.symbol): \($0.instruction)" }.sorted()
        == (try expectations("expect", "x86_64")))
    #expect(object.instructions.allSatisfy { $0.address.hasPrefix(".text+0x") })
    try succeed("llvm-ar", ["crs", scratch.path("lib.a"), scratch.path("x86_64.o")])
    let archive = try TaintFindings([scratch.path("lib.a")])
    #expect(archive.instructions.count == object.instructions.count)
    #expect(archive.instructions.first?.file == scratch.path("lib.a") + "(x86_64.o)")
  }

  private static let mnemonics: Set = [
    "syscall", "sysenter", "int", "svc", "hvc", "smc", "ecall",
  ]

  /// Each fixture linker shows exactly the functions that its source has.
  @Test(arguments: Fixtures.kernels, Fixtures.archs)
  func fixtureLinkersAgreeWithLlvm(kernel: String, arch: String) throws {
    let library = try Fixtures.ld(kernel: kernel, arch: arch)
    let expected = try disassembled(library, with: "llvm-objdump", Self.mnemonics)
    let found = try TaintFindings([library])
    #expect(found.status == 1)
    #expect(!expected.isEmpty)
    #expect(found.instructions.map(\.address).sorted() == expected.map(\.address).sorted())
    #expect(Set(found.instructions.map(\.symbol)) == Set(expected.map(\.function)))
    let native = ["nova": "nova_native_hypercall", "hw": "hw_native_entry", "linux": "lx_syscall"]
    #expect(found.instructions.contains { $0.symbol == native[kernel] })
  }

  @Test func theCLibraryAgreesWithObjdump() throws {
    let library = try systemLibrary("libc.so.6")
    let expected = try disassembled(library, with: "objdump", Self.mnemonics)
    let found = try TaintFindings([library]).instructions
    #expect(expected.count > 100)
    #expect(found.map(\.address).sorted() == expected.map(\.address).sorted())
    // objdump gives the last symbol, whether or not the address lies in it; where both name one and
    // it has no version, they agree.
    let named = Dictionary(expected.map { ($0.address, $0.function) }) { first, _ in first }
    let syscall = found.filter { $0.symbol == "syscall" }
    #expect(!syscall.isEmpty)
    for site in syscall {
      #expect(named[site.address]?.hasPrefix("syscall@@") == true)
    }
  }

  @Test func staticProgramsAgreeWithObjdump() throws {
    let program = "/bin/busybox"
    let expected = try disassembled(program, with: "objdump", Self.mnemonics)
    let found = try TaintFindings([program])
    #expect(found.status == 1)
    #expect(found.instructions.map(\.address).sorted() == expected.map(\.address).sorted())
    #expect(found.with("foreign-interpreter").isEmpty)
  }

  /// abitool itself is written in Swift and has no system call of its own.
  @Test func swiftProgramsAreRead() throws {
    let found = try TaintFindings([abitoolPath])
    #expect(found.status == 1)
    #expect(found.instructions.isEmpty)
    #expect(found.with("foreign-interpreter").count == 1)
    #expect(found.with("os-note").count == 1)
  }
}
