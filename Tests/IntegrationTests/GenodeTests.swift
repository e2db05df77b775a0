import Foundation
import TestSupport
import Testing

/// `abi.mk` in the place of Genode's: run from the library's build directory, with its variables.
@Suite struct GenodeTests {
  @Test(arguments: [
    ("x86_64", "Advanced Micro Devices X86-64", "0x0"), ("x86_32", "Intel 80386", "0x0"),
    // `-mfloat-abi=softfp`, and `-mabi=lp64`.
    ("arm_v6", "ARM", "soft-float ABI"), ("arm_v7a", "ARM", "soft-float ABI"),
    ("arm_v8a", "AArch64", "0x0"), ("riscv", "RISC-V", "soft-float ABI"),
  ])
  func aStubIsMadeFromASymbolFile(_ spec: String, _ machine: String, _ flags: String) throws {
    let directory = try TemporaryDirectory()
    try succeed("mkdir", [directory.path("demo"), directory.path("symbols")])
    try directory.write("symbols/demo", "demo_table D 16\ndemo_open T\ndemo_hook W\n")
    let log = try succeed(
      "make",
      [
        "-f", packageRoot.path + "/integrations/make/abi.mk", "ABITOOL=\(abitoolPath)",
        "BASE_DIR=/base", "LIB=demo", "SYMBOLS=\(directory.path("symbols/demo"))",
        "SPECS=genode 64bit \(spec) acpi", "VERBOSE=@",
      ],
      in: directory.url.appendingPathComponent("demo"))
    #expect(log.contains("demo.abi.so"))
    let header = try succeed("readelf", ["-h", "-d", directory.path("demo/demo.abi.so")])
    #expect(header.contains(machine))
    #expect(header.split(separator: "\n").contains { $0.contains("Flags:") && $0.contains(flags) })
    #expect(header.contains("Library soname: [demo.lib.so]"))
  }

  @Test func aLibraryWithoutSymbolFileHasNoStub() throws {
    let directory = try TemporaryDirectory()
    try succeed(
      "make",
      ["-f", packageRoot.path + "/integrations/make/abi.mk", "LIB=demo", "SYMBOLS=/nowhere/demo"],
      in: directory.url)
    #expect(directory.names == [])
  }

  /// The drop-ins take the arguments that the framework's tools take.
  @Test func dropInsDoWhatTheFrameworksToolsDo() throws {
    let directory = try TemporaryDirectory()
    let library = try Fixtures.compile(
      "int open_it(void) { return 1; } long table[2] = {1};", as: "demo.lib.so",
      ["-shared", "-fPIC", "-Wl,-soname,demo.lib.so"], in: directory)
    let tools = packageRoot.path + "/integrations/genode/"
    let environment = ["ABITOOL": abitoolPath]
    let text = try succeed(tools + "abi_symbols", [library], environment: environment)
    let mark = "# Please review the symbols and remove this line.\n"
    #expect(text == mark + "open_it T\ntable D 16\n")
    try directory.write("demo", text)
    func check() throws -> Outcome {
      try run(
        tools + "check_abi", [library, directory.path("demo")], environment: environment)
    }
    #expect(try check().status == 1, "nobody has reviewed it")
    try directory.write("demo", "open_it T\ntable D 16\nnova_only T\n")
    let kept = try check()
    #expect(kept.status == 0 && kept.text.isEmpty, "\(kept.text)\(kept.errors)")
    try directory.write("demo", "open_it T\ntable D 8\n")
    #expect(try check().status == 1, "the table has grown")
    try succeed(
      "make",
      [
        "-f", tools + "abi.mk", "ABITOOL=\(abitoolPath)", "LIB=demo",
        "SYMBOLS=\(directory.path("demo"))", "SPECS=x86_64",
      ], in: directory.url)
    #expect(try succeed("nm", ["-D", directory.path("demo.abi.so")]).contains("T open_it"))
  }
}
