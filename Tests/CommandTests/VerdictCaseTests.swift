import Foundation
import TestSupport
import Testing

/// Files about which a command once said "clean" too early, or "error" for nothing.
struct VerdictCaseTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  private func path(_ name: String) -> String { scratch.path(name) }

  // MARK: Programs

  private static let both = "int good(void) { return 0; } int nosuch(void) { return 0; } int datum;"

  /// libx.so as a program was linked with it in one directory, and without two symbols in another.
  private func program(
    _ options: [String],
    _ source: String = """
    extern int nosuch(void), good(void); extern int datum;
    int (*tab[])(void) = {nosuch, good}; int *dp = &datum;
    int main(void) { return tab[0]() + tab[1]() + *dp; }
    """
  ) throws -> (program: String, library: String) {
    for directory in ["was", "is"] {
      try FileManager.default.createDirectory(
        atPath: path(directory), withIntermediateDirectories: true)
    }
    let was = try scratch.library("was/libx.so", Self.both, soname: "libx.so")
    let library = try scratch.library(
      "is/libx.so", "int good(void) { return 0; }", soname: "libx.so")
    return (try scratch.program(source, [was], options), library)
  }

  private func undefined(_ files: (program: String, library: String)) throws -> [String] {
    let outcome = try abitool([
      "check", "--program", files.program, "--library", files.library, "--sysroot", "/",
      "--format", "json",
    ])
    let report = try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any]
    let all = try #require(report?["findings"] as? [[String: Any]])
    let findings = all.filter { $0["severity"] as? String == "error" }
    #expect(Set(findings.map { $0["code"] as? String }) == ["undefined-symbol"], "\(outcome.text)")
    return findings.compactMap { $0["symbol"] as? String }.sorted()
  }

  /// The program has a copy of an object that is gone: that it has one is no other version of it.
  @Test func copiesOfWhatIsGoneAreUndefined() throws {
    let files = try program(
      ["-no-pie", "-fno-pic"],
      "extern int datum; int nosuch(void); int main(void) { return datum + nosuch(); }")
    try #require(try succeed("readelf", ["-rW", files.program]).contains("_COPY"))
    #expect(try undefined(files) == ["datum", "nosuch"])
  }

  @Test func packedRelocationsOfAndroidAreRead() throws {
    let files = try program(["-fuse-ld=lld", "-pie", "-Wl,--pack-dyn-relocs=android"])
    try #require(try succeed("llvm-readelf", ["-SW", files.program]).contains("ANDROID_RELA"))
    #expect(try undefined(files) == ["datum", "nosuch"])
  }

  /// As sstrip leaves it: no section headers, and a GNU hash table without symbols.
  @Test func symbolsOfAProgramWithoutSectionHeadersAreChecked() throws {
    let files = try program(["-no-pie", "-fno-pic", "-Wl,--hash-style=gnu"])
    var image = try Data(contentsOf: URL(fileURLWithPath: files.program))
    // e_shoff; e_shentsize, e_shnum, e_shstrndx.
    for place in Array(40..<48) + Array(58..<64) { image[place] = 0 }
    try image.write(to: URL(fileURLWithPath: files.program))
    #expect(try undefined(files) == ["datum", "nosuch"])
  }

  @Test func aProgramAndALibraryAreCalledAlike() throws {
    for abi in ["lp64", "lp64d"] {
      let march = abi == "lp64" ? "rv64imac" : "rv64gc"
      let options = [
        "--target=riscv64-linux-gnu", "-march=\(march)", "-mabi=\(abi)", "-c", "-fPIC",
      ]
      try scratch.write("l.c", "double f(double x) { return x; }")
      try scratch.write("p.c", "double f(double); double x; void _start(void) { x = f(x); }")
      for file in ["l", "p"] {
        try succeed("clang", options + ["\(file).c", "-o", "\(file)-\(abi).o"], in: scratch.url)
      }
      try succeed(
        "ld.lld", ["-shared", "-soname", "libf.so", "l-\(abi).o", "-o", "\(abi).so"],
        in: scratch.url)
      try succeed("ld.lld", ["p-\(abi).o", "\(abi).so", "-o", "p-\(abi)"], in: scratch.url)
    }
    for (program, library, status) in [
      ("lp64", "lp64", 0), ("lp64d", "lp64d", 0), ("lp64d", "lp64", 1), ("lp64", "lp64d", 1),
    ] {
      let outcome = try abitool(
        ["check", "--program", "p-\(program)", "--library", "\(library).so"], in: scratch.url)
      #expect(outcome.status == status, "\(outcome.text)")
      #expect(outcome.text.contains("[flags-differ]") == (status == 1))
    }
  }

  // MARK: Libraries

  /// The dynamic linker and GNU ld bind to a symbol with the version VER_NDX_LOCAL.
  @Test func symbolsWithALocalVersionAreThere() throws {
    let script = try scratch.write("l.map", "V1 { beta; };")
    let library = try scratch.library(
      "liba.so", "int alpha(void) { return 1; } int beta(void) { return 2; }",
      ["-Wl,--version-script=\(script)"])
    let table = try succeed("readelf", ["--dyn-syms", "-W", library]).split(separator: "\n")
    let row = try #require(table.first { $0.hasSuffix(" alpha") })
    let number = try #require(
      Int(row.split(separator: ":")[0].trimmingCharacters(in: .whitespaces)))
    let sections = try succeed("readelf", ["-SW", library])
    let match = try #require(
      sections.firstMatch(of: /\.gnu\.version +VERSYM +[0-9a-f]+ ([0-9a-f]+)/))
    let place = try #require(Int(match.1, radix: 16)) + 2 * number
    var image = try Data(contentsOf: URL(fileURLWithPath: library))
    image.replaceSubrange(place..<place + 2, with: [0, 0])
    try image.write(to: URL(fileURLWithPath: library))

    let outcome = try abitool(["extract", library])
    #expect(outcome.text.contains("\nalpha T\n"))
    #expect(outcome.errors.contains("VER_NDX_LOCAL"))
    try scratch.write("a.abi", outcome.text)
    let program = try scratch.program(
      "int alpha(void); int main(void) { return alpha(); }", [library])
    for provider in [["--abi", path("a.abi")], ["--library", library]] {
      #expect(
        try abitool(["check", "--program", program, "--sysroot", "/"] + provider).status == 0)
    }
    let lost = try scratch.library(
      "lost.so", "int beta(void) { return 2; }", soname: "liba.so",
      ["-Wl,--version-script=\(script)"])
    #expect(try abitool(["check", "--library", lost, "--abi", path("a.abi")]).status == 1)
    #expect(try abitool(["diff", library, lost]).status == 1)
  }

  /// Anybody may put anything into a note section; the rest of the file is read.
  @Test func freeTextAmongNotesSaysNothingOfTheRest() throws {
    try scratch.write("n.s", ".section .note.build,\"a\",%note\n.ascii \"built on a sunny day\"\n")
    let program = try scratch.program("int main(void) { return 0; }", [path("n.s")])
    #expect(try abitool(["check", "--program", program, "--sysroot", "/"]).status == 0)
    let outcome = try abitool(["taint", program])
    #expect(outcome.status == 2)
    #expect(outcome.text.contains("not known: notes: section .note.build"))
    #expect(outcome.text.contains("[foreign-interpreter]"))
  }

  /// Weak is no less there than strong.
  @Test func weakAndStrongAreNoDifferenceThatBreaks() throws {
    for (name, attribute) in [("a", ""), ("b", "__attribute__((weak))")] {
      _ = try Fixtures.compile(
        "\(attribute) void f(int) {} void g(int) {}", as: "l-\(name).lib.so", language: "cc",
        ["-shared", "-fPIC", "-nostdlib", "-Wl,-soname,l.so"], in: scratch)
    }
    let text = try abitoolSucceeds(["extract", path("l-a.lib.so")])
    try scratch.write("l.abi", text)
    for line in [
      "diff l-a.lib.so l-b.lib.so", "diff l-b.lib.so l-a.lib.so", "diff l.abi l-b.lib.so",
      "check --library l-b.lib.so --abi l.abi", "check --kernels a,b --lib l --write joint.abi",
    ] {
      let outcome = try abitool(line.split(separator: " ").map(String.init), in: scratch.url)
      #expect(outcome.status == 0, "\(line): \(outcome.text)")
      #expect(!outcome.text.contains("[missing]") && !outcome.text.contains("[added]"), "\(line)")
    }
    let joint = try String(contentsOfFile: path("joint.abi"), encoding: .utf8)
    #expect(joint.contains("\n_Z1fi T\n"), "the joint text takes strong")
  }

  /// `_ZGV…` are variants of a function for vectors, and not guard variables of C++.
  @Test func vectorVariantsAreKept() throws {
    let library = try Fixtures.compile(
      """
      #pragma omp declare simd notinbranch
      __attribute__((weak)) double scale(double x) { return x * 2; }
      """, as: "libsimd.so",
      ["-O2", "-fopenmp-simd", "-shared", "-fPIC", "-Wl,-soname,libsimd.so"], in: scratch)
    try #require(try succeed("nm", ["-D", library]).contains("W _ZGVbN2v_scale"))
    let text = try abitoolSucceeds(["extract", library])
    #expect(text.contains("\n_ZGVbN2v_scale W\n"))
    let stub = path("stub/libsimd.so")
    try FileManager.default.createDirectory(atPath: path("stub"), withIntermediateDirectories: true)
    try abitoolSucceeds(["stub", try scratch.write("s.abi", text), "-o", stub])
    let program = try Fixtures.compile(
      """
      #pragma omp declare simd notinbranch
      double scale(double x);
      double a[64], b[64];
      int main(void) {
      #pragma omp simd
        for (int i = 0; i < 64; i++) a[i] = scale(b[i]);
        return 0;
      }
      """, as: "user", ["-O3", "-ffast-math", "-fopenmp-simd", stub], in: scratch)
    try #require(try succeed("nm", ["-D", program]).contains("U _ZGV"))
    #expect(
      try run(program, environment: ["LD_LIBRARY_PATH": scratch.url.path]).status == 0)
  }

  // MARK: st_other

  /// On PowerPC the distance to the local entry follows from the code. A calling convention of its
  /// own, which the dynamic linker has to know of, is a promise.
  @Test(arguments: [
    ("powerpc64le-linux-gnu", ".abiversion 2\n", ".localentry f, 8", "ppc64le", ""),
    ("aarch64-linux-gnu", "", ".variant_pcs f", "aarch64", " other=0x80"),
    ("riscv64-linux-gnu", "", ".variant_cc f", "riscv64", " other=0x80"),
  ])
  func bitsOfStOtherArePromisedWhereTheyAreAConvention(
    triple: String, head: String, directive: String, arch: String, attribute: String
  ) throws {
    for (name, directive) in [("with", directive), ("without", "")] {
      try scratch.write(
        "\(name).s",
        """
        \(head).globl f
        .type f, %function
        f: nop
        nop
        \(directive)
        .size f, .-f

        """)
      try succeed("\(triple)-as", ["\(name).s", "-o", "\(name).o"], in: scratch.url)
      try succeed(
        "\(triple)-ld", ["-shared", "-soname", "libf.so", "\(name).o", "-o", "\(name).so"],
        in: scratch.url)
    }
    let text = try abitoolSucceeds(["extract", path("with.so")])
    #expect(text.contains("\nf T\(attribute)\n"), "\(text)")
    let status: Int32 = attribute.isEmpty ? 0 : 1
    for profile in ["canonical", "complete"] {
      let arguments = ["diff", "--profile", profile, "without.so", "with.so"]
      #expect(try abitool(arguments, in: scratch.url).status == status, "\(profile)")
    }
  }
}
