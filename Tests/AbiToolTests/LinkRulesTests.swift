import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import AbiModel
@testable import AbiTool
@testable import Findings
@testable import Support

@Suite struct LinkRulesTests {
  @Test(arguments: [
    ("$ORIGIN/lib", ["/opt/app/lib"]), ("${ORIGIN}:/usr", ["/opt/app", "/usr"]),
    ("$ORIGINAL", ["$ORIGINAL"]), ("/a/$PLATFORM/b", ["/a/x86_64/b"]), ("::", []),
    ("/a/$LIB", ["/a/lib/x86_64-linux-gnu", "/a/lib64"]), ("/a$", ["/a$"]),
  ])
  func tokensAreExpanded(path: String, expected: [String]) {
    let tokens = DynamicTokens(origin: "/opt/app", architecture: Architecture(named: "x86_64"))
    #expect(tokens.directories(of: Array(path.utf8)) == expected)
  }

  @Test func defaultDirectoriesAreThoseOfTheArchitecture() {
    #expect(
      LinkerConfiguration.defaultDirectories(for: Architecture(named: "x86_64")) == [
        "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib",
        "/usr/lib",
      ])
    #expect(LinkerConfiguration.defaultDirectories(for: nil) == ["/lib", "/usr/lib"])
  }

  /// The kernel gives none on RISC-V, so no directory has that name.
  @Test func unknownPlatformIsLeftAsItIs() {
    let tokens = DynamicTokens(origin: "/opt", architecture: Architecture(named: "riscv64"))
    #expect(tokens.directories(of: Array("/a/$PLATFORM".utf8)) == ["/a/$PLATFORM"])
  }

  /// `ldconfig -p` prints the same.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/etc/ld.so.cache")))
  func cacheIsReadAsLdconfigReadsIt() throws {
    let entries = try #require(LinkerCache.entries(at: "/etc/ld.so.cache"))
    let found = Set(entries.flatMap { name, paths in paths.map { "\(name) => \($0)" } })
    var expected: Set<String> = []
    for line in try succeed("/sbin/ldconfig", ["-p"]).split(separator: "\n").dropFirst()
    where line.hasPrefix("\t") {
      let words = line.split(separator: " ")
      guard let first = words.first, let last = words.last, !line.contains("hwcap") else {
        continue
      }
      expected.insert("\(first.dropFirst()) => \(last)")
    }
    #expect(found == expected && !found.isEmpty)
  }

  @Test(arguments: [
    ("libdemo.so.1", "libdemo.so.2"), ("libdemo.so.1.2", "libdemo.so.2.0"),
    ("libdemo-3.so.9", "libdemo-3.so.10"), ("libdemo.so", "libdemo.so.1"), ("ld.lib.so", nil),
    ("libdemo.so.x", nil),
  ])
  func nextSonameRaisesTheFirstNumber(soname: String, expected: String?) {
    #expect(NextVersion.nextSoname(soname) == expected)
  }

  @Test(arguments: [
    ("ld-nova.lib.so", true), ("ld.lib.so", false), ("ld-.lib.so", false), ("ldx.lib.so", false),
    ("ld-nova.so", false), ("libc.lib.so", false),
  ])
  func kernelNamesAreKnown(name: String, isOne: Bool) {
    #expect(KernelName.isKernelSpecific(ByteName(name), of: "ld.lib.so") == isOne)
  }

  /// A NEEDED entry with a path is known by the SONAME, or by its last part.
  @Test func aPathIsKnownByItsLastPart() {
    var abi = Abi()
    abi.soname = "ld.lib.so"
    let provider = Provider(abi: abi, path: "ld.abi", kernel: nil)
    #expect(provider.match("/usr/lib/ld.lib.so") == .exact)
    #expect(provider.match("./ld-nova.lib.so") == .kernelSpecific)
    #expect(provider.match("/usr/lib/libc.lib.so") == nil)
  }
}

/// Damaged programs end in findings or in an error.
@Suite struct LinkHostileTests {
  @Test(arguments: ["nova", "hw"])
  func randomDamageIsSurvived(kernel: String) throws {
    let library = try Fixtures.ld(kernel: kernel)
    let whole = try Data(contentsOf: URL(fileURLWithPath: library))
    let places = ElfImage.tables(of: whole)
    let scratch = try TestSupport.TemporaryDirectory()
    let text = scratch.path("ld.abi")
    let abi = try Extraction.extract(from: FilePath(library)).abi
    try OutputFile(FilePath(text)).write(AbiPrinter(abi).text())
    let promise = try PromisedAbi(path: FilePath(text))
    var random = SplitMix64(state: 7)
    var taken = 0
    for number in 0..<600 {
      var damaged = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        guard let place = places.randomElement(using: &random), !place.isEmpty else { continue }
        damaged[Int.random(in: place, using: &random)] =
          [0, 0xff, 0x7f, UInt8.random(in: 0...255, using: &random)]
          .randomElement(using: &random) ?? 0
      }
      let path = FilePath(scratch.path("\(number).so"))
      try damaged.write(to: URL(fileURLWithPath: path.string))
      defer { try? FileManager.default.removeItem(atPath: path.string) }
      let provider = Provider(abi: abi, path: text, kernel: nil)
      let check = ProgramCheck(
        loader: Loader(cache: ObjectCache(), sysroot: Sysroot(""), providers: [provider]))
      if (try? check.check(path)) != nil { taken += 1 }
      _ = try? SymbolTrace(check).text(of: "*", in: path)
      _ = try? LibraryCheck.findings(path, keeps: promise)
      if let other = try? AbiInput(path: path) {
        _ = AbiDiff(from: try AbiInput(path: FilePath(text)), to: other).findings
      }
    }
    #expect(taken > 0 && taken < 600)
  }
}
