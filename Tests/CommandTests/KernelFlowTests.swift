import Foundation
import TestSupport
import Testing

/// What a framework with several kernels needs: texts for all of them, names that kernels have for
/// the library, and decisions that a person takes.
struct KernelFlowTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// Builds `ld-KERNEL.lib.so` with the framework's SONAME.
  @discardableResult
  private func build(_ kernel: String, _ source: String, arch: String = "x86_64") throws -> String {
    let file = try scratch.write("\(arch)-\(kernel).cc", source)
    let name = "ld-\(kernel).lib.so"
    let path = arch == "x86_64" ? name : "\(arch)/\(name)"
    if arch != "x86_64" {
      try FileManager.default.createDirectory(
        atPath: scratch.path(arch), withIntermediateDirectories: true)
    }
    let triple = Fixtures.triples[arch] ?? arch
    try succeed(
      "clang++",
      [
        "--target=\(triple)", "-c", "-fPIC", "-fno-exceptions", "-ffreestanding", file, "-o",
        "\(path).o",
      ], in: scratch.url)
    try succeed(
      "ld.lld", ["-shared", "-soname", name, "\(path).o", "-o", path], in: scratch.url)
    return path
  }

  private static let session = """
    struct Session { void upgrade(__SIZE_TYPE__); };
    void Session::upgrade(__SIZE_TYPE__) {}
    extern "C" int common(void) { return 1; }

    """

  private func check(_ arguments: [String]) throws -> (status: Int32, findings: [[String]]) {
    let outcome = try abitool(["check"] + arguments + ["--format", "json"], in: scratch.url)
    let report = try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any]
    let findings = try #require(report?["findings"] as? [[String: Any]], "\(outcome.errors)")
    return (
      outcome.status,
      findings.map { finding in
        ["severity", "code", "symbol"].map { finding[$0] as? String ?? "" }
      }.sorted { $0.lexicographicallyPrecedes($1) }
    )
  }

  // MARK: Unions

  private static let union = """
    # what all kernels have
    _ZN7Session7upgradeEj T
    _ZN7Session7upgradeEm T
    __aeabi_memcpy T
    common T
    main_thread_utcb T

    """

  /// A line that one build lacks may be another's; a line that none has is nobody's.
  @Test func unionsAreHeldByAllBuildsTogether() throws {
    try scratch.write("ld.abi", "#%abi 1\n#%union\n" + Self.union)
    try build("nova", Self.session + "extern \"C\" int main_thread_utcb(void) { return 1; }\n")
    try build("linux", Self.session)
    let names = ["_ZN7Session7upgradeEj", "__aeabi_memcpy"].map { ["note", "other-arch", $0] }
    let one = try check(["--library", "ld-linux.lib.so", "--abi", "ld.abi"])
    #expect(one.status == 0)
    #expect(one.findings == [["note", "not-in-this-build", "main_thread_utcb"]] + names)
    let all = try check(["--kernels", "nova,linux", "--abi", "ld.abi"])
    #expect(all.findings.filter { $0[1] == "other-arch" } == names)
    #expect(!all.findings.contains { $0[1] == "missing" || $0[1] == "not-in-this-build" })
    let none = try check(["--kernels", "linux", "--abi", "ld.abi", "--union"])
    #expect(none.status == 0)
    try build("hw", Self.session)
    let gone = try check(["--kernels", "hw,linux", "--abi", "ld.abi"])
    #expect(gone.status == 1)
    #expect(gone.findings.contains(["error", "missing", "main_thread_utcb"]))
  }

  /// What each architecture calls one function is there on both.
  @Test func namesOfTheOtherWordSizeAreNotMissing() throws {
    try scratch.write("ld.abi", Self.union.replacing("main_thread_utcb T\n", with: ""))
    for arch in ["x86_64", "x86_32"] {
      try FileManager.default.createDirectory(
        atPath: scratch.path(arch), withIntermediateDirectories: true)
      let path = try build("nova", Self.session, arch: arch)
      if arch == "x86_64" {
        try FileManager.default.moveItem(
          atPath: scratch.path(path), toPath: scratch.path("x86_64/ld-nova.lib.so"))
      }
    }
    let outcome = try check(["--kernels", "nova", "--archs", "x86_64,x86_32", "--abi", "ld.abi"])
    #expect(!outcome.findings.contains { $0[1] == "missing" }, "\(outcome.findings)")
    #expect(outcome.findings.count { $0[1] == "other-arch" } == 3)
    // A name of neither is still missing.
    try scratch.write("ld.abi", Self.union.replacing("upgradeEj", with: "upgradeEf"))
    let missing = try check(["--library", "x86_64/ld-nova.lib.so", "--abi", "ld.abi"])
    #expect(missing.findings.contains(["error", "missing", "_ZN7Session7upgradeEf"]))
  }

  /// A file that people keep for all kernels and architectures: what is stale is found, and nothing
  /// else is.
  @Test(arguments: [["x86_64"], ["x86_64", "x86_32", "arm_v7a"]])
  func ofAFileKeptByHandOnlyStaleLinesAreMissing(archs: [String]) throws {
    let file = packageRoot.appendingPathComponent("fixtures/ld/ld.symbols").path
    let outcome = try check([
      "--kernels", "nova,hw,linux", "--archs", archs.joined(separator: ","), "--dir",
      try Fixtures.ldDirectory.get().path, "--abi", file, "--union",
    ])
    let missing = outcome.findings.filter { $0[1] == "missing" }.map { $0[2] }
    #expect(missing == ["_ZN10Connection6revokeEv", "ld_wait_for_config"])
    let promised = try #require(try? String(contentsOfFile: file, encoding: .utf8))
    let broken = outcome.findings.filter { finding in
      finding[0] == "error" && finding[1] != "missing" && promised.contains("\n\(finding[2]) ")
        && ["too-small", "binding-differs", "renamed"].contains(finding[1])
    }
    #expect(broken.isEmpty, "\(broken)")
  }

  /// A program is not clean by a text that does not tell what each build has.
  @Test func unionsAloneDoNotAnswerForPrograms() throws {
    try scratch.write(
      "ld.abi", "#%abi 1\n#%soname ld.lib.so\n#%union\ncommon T\nmain_thread_utcb T\n")
    try build("nova", Self.session + "extern \"C\" int main_thread_utcb(void) { return 1; }\n")
    try build("linux", Self.session)
    try succeed(
      abitoolPath, ["stub", "ld.abi", "--arch", "x86_64", "-o", "ld.lib.so"], in: scratch.url)
    for (name, body) in [("main", "common()"), ("utcb", "common() + main_thread_utcb()")] {
      try scratch.write(
        "\(name).c", "int common(void), main_thread_utcb(void); void _start(void) { \(body); }\n")
      try succeed(
        "clang", ["--target=x86_64-linux-gnu", "-c", "\(name).c", "-o", "\(name).o"],
        in: scratch.url)
      try succeed("ld.lld", ["-pie", "\(name).o", "ld.lib.so", "-o", name], in: scratch.url)
    }
    let open = try check(["--program", "main", "--abi", "ld.abi"])
    #expect(open.status == 2)
    #expect(open.findings.map { $0[1] } == ["not-known"])
    let builds = ["--library", "ld-nova.lib.so", "ld-linux.lib.so"]
    let known = try check(["--program", "main", "--abi", "ld.abi"] + builds)
    #expect(known.status == 0, "\(known.findings)")
    let one = try check(["--program", "utcb", "--abi", "ld.abi"] + builds)
    #expect(one.status == 1)
    #expect(one.findings == [["error", "undefined-symbol", "main_thread_utcb"]])
  }

  // MARK: Names of the library

  @Test func kernelsOwnSonamesAreOneName() throws {
    for kernel in ["nova", "hw"] { try build(kernel, Self.session) }
    let outcome = try check(["--kernels", "nova,hw", "--write", "ld.abi", "--join"])
    #expect(outcome.status == 0, "\(outcome.findings)")
    let text = try String(contentsOfFile: scratch.path("ld.abi"), encoding: .utf8)
    #expect(text.contains("#%soname ld.lib.so\n"))
    for arguments in [["--library", "ld-nova.lib.so"], ["--kernels", "nova,hw"]] {
      let kept = try check(arguments + ["--abi", "ld.abi"])
      #expect(kept.status == 0, "\(kept.findings)")
    }
    // Another name is another library.
    try scratch.write("ld.abi", text.replacing("ld.lib.so", with: "lx.lib.so"))
    #expect(
      try check(["--kernels", "nova,hw", "--abi", "ld.abi"]).findings
        .contains(["error", "soname-differs", ""]))
  }

  @Test func extractionWarnsOfANameForOneKernel() throws {
    try build("linux", Self.session)
    let plain = try abitool(["extract", "ld-linux.lib.so"], in: scratch.url)
    #expect(plain.errors.contains("--soname ld.lib.so gives the name for all kernels"))
    let named = try abitool(
      ["extract", "ld-linux.lib.so", "--soname", "ld.lib.so"], in: scratch.url)
    #expect(named.errors.isEmpty && named.text.contains("#%soname ld.lib.so\n"))
  }

  @Test func aLibraryIsKnownByTheNameThatTheUserGives() throws {
    try scratch.write("ld.abi", "#%abi 1\n#%soname ld.lib.so\ncommon T\n")
    try build("linux", Self.session)
    try succeed(
      abitoolPath, ["stub", "ld.abi", "--arch", "x86_64", "-o", "stub.so"], in: scratch.url)
    try scratch.write("main.c", "int common(void); void _start(void) { common(); }\n")
    try succeed("clang", ["--target=x86_64-linux-gnu", "-c", "main.c"], in: scratch.url)
    try succeed("ld.lld", ["-pie", "main.o", "stub.so", "-o", "main"], in: scratch.url)
    #expect(try check(["--program", "main", "--library", "ld-linux.lib.so"]).status == 1)
    #expect(try check(["--program", "main", "--library", "ld.lib.so=ld-linux.lib.so"]).status == 0)
    // A file's own name counts beside its SONAME.
    try FileManager.default.copyItem(
      atPath: scratch.path("ld-linux.lib.so"), toPath: scratch.path("ld.lib.so"))
    #expect(try check(["--program", "main", "--library", "ld.lib.so"]).status == 0)
  }

  // MARK: Decisions

  @Test func acceptedSymbolsAreIncludedOrOmitted() throws {
    let only = "extern \"C\" int nova_only(void) { return 1; }\n"
    try build("nova", Self.session + only)
    try build("hw", Self.session)
    let arguments = ["--kernels", "nova,hw", "--allow", "allow", "--write", "ld.abi"]
    let written = try abitool(
      ["check", "--kernels", "nova,hw", "--write-allow", "allow"], in: scratch.url)
    #expect(written.status == 1)
    let entry = "nova_only kernel-specific kernel=nova # reason: TODO\n"
    #expect(try String(contentsOfFile: scratch.path("allow"), encoding: .utf8) == entry)
    let open = try abitool(["check"] + arguments, in: scratch.url)
    #expect(open.status == 2 && open.errors.contains("write in place of TODO why this is accepted"))
    for (fate, line) in [("", true), ("include ", true), ("omit ", false)] {
      try scratch.write(
        "allow", "nova_only kernel-specific \(fate)kernel=nova # for the boot log\n")
      let outcome = try abitool(["check"] + arguments, in: scratch.url)
      #expect(outcome.status == 0, "\(outcome.text)")
      let text = try String(contentsOfFile: scratch.path("ld.abi"), encoding: .utf8)
      #expect(text.contains("nova_only T kernel=nova\n") == line, "\(fate)")
    }
  }

  /// Without a kernel, a stub has what all kernels have.
  @Test func stubsOfJointTextsAreKernelAgnostic() throws {
    let abi = try scratch.write("ld.abi", "#%abi 1\ncommon T\nnova_only T kernel=nova\n")
    let agnostic = try abitool(["stub", abi]).text
    #expect(agnostic.contains("common") && !agnostic.contains("nova_only"))
    #expect(try abitool(["stub", abi, "--kernel", "nova"]).text.contains("nova_only"))
  }

  // MARK: Conventions

  @Test func theReviewMarkIsTheFrameworks() throws {
    let mark = "# Please review the symbols and remove this line."
    try build("linux", Self.session)
    let text = try abitool(["extract", "ld-linux.lib.so", "--format", "genode"], in: scratch.url)
    #expect(text.lines.first.map(String.init) == mark)
    try scratch.write("ld.abi", text.text)
    for arguments in [
      ["--abi", "ld.abi"], ["--library", "ld-linux.lib.so", "--abi", "ld.abi"],
      ["--kernels", "linux", "--abi", "ld.abi"],
    ] {
      let outcome = try check(arguments)
      #expect(outcome.status == 1)
      #expect(outcome.findings.contains(["error", "text-unreviewed", ""]), "\(outcome.findings)")
    }
  }

  @Test func aPlainFileRefusesWhatItCannotSay() throws {
    let library = try Fixtures.compile(
      "__thread int own = 1; int f(void) { return own; }", as: "liby.so", ["-shared", "-fPIC"],
      in: scratch)
    let outcome = try abitool(["extract", library, "--format", "genode"])
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("thread-local symbols are left out"))
    #expect(try abitool(["extract", library, "--format", "genode", "--drop", "own"]).status == 0)
  }

  /// Names that are no promise are found wherever a text is read.
  @Test func internalNamesAreRejectedInAllModes() throws {
    try scratch.write("deny", "*_impl\n")
    try scratch.write(
      "ld.abi", "__gcov_flush T\n__start_section D 1\n_ctors_end D 8\nopen_impl T\n")
    try build(
      "linux",
      """
      extern "C" {
      void __gcov_flush(void) {} void open_impl(void) {}
      char __start_section = 1; long _ctors_end = 1;
      }

      """)
    let names = ["__gcov_flush", "__start_section", "_ctors_end", "open_impl"]
    for arguments in [
      ["--abi", "ld.abi"], ["--library", "ld-linux.lib.so", "--abi", "ld.abi"],
      ["--kernels", "linux", "--abi", "ld.abi"],
    ] {
      let outcome = try check(arguments + ["--deny", "deny"])
      #expect(outcome.status == 1)
      let found = Set(outcome.findings.filter { $0[1] == "internal" }.map { $0[2] })
      #expect(found.sorted() == names, "\(arguments)")
    }
    let extracted = try abitool(["extract", "ld-linux.lib.so"], in: scratch.url).lines
    #expect(extracted.filter { !$0.hasPrefix("#") } == ["open_impl T"])
  }

  // MARK: Renewing

  private static let plain = """
    # by hand
    _ZN7Session7upgradeEm T
    common T

    # data
    state D 8
    table V

    """

  private static let data = """
    extern "C" { long state = 1; __attribute__((weak)) long table = 2; }

    """

  @Test func renewingChangesNoByteWhereNothingHasChanged() throws {
    for kernel in ["nova", "hw"] { try build(kernel, Self.session + Self.data) }
    let text = try abitool(["extract", "ld-nova.lib.so", "--soname", "ld.lib.so"], in: scratch.url)
    for (name, text) in [
      ("plain.abi", Self.plain), ("full.abi", text.text),
      ("commented.abi", "# ours\n" + text.text + "\n# the end"),
    ] {
      try scratch.write(name, text)
      let outcome = try abitool(
        ["extract", "--update", name, "ld-nova.lib.so", "ld-hw.lib.so"], in: scratch.url)
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
      let renewed = try String(contentsOfFile: scratch.path(name), encoding: .utf8)
      #expect(renewed == text || renewed == text + "\n")
    }
  }

  @Test func renewingKeepsThePlainFormAndWhatOtherBuildsHave() throws {
    try build("nova", Self.session + Self.data + "extern \"C\" int nova_new(void) { return 1; }\n")
    try build("hw", Self.session + Self.data.replacing("long state", with: "int state"))
    // What another architecture calls a function of these libraries.
    let foreign = ["_ZN7Session7upgradeEj T", "__aeabi_memcpy T"]
    try scratch.write(
      "plain.abi",
      Self.plain + "gone T\nother T arch=riscv64\nkernel T kernel=linux\n"
        + foreign.map { $0 + "\n" }.joined())
    let outcome = try abitool(
      ["extract", "--update", "plain.abi", "ld-nova.lib.so", "ld-hw.lib.so"], in: scratch.url)
    #expect(outcome.status == 0)
    let text = try String(contentsOfFile: scratch.path("plain.abi"), encoding: .utf8)
    let body = text.split(separator: "\n").map(String.init)
    #expect(!body.contains("gone T") && Set(body).isSuperset(of: foreign))
    #expect(body.contains("nova_new T") && body.contains("other T arch=riscv64"))
    #expect(body.contains("kernel T kernel=linux") && body.contains("state D 8"))
    #expect(!text.contains("align=") && !text.contains("#%"))
    #expect(outcome.errors.contains("? state D 8: the library has state D 4\n"))
  }

  // MARK: Merging

  private func merged(_ arguments: [String]) throws -> [String] {
    let outcome = try abitool(["merge"] + arguments, in: scratch.url)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.lines.map(String.init)
  }

  @Test func unionsListWhatAnyBuildHas() throws {
    try build("nova", Self.session + Self.data + "extern \"C\" int nova_only(void) { return 1; }\n")
    try build("hw", Self.session + Self.data)
    let text = try merged(["--union", "ld-nova.lib.so", "ld-hw.lib.so"])
    #expect(
      text == [
        "#%abi 1", "#%soname ld.lib.so", "#%union", "_ZN7Session7upgradeEm T", "common T",
        "nova_only T", "state D 8", "table V 8",
      ])
    // All commands read it.
    try scratch.write("ld.abi", text.joined(separator: "\n") + "\n")
    #expect(try check(["--library", "ld-hw.lib.so", "--abi", "ld.abi"]).status == 0)
    #expect(try abitool(["stub", "ld.abi"], in: scratch.url).text.contains("nova_only"))
  }

  @Test func unionsOfWordSizesHaveBothNames() throws {
    let wide = try build("nova", Self.session + Self.data, arch: "arm_v8a")
    let narrow = try build("nova", Self.session + Self.data, arch: "x86_32")
    let text = try merged(["--union", wide, narrow])
    #expect(text.contains("_ZN7Session7upgradeEm T") && text.contains("_ZN7Session7upgradeEj T"))
    #expect(text.contains("state D 8 size32=4") && !text.contains { $0.contains("arch=") })
  }

  /// From a joint text, the ABI of each build can be had again.
  @Test func jointTextsHoldEachBuild() throws {
    let only = "extern \"C\" int nova_only(void) { return 1; }\n"
    let builds = [
      ("nova", try build("nova", Self.session + Self.data + only, arch: "arm_v8a"), "aarch64"),
      ("hw", try build("hw", Self.session + Self.data, arch: "arm_v8a"), "aarch64"),
      ("nova", try build("nova", Self.session + Self.data, arch: "x86_32"), "i386"),
    ]
    let text = try merged(["--joint"] + builds.map(\.1))
    #expect(text.contains("_ZN7Session7upgradeE{m|j} T"))
    #expect(text.contains("nova_only T arch=aarch64 kernel=nova"))
    try scratch.write("ld.abi", text.joined(separator: "\n") + "\n")
    for (kernel, library, arch) in builds {
      let arguments = ["ld.abi", "--kernel", kernel, "--arch", arch, "-o", "stub.so"]
      try succeed(abitoolPath, ["stub"] + arguments, in: scratch.url)
      let pair = try ["stub.so", library].map { file in
        try abitool(["extract", file, "--soname", "ld.lib.so"], in: scratch.url).text
      }
      #expect(pair[0] == pair[1])
    }
  }

  @Test func buildsThatNothingTellsApartAreNotMerged() throws {
    for (kernel, name) in [("nova", "one.so"), ("hw", "two.so")] {
      try build(kernel, Self.session)
      try FileManager.default.moveItem(
        atPath: scratch.path("ld-\(kernel).lib.so"), toPath: scratch.path(name))
    }
    let outcome = try abitool(["merge", "--joint", "one.so", "two.so"], in: scratch.url)
    #expect(outcome.status == 2 && outcome.errors.contains("say which kernel each is for"))
    #expect(try merged(["--joint", "nova=one.so", "hw=two.so"]).contains("common T"))
    #expect(try abitool(["merge", "one.so", "two.so"], in: scratch.url).status == 64)
  }
}
