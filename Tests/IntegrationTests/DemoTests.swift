import Foundation
import TestSupport
import Testing

/// `fixtures/demo`: components that are built once and run on every kernel.
@Suite struct DemoTests {
  @Test func oneBinaryRunsOnEveryKernel() throws {
    let directory = try TemporaryDirectory()
    func make(_ target: String, kernel: String) throws -> String {
      try succeed(
        "make",
        [
          "--no-print-directory", target, "KERNEL=\(kernel)", "OUT=\(directory.url.path)",
          "ABITOOL=\(abitoolPath)",
        ],
        in: packageRoot.appendingPathComponent("fixtures/demo"))
    }
    let build = try make("components", kernel: "nova")
    #expect(build.contains("link     init") && build.contains("link     hello"))

    var sums: Set<Substring> = []
    var said: Set<String> = []
    for kernel in ["nova", "hw", "linux"] {
      let log = try make("run/demo", kernel: kernel)
      #expect(!log.contains("compile ") && !log.contains("link "), "\(log)")
      #expect(log.contains("kernel: \(kernel)\n"))
      let lines = log.split(separator: "\n")
      sums.formUnion(lines.filter { $0.contains(#/^[0-9a-f]{64} /#) })
      said.insert(
        lines.filter { !$0.contains("kernel: ") && !$0.hasPrefix("---") }.joined(separator: "\n"))
    }
    #expect(sums.count == 2, "init and hello, each the same file on all kernels")
    #expect(said.count == 1, "the same output on all kernels")

    // A program knows the framework by its one name, whichever kernel it is for.
    let needed = try succeed("readelf", ["-d", directory.path("x86_64/bin/init")])
    #expect(needed.contains("[ld.lib.so]"))
  }

  @Test func aLinkerThatChangesInsideLinksNoComponent() throws {
    let directory = try TemporaryDirectory()
    // The framework's sources are changed, so they are copied.
    try succeed("cp", ["-r", packageRoot.path + "/fixtures", directory.path("fixtures")])
    func components() throws -> String {
      try succeed(
        "make",
        ["components", "OUT=\(directory.path("out"))", "ABITOOL=\(abitoolPath)"],
        in: directory.url.appendingPathComponent("fixtures/demo"))
    }
    _ = try components()
    let source = directory.path("fixtures/ld/src/nova/platform.cc")
    let text = try String(contentsOfFile: source, encoding: .utf8)
    try (text + "\nnamespace { [[gnu::used]] int grown[100]; }\n")
      .write(toFile: source, atomically: false, encoding: .utf8)
    let log = try components()
    #expect(log.contains("check    ld") && log.contains("stub     ld.abi.so"))
    #expect(!log.contains("link ") && !log.contains("compile "), "\(log)")
  }
}
