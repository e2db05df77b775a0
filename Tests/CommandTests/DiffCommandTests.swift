import AbiModel
import AbiTool
import Findings
import Support
import Foundation
import TestSupport
import Testing

private let header = "#%abi 1\n#%soname libx.so.1\n"

private func texts(_ old: String, _ new: String)
  -> @Sendable (TemporaryDirectory) throws -> [String]
{
  { [try $0.write("old.abi", header + old), try $0.write("new.abi", header + new)] }
}

private func change(_ code: String, status: Int32 = 1, _ old: String, _ new: String) -> FindingCase
{
  FindingCase(code: code, status: status, flawed: texts(old, new), clean: texts(old, old))
}

private let cases: [FindingCase] = [
  change("missing", "a T\nb T\n", "a T\n"),
  change("added", status: 0, "a T\n", "a T\nb T\n"),
  change("renamed", "_ZN1S3putEi T\n", "_ZN1S3putEl T\n"),
  change("renamed", "_ZN1S3getEPKc T\n", "_ZNK1S3getEPc T\n"),
  change("version-node-missing", "f@@V_1 T\n", "f@@V_2 T\n"),
  change("version-differs", "f@@V_1 T\ng@@V_1 T\n", "f@@V_2 T\ng@@V_1 T\n"),
  change("default-moved", status: 0, "f@@V_1 T\n", "f@@V_2 T\nf@V_1 T\n"),
  change("default-version-differs", status: 0, "f@@V_1 T\n", "f@V_1 T\n"),
  change("binding-differs", status: 0, "f W\n", "f T\n"),
  change("compatible-change", status: 0, "f T\n", "f@@V_1 T\n"),
  change("version-unchecked", status: 0, "f@@V_1 T\n", "f T\n"),
  change("kind-differs", "f T\n", "f D 8\n"),
  change("too-small", "d D 8\n", "d D 16\n"),
  change("too-large", "d D 16\n", "d D 8\n"),
  change("too-small", "d D 16 size32=8\n", "d D 16 size32=12\n"),
  change("storage-differs", "d D 8\n", "d R 8\n"),
  change("tls-differs", "d D 8\n", "d D 8 tls\n"),
  change("visibility-differs", "d D 8\n", "d D 8 protected\n"),
  change("visibility-differs", status: 0, "f T\n", "f T protected\n"),
  change("other-differs", "f T\n", "f T other=0x80\n"),
  change("alignment-differs", status: 0, "d D 64 align=16\n", "d D 64 align=64\n"),
  change("alias-differs", "d D 8\ne D 8 alias=d\n", "d D 8\ne D 8\n"),
  change("alias-differs", "d D 8\ne D 8\n", "d D 8\ne D 8 alias=d\n"),
  change(
    "version-node-missing", "#%version V_1\nf@@V_1 T\ng@@V_2 T\n", "f T\ng@@V_2 T\n"),
  change(
    "version-node-missing", status: 0, "#%version V_1\n#%version V_2\nf T\n", "#%version V_2\nf T\n"),
  change("must-define", "f T\n", "entry U\nf T\n"),
  change("missing", "f T\n", "f T kernel=nova\n"),
  FindingCase(
    code: "soname-differs",
    flawed: {
      [
        try $0.write("old.abi", header + "f T\n"),
        try $0.write("new.abi", "#%soname libx.so.2\nf T\n"),
      ]
    }, clean: texts("f T\n", "f T\n")),
]

@Suite struct DiffCommandTests {
  @Test(arguments: cases)
  func changeIsFoundAndJudged(_ one: FindingCase) throws {
    let directory = try TemporaryDirectory()
    let flawed = try abitool(["diff", "--format", "json"] + (try one.flawed(directory)))
    let report = try JsonFindings(flawed)
    #expect(report.codes.contains(one.code), "\(flawed.text)")
    #expect(flawed.status == one.status, "\(flawed.text)")
    #expect(report.facts["compatibility"] == (one.status == 0 ? "compatible" : "breaking"))
    let twin = try TemporaryDirectory()
    let clean = try abitool(["diff", "--format", "json"] + (try one.clean(twin)))
    #expect(try JsonFindings(clean).codes.isEmpty, "\(clean.text)")
    #expect(clean.status == 0 && clean.text.contains("\"identical\""))
  }

  @Test func everyDiffCodeHasACase() {
    let tested = Set(cases.map(\.code))
    for code in FindingCode.diffCodes { #expect(tested.contains(code.name), "\(code)") }
  }

  @Test func whatMightBeEitherOfTwoIsNoRename() throws {
    let directory = try TemporaryDirectory()
    let files = try texts("_ZN1S3putEi T\n", "_ZN1S3putEl T\n_ZN1S3putEs T\n")(directory)
    let report = try JsonFindings(try abitool(["diff", "--format", "json"] + files))
    #expect(report.codes == ["missing", "added"])
  }

  @Test func renameSaysWhatIsDifferent() throws {
    let directory = try TemporaryDirectory()
    for (old, new, words) in [
      ("_ZN1S3putEi", "_ZN1S3putEl", "differs in the width of an integer"),
      ("_ZN1S3getEv", "_ZNK1S3getEv", "differs in constness"),
      ("_Z4copyPKcS0_i", "_Z4copyPcPKcl", "differs in the width of an integer and constness"),
    ] {
      let outcome = try abitool(
        ["diff", "--format", "json"] + (try texts("\(old) T\n", "\(new) T\n")(directory)))
      #expect(try JsonFindings(outcome).messages.first?.contains(words) == true, "\(outcome.text)")
    }
  }

  /// Whether data has contents is nothing that a program can tell.
  @Test func zeroedDataIsNoChange() throws {
    let directory = try TemporaryDirectory()
    let files = try texts("d D 8\n", "d B 8\n")(directory)
    let outcome = try abitool(["diff", "--format", "json"] + files)
    #expect(outcome.status == 0 && outcome.text.contains("\"identical\""))
  }

  // MARK: Versions

  @Test func nextVersionFollowsFromTheVerdict() throws {
    let directory = try TemporaryDirectory()
    func library(_ name: String, _ source: String) throws -> String {
      try directory.library(name, source, soname: "libx.so.1")
    }
    let old = try library("libx.so.1.4.2", "int f(void) { return 0; } int g(void) { return 0; }")
    let more = try library("more.so", "int f(void) {return 0;} int g(void) {return 0;} int h;")
    let less = try library("less.so", "int f(void) { return 0; }")
    for (new, status, words) in [
      (old, Int32(0), "identical; next version: 1.4.3 (patch)"),
      (more, 0, "compatible; next version: 1.5.0 (minor), SONAME stays libx.so.1"),
      (less, 1, "breaking; next version: 2.0.0 (major), SONAME libx.so.2"),
    ] {
      let outcome = try abitool(["diff", old, new])
      #expect(outcome.status == status)
      #expect(outcome.lines.last?.contains(words) == true, "\(outcome.text)")
    }
  }

  /// A text that lists a weak C++ symbol means it.
  @Test func textAndLibraryAreCompared() throws {
    let directory = try TemporaryDirectory()
    let library = try Fixtures.compile(
      "template <class T> struct Box { T get() { return {}; } }; template struct Box<int>;\nint f() { return 0; }",
      as: "libbox.so", language: "cpp", ["-shared", "-fPIC", "-nostdlib"], in: directory)
    let abi = directory.path("box.abi")
    try succeed(abitoolPath, ["extract", library, "--keep", "_ZN3Box*", "-o", abi])
    for pair in [[abi, library], [library, abi]] {
      let outcome = try abitool(["diff", "--format", "json"] + pair)
      #expect(outcome.text.contains("\"identical\""), "\(outcome.text)")
    }
  }

  @Test func librariesOfTwoArchitecturesAreNoVersions() throws {
    let outcome = try abitool([
      "diff", try Fixtures.ld(kernel: "hw"), try Fixtures.ld(kernel: "hw", arch: "riscv64"),
    ])
    #expect(outcome.status == 2 && outcome.errors.contains("compared on one architecture"))
  }

  // MARK: Baseline

  @Test func baselineIsMadeCheckedAndRenewed() throws {
    let directory = try TemporaryDirectory()
    let first = try directory.library("libx.so", "int f(void) { return 0; }")
    let baseline = directory.path("x.abi")
    let missing = try abitool(["diff", "--baseline", baseline, first])
    #expect(missing.status == 2)
    #expect(try abitool(["diff", "--baseline", baseline, first, "--update"]).status == 0)
    let same = try abitool(["diff", "--baseline", baseline, first])
    #expect(same.status == 0 && same.text.isEmpty)
    try (String(contentsOfFile: baseline, encoding: .utf8) + "# keep me\n")
      .write(toFile: baseline, atomically: false, encoding: .utf8)
    let other = try TemporaryDirectory()
    let next = try other.library("libx.so", "int g(void) { return 0; }")
    #expect(try abitool(["diff", "--baseline", baseline, next]).status == 1)
    #expect(try String(contentsOfFile: baseline, encoding: .utf8).contains("f T"))
    #expect(try abitool(["diff", "--baseline", baseline, next, "--update"]).status == 0)
    let text = try String(contentsOfFile: baseline, encoding: .utf8)
    #expect(text.contains("g T") && !text.contains("f T") && text.contains("# keep me"), "\(text)")
  }

  // MARK: Forms

  @Test func markdownIsATable() throws {
    let directory = try TemporaryDirectory()
    let files = try texts("a T\nd D 8\n", "a T\nd D 16\n\"x|y\" T\n")(directory)
    let outcome = try abitool(["diff", "--format", "markdown"] + files)
    #expect(outcome.text.contains("| symbol | old | new |\n|---|---|---|\n"), "\(outcome.text)")
    #expect(outcome.text.contains("| `d` | `8` | `16` |"), "\(outcome.text)")
    #expect(outcome.text.contains("x\\|y"), "\(outcome.text)")
  }

  @Test func githubAnnotationsNameTheSymbol() throws {
    let directory = try TemporaryDirectory()
    let outcome = try abitool(
      ["diff", "--format", "github"] + (try texts("a T\nb T\n", "a T\n")(directory)))
    #expect(outcome.text.contains("::error ") && outcome.text.contains("b: is gone"))
  }

  @Test func allowedBreakIsNone() throws {
    let directory = try TemporaryDirectory()
    let files = try texts("a T\nb T\n", "a T\n")(directory)
    let allow = try directory.write("allow", "b missing # never documented\n")
    let outcome = try abitool(["diff", "--allow", allow] + files)
    #expect(outcome.status == 0 && outcome.text.contains("compatible; next version"))
  }

  @Test func agreesWithAbidiffOnAPlantedChange() throws {
    let directory = try TemporaryDirectory()
    let old = try directory.library(
      "old.so",
      "int keep(void){return 0;} int gone(void){return 1;} int data[4] = {1}; int lost = 2;",
      soname: "libx.so.1", ["-g"])
    let new = try directory.library(
      "new.so",
      "int keep(void){return 0;} int fresh(void){return 1;} int data[4] = {1}; int found = 2;",
      soname: "libx.so.1", ["-g"])
    let outcome = try run("abidiff", ["--no-show-locs", old, new])
    let ours = try abitool(["diff", "--format", "json", old, new])
    for (code, mark, names) in [
      ("missing", "[D]", ["gone", "lost"]), ("added", "[A]", ["fresh", "found"]),
    ] {
      let report = try JSONSerialization.jsonObject(with: ours.output) as? [String: Any]
      let found = (report?["findings"] as? [[String: Any]] ?? [])
        .filter { $0["code"] as? String == code }.compactMap { $0["symbol"] as? String }
      #expect(Set(found) == Set(names))
      for name in names {
        #expect(
          outcome.text.split(separator: "\n").contains { $0.contains(mark) && $0.contains(name) })
      }
    }
  }
}
