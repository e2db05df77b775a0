import Foundation
import TestSupport
import Testing

/// The lines that `abitool taint` prints are those of addr2line.
struct TaintLineTests {
  let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// Each system call as `FILE:LINE`, by address.
  private func lines(_ path: String) throws -> [String: String] {
    let calls = try TaintFindings([path]).with("system-call")
    try #require(!calls.isEmpty)
    return Dictionary(
      uniqueKeysWithValues: calls.map { ($0.address, "\($0.file):\($0.line ?? 0)") })
  }

  /// The same by another tool. The first line of `-i` is that of the code.
  private func lines(_ path: String, of addresses: [String], by tool: String) throws
    -> [String: String]
  {
    let text = addresses.joined(separator: "\n") + "\n"
    let outcome = try run(tool, ["-i", "-a", "-e", path], input: Data(text.utf8))
    try #require(outcome.status == 0)
    var result: [String: String] = [:]
    var address = ""
    for line in outcome.lines {
      if line.hasPrefix("0x"), let number = UInt64(line.dropFirst(2), radix: 16) {
        address = "0x" + String(number, radix: 16)
      } else if result[address] == nil {
        let place = line.split(separator: " ")[0]
        let isKnown = !place.hasPrefix("??:") && !place.hasSuffix(":0") && !place.hasSuffix(":?")
        result[address] = isKnown ? plainPath(place) : "\(path):0"
      }
    }
    return result
  }

  /// - Parameter tools: GNU addr2line 2.40 takes the first file of DWARF 5 for the second, where a
  ///   program sets none, so LLVM's is asked about that.
  private func check(_ path: String, with tools: [String]) throws {
    let ours = try lines(path)
    for tool in tools {
      #expect(try lines(path, of: ours.keys.sorted(), by: tool) == ours, "\(path), \(tool)")
    }
  }

  @Test func linesOfTheFixtureLinkersAreRight() throws {
    let out = scratch.path("ld")
    let archs = ["x86_64", "arm_v8a"]
    let made = try run(
      "make",
      [
        "-s", "-j2", "-C", packageRoot.appendingPathComponent("fixtures/ld").path, "OUT=\(out)",
        "DEBUG=1", "ARCHS=\(archs.joined(separator: " "))",
      ])
    try #require(made.status == 0, "\(made.errors)")
    for arch in archs {
      for kernel in Fixtures.kernels {
        try check("\(out)/\(arch)/ld-\(kernel).lib.so", with: ["llvm-addr2line"])
      }
    }
  }

  @Test func linesOfHandWrittenAssemblyAreRight() throws {
    let sources = packageRoot.appendingPathComponent("fixtures/taint")
    try succeed("gcc", ["-g", "-c", "x86_64.s", "-o", scratch.path("x86_64.o")], in: sources)
    try succeed("ld", ["-e", "0", scratch.path("x86_64.o"), "-o", scratch.path("x86_64")])
    try check(scratch.path("x86_64"), with: ["addr2line", "llvm-addr2line"])
  }

  @Test(arguments: ["bfd", "gold", "lld", "mold"])
  func linesOfSectionsInAnyOrderAreRight(linker: String) throws {
    let program = scratch.path("program")
    try succeed(
      "gcc",
      [
        "-g", "-gdwarf-4", "-O2", "-ffreestanding", "-ffunction-sections", "-nostdlib", "-static",
        "-fuse-ld=\(linker)", "-Wl,--gc-sections", "order.s", "main.c", "work.c", "other.c", "-o",
        program,
      ] + (linker == "bfd" ? ["-T", "order.ld"] : []),
      in: packageRoot.appendingPathComponent("fixtures/lines"))
    try check(program, with: ["addr2line", "llvm-addr2line"])
  }

  /// GCC puts a row at the end of a function, behind a call that does not return. Where a linker puts
  /// code of another unit there, that has no part in it.
  @Test func linesBehindAForeignFunctionAreRight() throws {
    try scratch.write(
      "left.s",
      """
        .file 1 "left.c"
        .section .text.left_first,"ax"
        .globl left_first
      left_first:
        .loc 1 10 1
        ret
        .loc 1 11 1 is_stmt 1 view v1
        .loc 1 12 1 is_stmt 1 view v2
        .section .text.left_second,"ax"
        .globl left_second
      left_second:
        .loc 1 20 1
        ret
        .section .note.GNU-stack,"",%progbits

      """)
    try scratch.write(
      "mid.c",
      """
      long sys(long n) {
        long r;
        __asm__ volatile ("syscall" : "=a"(r) : "a"(n) : "rcx", "r11", "memory");
        return r;
      }

      """)
    try scratch.write(
      "main.c",
      """
      long sys(long); void left_first(void); void left_second(void);
      void _start(void) { left_first(); left_second(); sys(60); for (;;); }

      """)
    try scratch.write(
      "order.ld",
      """
      SECTIONS {
        . = 0x401000;
        .text : { *(.text.left_first) *(.text.sys) *(.text.left_second) *(.text*) }
      }

      """)
    try succeed(
      "gcc", ["-g", "-O2", "-ffunction-sections", "-c", "left.s", "mid.c", "main.c"],
      in: scratch.url)
    try succeed(
      "ld", ["-T", "order.ld", "main.o", "mid.o", "left.o", "-o", "program"], in: scratch.url)
    try check(scratch.path("program"), with: ["addr2line", "llvm-addr2line"])
    #expect(try lines(scratch.path("program")).values.map { $0.hasSuffix("mid.c:3") } == [true])
  }

  @Test func linesOfSplitOffDwarfAreFound() throws {
    let program = try Fixtures.compile(
      "void entry(void) { long n = 1; asm volatile(\"syscall\" : \"+a\"(n)); }", as: "program",
      ["-g", "-nostdlib", "-static", "-Wl,-e,entry"], in: scratch)
    let whole = try lines(program)
    try succeed("objcopy", ["--only-keep-debug", program, scratch.path("program.debug")])
    try succeed("strip", [program])
    try succeed(
      "objcopy", ["--add-gnu-debuglink=\(scratch.path("program.debug"))", program])
    #expect(try lines(program) == whole)
    #expect(whole.values.allSatisfy { $0.hasSuffix("program.c:1") })
  }
}
