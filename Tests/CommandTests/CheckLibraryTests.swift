import AbiModel
import AbiTool
import Findings
import Support
import Foundation
import TestSupport
import Testing

/// A library that has one of everything that an ABI text can say.
private let source = """
  #define EXPORT __attribute__((visibility("default")))
  int open_it(void) { return 1; }
  __attribute__((weak)) int hook(void) { return 2; }
  long counter = 3;
  int zero[4];
  const int primes[3] = {2, 3, 5};
  int *const pointer = zero;
  __thread int per_thread = 4;
  __attribute__((visibility("protected"))) int shielded(void) { return 5; }
  extern long other_name __attribute__((alias("counter")));
  _Alignas(64) char line[64] = {1};
  int old_clock(void) { return 6; }
  int new_clock(void) { return 7; }
  __asm__(".symver old_clock, clock@X_1");
  __asm__(".symver new_clock, clock@@X_2");
  int unlisted(void) { return 8; }
  """

private let map = """
  X_1 { global: open_it; hook; counter; zero; primes; pointer; per_thread; shielded; other_name; line;
        clock; local: old_clock; new_clock; };
  X_2 { global: clock; unlisted; } X_1;
  X_3 { } X_2;
  """

/// The library, and the text with `unlisted` left out, in which `edits` replace words.
private func arguments(_ directory: TemporaryDirectory, _ edits: [(String, String)] = []) throws
  -> [String]
{
  let library = try directory.library("libx.so.1", source, version: map)
  var text =
    try succeed(abitoolPath, ["extract", library])
    .split(separator: "\n").filter { !$0.hasPrefix("unlisted") }.joined(separator: "\n") + "\n"
  for (old, new) in edits {
    guard text.contains(old) else { throw NoReport(errors: "\(old) is not in\n\(text)") }
    text = text.replacingOccurrences(of: old, with: new)
  }
  return ["--library", library, "--abi", try directory.write("x.abi", text)]
}

private func edited(
  _ code: String, status: Int32 = 1, _ edits: [(String, String)]
) -> FindingCase {
  FindingCase(
    code: code, status: status, flawed: { try arguments($0, edits) },
    clean: { try arguments($0) })
}

private func fixture(_ arch: String, patched offset: Int?, in directory: TemporaryDirectory) throws
  -> [String]
{
  let library = directory.path("ld.lib.so")
  var bytes = try Data(contentsOf: URL(fileURLWithPath: try Fixtures.ld(kernel: "hw", arch: arch)))
  if let offset { bytes[offset] ^= 6 }
  try bytes.write(to: URL(fileURLWithPath: library))
  let abi = directory.path("ld.abi")
  try succeed(abitoolPath, ["extract", library, "-o", abi])
  return ["--library", library, "--abi", abi]
}

private let cases: [FindingCase] = [
  edited("missing", [("open_it@@X_1 T", "close_it@@X_1 T\nopen_it@@X_1 T")]),
  edited("kind-differs", [("open_it@@X_1 T", "open_it@@X_1 D 4")]),
  edited("binding-differs", status: 0, [("hook@@X_1 W", "hook@@X_1 T")]),
  edited("type-differs", status: 0, [("open_it@@X_1 T", "open_it@@X_1 i")]),
  edited("too-small", [("zero@@X_1 B 16", "zero@@X_1 B 8")]),
  edited("too-large", status: 0, [("zero@@X_1 B 16", "zero@@X_1 B 32")]),
  edited("alignment-differs", status: 0, [("line@@X_1 D 64 align=64", "line@@X_1 D 64 align=32")]),
  edited("tls-differs", [(" tls", "")]),
  edited("storage-differs", [("primes@@X_1 R", "primes@@X_1 D")]),
  edited("visibility-differs", status: 0, [(" protected", "")]),
  edited("version-differs", [("open_it@@X_1 T", "open_it@@X_2 T")]),
  edited("default-moved", status: 0, [("clock@X_1", "clock@@X_1"), ("clock@@X_2 T\n", "")]),
  edited("alias-differs", [(" alias=counter@@X_1", "")]),
  edited("soname-differs", [("#%soname libx.so.1", "#%soname libx.so.2")]),
  edited(
    "version-node-missing", status: 0,
    [("#%version X_3 X_2", "#%version X_3 X_2\n#%version X_4 X_3")]),
  edited("version-node-missing", [("open_it@@X_1 T", "open_it@@X_1 T\nopen_it@X_9 T")]),
  edited("text-duplicate", [("hook@@X_1 W\n", "hook@@X_1 W\nhook@@X_1 W\n")]),
  edited("text-unknown-directive", [("#%abi 1\n", "#%abi 1\n#%sonmae x\n")]),
  edited("text-order", status: 0, []),
  edited("text-trailing-blanks", status: 0, [("hook@@X_1 W\n", "hook@@X_1 W  \n")]),
  FindingCase(
    code: "unpromised", status: 0, flawed: { try arguments($0) },
    clean: { try arguments($0, [("zero@@X_1", "unlisted@@X_2 T\nzero@@X_1")]) }),
  FindingCase(
    code: "other-differs",
    flawed: { directory in
      let arguments = try fixture("arm_v8a", patched: nil, in: directory)
      let text = try String(contentsOfFile: arguments[3], encoding: .utf8)
      try directory.write("ld.abi", text.replacingOccurrences(of: " other=0x80", with: ""))
      return arguments
    }, clean: { try fixture("arm_v8a", patched: nil, in: $0) }),
  FindingCase(
    code: "other-arch", status: 0,
    flawed: { try arguments($0, [("open_it@@X_1 T", "__aeabi_memcpy T\nopen_it@@X_1 T")]) },
    clean: { try arguments($0) }),
  FindingCase(
    code: "not-in-this-build", status: 0,
    flawed: {
      try arguments($0, [("open_it@@X_1 T", "nova_utcb T\nopen_it@@X_1 T")]) + ["--union"]
    },
    clean: { try arguments($0) + ["--union"] }),
  FindingCase(
    code: "arch-differs",
    flawed: { try fixture("riscv64", patched: nil, in: $0) + ["--arch", "x86_64"] },
    clean: { try fixture("riscv64", patched: nil, in: $0) + ["--arch", "riscv64"] }),
  FindingCase(
    code: "flags-differ",
    // Byte 48 of a 64-bit ELF header is the lowest of e_flags.
    flawed: { try fixture("riscv64", patched: 48, in: $0) + ["--arch", "riscv64"] },
    clean: { try fixture("riscv64", patched: nil, in: $0) + ["--arch", "riscv64"] }),
]

@Suite struct CheckLibraryTests {
  @Test(arguments: cases)
  func findingHasItsCauseAndIsAbsentWithout(_ one: FindingCase) throws {
    // Swapping two lines takes two steps of replacement; the case of the order does it by hand.
    let directory = try TemporaryDirectory()
    var given = try one.flawed(directory)
    if one.code == "text-order" {
      let lines = try String(contentsOfFile: given[3], encoding: .utf8).split(separator: "\n")
      let reordered =
        lines.prefix(while: { $0.hasPrefix("#") }) + lines.drop { $0.hasPrefix("#") }.reversed()
      given[3] = try directory.write("x.abi", reordered.joined(separator: "\n") + "\n")
    }
    let flawed = try abitool(["check"] + given + ["--format", "json"])
    #expect(try JsonFindings(flawed).codes.contains(one.code), "\(flawed.text)")
    #expect(flawed.status == one.status, "\(flawed.text)")
    let twin = try TemporaryDirectory()
    let clean = try abitool(["check"] + (try one.clean(twin)) + ["--format", "json"])
    #expect(try !JsonFindings(clean).codes.contains(one.code), "\(clean.text)")
    #expect(clean.status == 0, "\(clean.text)")
  }

  @Test func everyLibraryCodeHasACase() {
    let tested = Set(cases.map(\.code))
    for code in FindingCode.libraryCodes { #expect(tested.contains(code.name), "\(code)") }
  }

  @Test func keptPromiseIsQuiet() throws {
    let directory = try TemporaryDirectory()
    let outcome = try abitool(["check"] + (try arguments(directory)))
    #expect(outcome.status == 0 && outcome.text.isEmpty && outcome.errors.isEmpty)
  }

  @Test func brokenPromiseIsOneLine() throws {
    let directory = try TemporaryDirectory()
    let given = try arguments(directory, [("zero@@X_1 B 16", "zero@@X_1 B 8")])
    let outcome = try abitool(["check"] + given)
    #expect(outcome.lines.count == 3 && outcome.text.contains("--explain CODE"), "\(outcome.text)")
    #expect(
      outcome.lines.first?.hasSuffix(
        "error: zero@@X_1: the ABI says 8 bytes, and it is 16 bytes in \(given[1]) [too-small]")
        == true, "\(outcome.text)")
    #expect(outcome.lines.first?.hasPrefix("\(given[3]):") == true)
  }

  /// Every linker keeps the joint ABI of all three.
  @Test func fixtureLinkersKeepTheirJointAbi() throws {
    let directory = try TemporaryDirectory()
    let abi = directory.path("ld.abi")
    let first = URL(fileURLWithPath: try Fixtures.ld(kernel: "nova"))
    _ = try abitool([
      "check", "--kernels", "nova,hw,linux", "--dir", first.deletingLastPathComponent().path,
      "--join", "--write", abi,
    ])
    for kernel in Fixtures.kernels {
      let outcome = try abitool([
        "check", "--library", try Fixtures.ld(kernel: kernel), "--abi", abi, "--kernel", kernel,
      ])
      #expect(outcome.status == 0, "\(kernel): \(outcome.text)")
    }
    let wrong = try abitool([
      "check", "--library", try Fixtures.ld(kernel: "hw"), "--abi", abi, "--kernel", "nova",
      "--format", "json",
    ])
    #expect(try JsonFindings(wrong).codes.contains("missing"))
    let unnamed = try abitool([
      "check", "--library", try Fixtures.ld(kernel: "hw"), "--abi", abi,
    ])
    #expect(unnamed.status == 2 && unnamed.errors.contains("exists on some kernels only"))
  }

  /// Plain symbol files say nothing of versions, alignment and the size of weak data.
  @Test func plainSymbolFileIsAPromiseToo() throws {
    let directory = try TemporaryDirectory()
    let library = try directory.library("libx.so.1", source, version: map)
    let text = try directory.write(
      "symbols", "clock T\ncounter D 8\nhook W\nline D 64\nprimes R 12\n")
    let outcome = try abitool(["check", "--library", library, "--abi", text])
    #expect(outcome.status == 0 && outcome.text.isEmpty, "\(outcome.text)")
  }
}
