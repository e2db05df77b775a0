import ElfKit
import Foundation
import SystemPackage
import TestSupport
import Testing

/// A stub that is written without tools is the stub that an assembler and a linker make.
struct StubWriterTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// Everything that can be said of the symbols but their addresses, in the order of the file.
  private func symbols(of stub: String) throws -> [String] {
    let file = try ElfFile(path: FilePath(stub))
    let versions = try file.symbolVersions().definitions
    return try file.withDynamicSymbols { table throws(ElfError) in
      var result: [String] = []
      for index in 1..<table.count {
        let symbol = try table.symbol(at: index)
        // GNU ld adds section symbols for some machines.
        if symbol.binding == .local { continue }
        let name = String(decoding: table.name(of: symbol), as: UTF8.self)
        // GNU ld defines an absolute symbol for each version node.
        if symbol.placement == .absolute, versions.contains(where: { $0.name == Array(name.utf8) })
        {
          continue
        }
        let version = versions.first { $0.index == symbol.versionIndex && !$0.isBase }
        result.append(
          """
          \(name) \(symbol.isHiddenVersion ? "@" : "@@")\(version.map { "\($0.name)" } ?? "") \
          \(symbol.binding) \(symbol.type) \(symbol.other) \(symbol.placement) \(symbol.size)
          """)
      }
      return result
    }
  }

  /// The names of sections are promised by docs/stubs.md: build systems and tools go by them.
  @Test func sectionsAreThoseOfTheDocumentation() throws {
    let abi = try scratch.write(
      "all.abi",
      """
      #%abi 1
      bss B 8
      data D 8
      function T
      own D 8 tls
      own_zero B 8 tls
      read R 8
      relro D 8 relro

      """)
    let page = try String(
      contentsOf: packageRoot.appendingPathComponent("docs/stubs.md"), encoding: .utf8)
    let rows = page.split(separator: "\n").map {
      $0.split(separator: "|").map { $0.split(separator: "`") }
    }
    let table = rows.drop { $0.count != 3 || $0[1].first != " in a library " }.dropFirst(2)
      .prefix { $0.count == 3 }
    #expect(table.count == 7)
    for (column, name) in [(1, "all.so"), (2, "all.o"), (2, "all.s")] {
      let output = scratch.path(name)
      try abitoolSucceeds(["stub", abi, "--arch", "x86_64", "-o", output])
      let sections =
        name.hasSuffix(".s")
        ? try String(contentsOfFile: output, encoding: .utf8)
        : try succeed("readelf", ["-SW", output])
      let words = Set(sections.split { " ,\n[]".contains($0) })
      for row in table where row[column].count > 1 {
        #expect(words.contains(row[column][1]), "\(row[0]) in \(name)")
      }
    }
  }

  private func header(of stub: String) throws -> [Substring] {
    try succeed("readelf", ["-h", stub]).split(separator: "\n").filter { line in
      ["Class:", "Data:", "Flags:", "Machine:"].contains { line.contains($0) }
    }
  }

  private func expectSameStubs(
    of library: String, for arch: String, _ profile: String = "complete"
  ) throws {
    let abi = scratch.path("library.abi")
    try abitoolSucceeds(["extract", "--profile", profile, library, "-o", abi])
    let stubs = try StubTools.allCases.map { tools in
      let stub = scratch.path("\(tools).so")
      try abitoolSucceeds(["stub", abi, "--arch", arch, "-o", stub] + tools.options(for: arch))
      return stub
    }
    let tables = try stubs.map { try symbols(of: $0) }
    #expect(!tables[0].isEmpty)
    // lld has another order; GNU ld's is that of the writer.
    #expect(
      tables[0].sorted() == tables[2].sorted(),
      "\(differences(tables[0].joined(separator: "\n"), tables[2].joined(separator: "\n")))")
    #expect(tables[0].sorted() == tables[1].sorted())
    if arch != "mips64el" {
      let defined = tables.map { $0.filter { !$0.contains(" UND ") } }
      #expect(defined[0] == defined[1], "\(arch)")
    }
    let texts = try stubs.map {
      withSortedParents(try abitoolSucceeds(["extract", "--profile", "complete", $0]))
    }
    #expect(texts[0] == texts[1], "\(differences(texts[0], texts[1]))")
    #expect(withoutParents(texts[0]) == withoutParents(texts[2]))
    let headers = try stubs.map { try header(of: $0) }
    #expect(headers[0] == headers[1])
  }

  /// GNU ld writes the parents of a version in the opposite order.
  private func withSortedParents(_ text: String) -> String {
    text.split(separator: "\n").map { line in
      guard line.hasPrefix("#%version ") else { return String(line) }
      let words = line.split(separator: " ")
      return (words.prefix(2) + words.dropFirst(2).sorted()).joined(separator: " ")
    }.joined(separator: "\n")
  }

  @Test(arguments: ["libdemo.so.1", "libdemoxx.so.1", "libbig.so.1"], StubRoundTripTests.archs)
  func bothWaysGiveTheSameSymbols(library: String, arch: String) throws {
    // GNU as has no IFUNC for MIPS.
    if library == "libdemo.so.1", arch == "mips64el" { return }
    let directory = try Fixtures.make("libs")
    try expectSameStubs(of: directory.appendingPathComponent(library).path, for: arch)
  }

  @Test(arguments: Fixtures.archs)
  func bothWaysGiveTheSameKernelLibraries(arch: String) throws {
    for profile in ["canonical", "complete"] {
      try expectSameStubs(of: try Fixtures.ld(kernel: "hw", arch: arch), for: arch, profile)
    }
  }

  /// All architectures, tools or not.
  @Test(arguments: [
    "x86_64", "i386", "x32", "aarch64", "aarch64_be", "aarch64_ilp32", "arm", "armel", "riscv64",
    "riscv64_lp64", "riscv32", "ppc64le", "ppc64", "ppc", "s390x", "s390", "sparc64", "sparc",
    "mips64el", "mips64", "mipsel", "mips", "mipsn32el", "mipsn32", "loongarch64", "m68k",
  ])
  func readersHaveNothingToSay(arch: String) throws {
    let abi = scratch.path("c.abi")
    let stub = scratch.path("c.so")
    try abitoolSucceeds(["extract", try systemLibrary("libc.so.6"), "-o", abi])
    try abitoolSucceeds(["stub", abi, "--arch", arch, "-o", stub])
    // LLVM takes the hash table of 31-bit S/390 for that of 64 bits.
    for reader in ["readelf"] + (arch == "s390" ? [] : ["llvm-readelf"]) {
      let outcome = try run(reader, ["-aW", stub])
      #expect(outcome.status == 0)
      #expect(outcome.errors.isEmpty)
    }
    // elfutils does not know all of MIPS and LoongArch.
    guard !arch.hasPrefix("mips"), arch != "loongarch64" else { return }
    #expect(try run("eu-elflint", ["--gnu-ld", stub]).text == "No errors\n")
  }

  @Test func tableOfOneMegabyteTakesNoSpace() throws {
    let library = try Fixtures.make("libs").appendingPathComponent("libbig.so.1").path
    let (abi, stub) = (scratch.path("big.abi"), scratch.path("big.so"))
    try abitoolSucceeds(["extract", library, "-o", abi])
    try abitoolSucceeds(["stub", abi, "-o", stub])
    let attributes = try FileManager.default.attributesOfItem(atPath: stub)
    #expect(try #require(attributes[.size] as? Int) < 4000)
  }

  @Test func dataBeyondTheAddressSpaceNamesTheLine() throws {
    let abi = try scratch.write("huge.abi", "a D 3000000000\nb T\n")
    let stub = scratch.path("huge.so")
    try abitoolSucceeds(["stub", abi, "--arch", "x86_64", "-o", stub])
    let outcome = try abitool(["stub", abi, "--arch", "i386", "-o", scratch.path("no.so")])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("huge.abi:1: "))
    #expect(!scratch.names.contains("no.so"))
  }
}
