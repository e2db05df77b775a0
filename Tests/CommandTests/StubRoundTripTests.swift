import Foundation
import TestSupport
import Testing

/// What is extracted from a stub is what the stub was made of.
struct StubRoundTripTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  static let archs = [
    "x86_64", "i386", "aarch64", "arm", "riscv64", "riscv32", "ppc64le", "s390x", "mips64el",
  ]

  private func expectRoundTrip(
    of library: String, profile: String, arch: String, _ tools: StubTools
  ) throws {
    let abi = scratch.path("a.abi")
    let stub = scratch.path("a.abi.so")
    let extract = ["extract", "--profile", profile]
    try abitoolSucceeds(extract + [library, "-o", abi])
    let outcome = try abitool(
      ["stub", abi, "-o", stub, "--arch", arch] + tools.options(for: arch))
    try #require(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
    let before = withoutArch(try String(contentsOfFile: abi, encoding: .utf8))
    let after = withoutArch(try abitoolSucceeds(extract + [stub]))
    let isSame =
      switch tools {
      case .builtIn, .gnu: after == before
      case .llvm: withoutParents(after) == withoutParents(before)
      }
    #expect(isSame, "\(differences(before, after))")
  }

  /// A text says what it was extracted from, and its stub may be for another architecture.
  private func withoutArch(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("#%arch ") }.joined(separator: "\n")
  }

  @Test(arguments: ["libc.so.6", "libm.so.6", "libstdc++.so.6"], StubTools.allCases)
  func systemLibrariesSurvive(library: String, tools: StubTools) throws {
    for profile in ["canonical", "complete"] {
      for arch in ["x86_64", "i386", "aarch64", "arm", "riscv64", "ppc64le", "s390x"] {
        try expectRoundTrip(of: try systemLibrary(library), profile: profile, arch: arch, tools)
      }
    }
  }

  @Test(arguments: Fixtures.archs, StubTools.allCases)
  func kernelLibrariesSurvive(arch: String, tools: StubTools) throws {
    for kernel in Fixtures.kernels {
      for profile in ["canonical", "complete"] {
        try expectRoundTrip(
          of: try Fixtures.ld(kernel: kernel, arch: arch), profile: profile, arch: arch, tools)
      }
    }
  }

  /// All that a line can say, on each architecture. GNU as has no IFUNC for MIPS.
  @Test(arguments: StubRoundTripTests.archs, StubTools.allCases)
  func everyKindOfLineSurvives(arch: String, tools: StubTools) throws {
    let text = """
      "a\\x20name" T
      "b\\x22quote" T
      "caf\\xc3\\xa9" D 4
      #%abi 1
      #%needed libother.so.1
      #%soname liball.so.1
      #%version V1
      #%version V2 V1
      %eax T
      -1 T
      .hidden T
      1f T
      _ITM_registerTMCloneTable w
      a U
      absolute A
      aligned D 64 align=64
      and T
      back\\slash R 3
      big R 1048576 align=4096
      callback U
      callback_thread U tls
      empty D 0
      environ B 8
      environ_alias V 8 alias=environ
      first B 8 alias=weak_first
      function T
      function@V1 T
      large B 1048576
      notype T type=notype
      object@@V2 D 16
      object@V1 D 8
      operator<(a,b) T
      page B 4096 align=4096
      protected T protected
      r0 T
      relocated D 24 align=16 relro
      relocated_unique u 8 relro
      relocated_weak V 8 relro
      thread B 8 tls
      thread_data D 4 tls
      thread_line B 64 align=64 tls
      unaligned D 8 align=1
      unique u 4
      unique_read_only u 4 ro
      v1 T
      v2@@V2 T
      versioned@@V2 T
      weak W
      weak_first V 8
      weak_read_only V 4 ro
      x0 T

      """
    var lines = text.split(separator: "\n").map(String.init)
    if arch != "mips64el" || tools != .gnu { lines += ["resolved i", "resolved_weak i weak"] }
    // In canonical form: sorted, and each alias naming the first of its group.
    let abi = try scratch.write("all.abi", lines.joined(separator: "\n") + "\n")
    let canonical = try canonicalForm(of: abi, arch: arch)
    let stub = scratch.path("all.abi.so")
    let options = ["-o", stub, "--arch", arch] + tools.options(for: arch)
    let outcome = try abitool(["stub", abi] + options)
    #expect(outcome.errors.isEmpty)
    try #require(outcome.status == 0)
    let after = withoutArch(
      try abitoolSucceeds(["extract", "--profile", "complete", stub]))
    let isSame = withoutParents(after) == withoutParents(canonical)
    #expect(isSame, "\(differences(canonical, after))")
    if tools != .llvm { #expect(after == canonical) }
  }

  /// What `extract` makes of the library that the other tool chain links.
  private func canonicalForm(of abi: String, arch: String) throws -> String {
    var lines = try String(contentsOfFile: abi, encoding: .utf8).split(separator: "\n")
      .map(String.init)
    lines = lines.map { line in
      line == "first B 8 alias=weak_first"
        ? "first B 8" : line == "weak_first V 8" ? "weak_first V 8 alias=first" : line
    }
    return lines.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
      .joined(separator: "\n") + "\n"
  }

  /// One text for all: no `--arch`.
  @Test(arguments: StubRoundTripTests.archs)
  func oneAssemblyTextServesEveryArchitecture(arch: String) throws {
    let abi = scratch.path("m.abi")
    try abitoolSucceeds(["extract", try systemLibrary("libstdc++.so.6"), "-o", abi])
    let text = scratch.path("m.s")
    try abitoolSucceeds(["stub", abi, "-o", text])
    let triples = [
      "x86_64": "x86_64-linux-gnu", "i386": "i686-linux-gnu", "aarch64": "aarch64-linux-gnu",
      "arm": "arm-linux-gnueabihf", "riscv64": "riscv64-linux-gnu",
      "riscv32": "riscv32-linux-gnu", "ppc64le": "powerpc64le-linux-gnu",
      "s390x": "s390x-linux-gnu", "mips64el": "mips64el-linux-gnuabi64",
    ]
    let arguments = [
      "x86_64": ["--64"], "i386": ["--32"], "riscv32": ["-march=rv32gc", "-mabi=ilp32d"],
    ]
    let triple = try #require(triples[arch])
    let assembler = StubTools.gnu.options(for: arch)[1]
    try succeed(assembler, (arguments[arch] ?? []) + [text, "-o", scratch.path("gnu.o")])
    try succeed(
      "clang", ["--target=\(triple)", "-c", text, "-o", scratch.path("llvm.o")])
    let symbols = try ["gnu.o", "llvm.o"].map { object in
      try succeed("nm", ["--format=posix", scratch.path(object)]).split(separator: "\n")
        .compactMap { line -> String? in
          let words = line.split(separator: " ")
          // Mapping symbols and the like are local.
          let isLocal = ["t", "r", "n", "N"].contains(words[1]) || words[0].hasPrefix("$")
          return isLocal ? nil : String(words[0])
        }.sorted()
    }
    let isSame = symbols[0] == symbols[1]
    #expect(isSame)
    #expect(symbols[0].count > 1000)
  }
}
