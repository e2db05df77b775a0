import DebugInfo
import ElfKit
import Foundation
import SystemPackage
import TestSupport
import Testing

/// The lines of code, and of the calls by which it was inlined, are those that addr2line prints.
struct LineAgreementTests {
  let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// GNU addr2line 2.40 takes the first file of DWARF 5 for the second, where a program sets none,
  /// so LLVM's is asked as well, and GNU's about the other versions.
  private func check(_ path: String, with tools: [String], objdump: String = "objdump") throws {
    let addresses = try instructions(of: path, with: objdump)
    try #require(addresses.count > 50)
    let ours = try frames(of: addresses, in: path)
    for tool in tools {
      let theirs = try frames(of: addresses, in: path, by: tool)
      for address in addresses where ours[address] != theirs[address] {
        Issue.record(
          """
          0x\(String(address, radix: 16)): \(ours[address] ?? []), \
          \(tool) has \(theirs[address] ?? [])
          """)
      }
    }
    // Something was inlined through three functions.
    #expect(ours.values.contains { $0.count >= 4 })
  }

  @Test(arguments: [
    ["-O0"], ["-O2"], ["-Os"], ["-O2", "-ffunction-sections"], ["-O2", "-flto"],
    ["-O2", "-gdwarf64"], ["-O2", "-gz=zlib"],
  ])
  func gccsLinesAgree(options: [String]) throws {
    try check(buildLines("gcc", options, in: scratch), with: ["llvm-addr2line"])
  }

  @Test(arguments: [
    ["-gdwarf-2"], ["-gdwarf-3"], ["-gdwarf-4"], ["-gdwarf-4", "-flto"],
    ["-gdwarf-4", "-ffunction-sections"], ["-gdwarf-4", "-gz=zlib-gnu"],
  ])
  func olderDwarfsLinesAgree(options: [String]) throws {
    try check(
      buildLines("gcc", ["-O2"] + options, in: scratch), with: ["addr2line", "llvm-addr2line"])
  }

  @Test(arguments: ["bfd", "gold", "lld", "mold"])
  func linesAgreeWhereSectionsAreDropped(linker: String) throws {
    let path = try buildLines(
      "gcc", ["-O2", "-ffunction-sections", "-gdwarf-4", "-fuse-ld=\(linker)"],
      link: ["-Wl,--gc-sections"],
      in: scratch)
    let symbols = try succeed("nm", [path])
    #expect(!symbols.contains(" unused") && symbols.contains(" work"))
    try check(path, with: ["addr2line", "llvm-addr2line"])
  }

  @Test(arguments: [
    ["-O0"], ["-O2"], ["-O2", "-ffunction-sections"], ["-O2", "-gdwarf-4"],
  ])
  func clangsLinesAgree(options: [String]) throws {
    try check(
      buildLines("clang", options + ["-fuse-ld=lld"], in: scratch), with: ["llvm-addr2line"])
  }

  @Test(arguments: ["aarch64-linux-gnu", "riscv64-linux-gnu"])
  func linesOfOtherArchitecturesAgree(target: String) throws {
    // The linker of LLVM 14 does not know how LLVM 21 writes differences in DWARF 5 of RISC-V.
    let path = try buildLines(
      "clang", ["--target=\(target)", "-O1", "-gdwarf-4", "-fuse-ld=lld"], in: scratch)
    try check(path, with: ["llvm-addr2line"], objdump: "llvm-objdump")
  }

  /// The lines are in the program, the names of units and what was inlined are not.
  @Test func splitUnitsHaveLinesAndNames() throws {
    let path = scratch.path("split")
    let options = ["-g", "-O2", "-ffreestanding", "-nostdlib", "-static"]
    for name in ["main", "work", "other"] {
      let source = lineFixtures.appendingPathComponent("\(name).c").path
      try succeed(
        "gcc", options + ["-gsplit-dwarf", "-c", source, "-o", "\(name).o"], in: scratch.url)
    }
    try succeed(
      "gcc", options + ["main.o", "work.o", "other.o", "-o", path], in: scratch.url)
    let addresses = try instructions(of: path)
    let theirs = try frames(of: addresses, in: path, by: "llvm-addr2line")
    // libdw would open what the program names, and wait.
    for name in ["main", "work", "other"] {
      try FileManager.default.removeItem(atPath: scratch.path("\(name).dwo"))
      try succeed("mkfifo", [scratch.path("\(name).dwo")])
    }
    let ours = try frames(of: addresses, in: path)
    #expect(ours.count > 50)
    #expect(ours == theirs.mapValues { [$0[0]] })
    let file = try ElfFile(path: FilePath(path))
    let names = try DebugInfo.with(file) { info throws(DebugInfo.NotKnown) in
      var names: [String] = []
      try info.forEachUnit { unit in names.append(unit.name) }
      return names
    }
    #expect(names.map { ($0 as NSString).lastPathComponent } == ["main.c", "work.c", "other.c"])
  }

  /// A row at the end of a sequence belongs to no code, whichever comes next: of another unit, or of
  /// the same one. libdw sorts it behind the end, and gives it both.
  @Test func rowsAtTheEndOfASequenceHaveNoCode() throws {
    let path = try buildLines(
      "gcc", ["-O2", "-ffunction-sections"], link: ["-T", "order.ld"],
      sources: ["order.s", "main.c", "work.c", "other.c"], in: scratch)
    try check(path, with: ["addr2line", "llvm-addr2line"])
    let functions = ["order_first": 20, "order_second": 30, "order_third": 40, "order_last": 10]
    let symbols = try succeed("nm", [path]).split(separator: "\n")
    for (name, line) in functions {
      let symbol = try #require(symbols.first { $0.hasSuffix(" \(name)") })
      let address = try #require(UInt64(symbol.prefix { $0 != " " }, radix: 16))
      let file = plainPath(lineFixtures.appendingPathComponent("order.c").path)
      #expect(try frames(of: [address], in: path)[address] == ["\(file):\(line)"])
    }
  }
}
