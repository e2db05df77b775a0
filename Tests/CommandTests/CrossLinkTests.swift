import Foundation
import TestSupport
import Testing

/// Programs for every architecture are the same whether they are linked against a library, its
/// interface library, or its stub.
struct CrossLinkTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  struct Target: Sendable, CustomStringConvertible {
    var arch: String
    var triple: String
    var options: [String] = []
    var description: String { arch }
  }

  /// What both clang and lld know.
  static let targets = [
    Target(arch: "x86_64", triple: "x86_64-linux-gnu"),
    Target(arch: "i386", triple: "i686-linux-gnu"),
    Target(arch: "aarch64", triple: "aarch64-linux-gnu"),
    Target(arch: "aarch64_be", triple: "aarch64_be-linux-gnu"),
    Target(arch: "arm", triple: "arm-linux-gnueabihf", options: ["-mcpu=cortex-a9"]),
    Target(
      arch: "armel", triple: "arm-linux-gnueabi",
      options: ["-march=armv7-a", "-mfpu=vfpv3", "-mfloat-abi=softfp"]),
    Target(
      arch: "riscv64", triple: "riscv64-linux-gnu", options: ["-march=rv64gc", "-mabi=lp64d"]),
    Target(
      arch: "riscv64_lp64", triple: "riscv64-linux-gnu",
      options: ["-march=rv64imac", "-mabi=lp64"]),
    Target(
      arch: "riscv32", triple: "riscv32-linux-gnu", options: ["-march=rv32gc", "-mabi=ilp32d"]),
    Target(arch: "ppc64le", triple: "powerpc64le-linux-gnu"),
    Target(arch: "ppc64", triple: "powerpc64-linux-gnu", options: ["-mabi=elfv2"]),
    Target(arch: "ppc", triple: "powerpc-linux-gnu"),
    Target(arch: "s390x", triple: "s390x-linux-gnu"),
    Target(arch: "mips64el", triple: "mips64el-linux-gnuabi64", options: ["-march=mips64r2"]),
    Target(arch: "mips64", triple: "mips64-linux-gnuabi64", options: ["-march=mips64r2"]),
    Target(arch: "mipsel", triple: "mipsel-linux-gnu", options: ["-march=mips32r2"]),
    Target(arch: "mips", triple: "mips-linux-gnu", options: ["-march=mips32r2"]),
    Target(arch: "mipsn32el", triple: "mips64el-linux-gnuabin32", options: ["-march=mips64r2"]),
    Target(arch: "mipsn32", triple: "mips64-linux-gnuabin32", options: ["-march=mips64r2"]),
  ]

  static let source = packageRoot.appendingPathComponent("fixtures/cross")

  private func compile(_ file: String, for target: Target, _ options: [String]) throws -> String {
    let object = scratch.path(file + ".o")
    try succeed(
      "clang",
      ["--target=\(target.triple)", "-O1", "-Wno-option-ignored", "-c", file, "-o", object]
        + target.options + options, in: Self.source)
    return object
  }

  /// lld, and GNU ld for the architectures of which `make test` installs it: not what a machine
  /// happens to have.
  private func linkers(for target: Target) -> [String] {
    let installed: Set = [
      "x86_64-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf", "riscv64-linux-gnu",
      "powerpc64le-linux-gnu", "s390x-linux-gnu", "mips64el-linux-gnuabi64",
    ]
    return ["ld.lld"] + (installed.contains(target.triple) ? ["\(target.triple)-ld"] : [])
  }

  private func link(_ object: String, _ library: String, with linker: String, _ options: [String])
    throws -> Data
  {
    let program = scratch.path("program")
    // Of programs for 32-bit PowerPC, GNU ld warns that they have a writable PLT with code.
    let warnings = linker.hasPrefix("powerpc-") ? ["--no-warn-rwx-segments"] : []
    let outcome = try run(linker, warnings + options + [object, library, "-o", program])
    #expect(outcome.errors.isEmpty, "\(linker) \(library)")
    #expect(outcome.status == 0)
    return try Data(contentsOf: URL(fileURLWithPath: program))
  }

  @Test(arguments: targets)
  func programIsTheSame(target: Target) throws {
    let object = try compile("library.c", for: target, ["-fPIC"])
    let paths = ["real", "ifso", "stub"].map { scratch.path("\($0).so") }
    let script = Self.source.appendingPathComponent("library.map").path
    try succeed(
      "ld.lld",
      ["-shared", "-soname", "library.so", "--version-script", script, "-z", "now"]
        + [object, "-o", paths[0]])
    try abitoolSucceeds(["ifso", paths[0], paths[1]])
    let abi = scratch.path("library.abi")
    try abitoolSucceeds(["extract", "--profile", "complete", paths[0], "-o", abi])
    try abitoolSucceeds(["stub", abi, "--arch", target.arch, "-o", paths[2]])
    try expectSameFacts(paths)
    for options in [["-fno-pic"], ["-fPIE"]] {
      let program = try compile("program.c", for: target, options)
      for linker in linkers(for: target) {
        let mode = options == ["-fPIE"] ? ["-pie"] : []
        let programs = try paths.map { try link(program, $0, with: linker, mode) }
        #expect(programs[0] == programs[1], "\(linker) \(options)")
        // GNU ld takes the order of names from the library, which the text does not record.
        if linker == "ld.lld" { #expect(programs[0] == programs[2], "\(options)") }
        #expect(programs[0].count == programs[2].count)
      }
    }
  }

  private func expectSameFacts(_ paths: [String]) throws {
    let texts = try paths.map { try abitoolSucceeds(["extract", "--profile", "complete", $0]) }
    let flags = try paths.map { path in
      try succeed("readelf", ["-h", path]).split(separator: "\n").filter { line in
        ["Class:", "Data:", "Flags:", "Machine:", "OS/ABI:"].contains { line.contains($0) }
      }
    }
    for other in 1...2 {
      #expect(texts[0] == texts[other], "\(differences(texts[0], texts[other]))")
      #expect(flags[0] == flags[other])
    }
  }
}
