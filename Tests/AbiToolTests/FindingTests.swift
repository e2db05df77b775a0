import AbiModel
import AbiTool
import Findings
import Support
import Foundation
import Testing

private func allowFile(_ text: String) throws -> AllowFile {
  try Array(text.utf8).withUnsafeBytes { raw throws(InputError) in
    try AllowFile(raw, path: "allow")
  }
}

private let nova = Build(kernel: "nova", path: "ld-nova.lib.so")
private let hw = Build(kernel: "hw", path: "ld-hw.lib.so")

private func finding(_ name: String, _ code: FindingCode = .kernelSpecific, in builds: [Build])
  -> Finding
{
  Finding(
    code, symbol: ByteName(name), builds: builds,
    details: [Finding.Detail(builds, "T")], message: "\(name) is on some kernels only")
}

@Suite struct AllowFileTests {
  @Test func entryAcceptsWhatItNames() throws {
    let allow = try allowFile(
      """
      # exceptions
      nova_* kernel-specific kernel=nova # the UTCB is part of the nova interface

      """)
    var findings = [
      finding("nova_utcb", in: [nova]), finding("nova_shared", in: [nova, hw]),
      finding("hw_page", in: [hw]), finding("nova_kind", .kindDiffers, in: [nova]),
    ]
    allow.apply(to: &findings, builds: [nova, hw])
    #expect(findings.map { $0.allowance != nil } == [true, false, false, false])
    #expect(findings[0].allowance?.reason == "the UTCB is part of the nova interface")
    #expect(findings[0].allowance?.place.line == 2)
  }

  @Test func entryMayNameTheDemangledSymbol() throws {
    let allow = try allowFile("\"Connection::upgrade_ram(*\" size-type # joined\n")
    var findings = [finding("_ZN10Connection11upgrade_ramEm", .sizeType, in: [nova])]
    allow.apply(to: &findings, builds: [nova])
    #expect(findings.count == 1 && findings[0].allowance != nil)
  }

  @Test func entryMayNameTheVersion() throws {
    let allow = try allowFile("ld_clock@@LD_2 * # new\n")
    var findings = [finding("ld_clock", in: [nova]), finding("ld_clock", in: [nova])]
    findings[0].version = "LD_2"
    findings[0].isDefaultVersion = true
    findings[1].version = "LD_1"
    allow.apply(to: &findings, builds: [nova])
    #expect(findings.map { $0.allowance != nil } == [true, false])
  }

  @Test func entryMayNameTheLibraryOrTheFile() throws {
    let allow = try allowFile(
      """
      libblas.so.* needed-not-found # optional
      mods/*.so left-to-program # plug-ins

      """)
    var findings = [
      Finding(.neededNotFound, needed: "libblas.so.3", neededBy: ["a.so"], message: "not there"),
      Finding(.neededNotFound, needed: "libz.so.1", neededBy: ["libblas.so.3"], message: "gone"),
      Finding(.leftToProgram, object: "mods/a.so", symbols: ["host"], message: "left"),
      // A pattern for names is none for files.
      Finding(.leftToProgram, object: "mods/b.so", symbol: "libblas", message: "left"),
    ]
    allow.apply(to: &findings, builds: [])
    #expect(findings.map { $0.allowance != nil } == [true, false, true, false])
  }

  @Test func entryWithoutUseIsAFinding() throws {
    let allow = try allowFile(
      "gone kernel-specific # was there once\nfoc_* * kernel=foc # not built here\n")
    var findings: [Finding] = []
    allow.apply(to: &findings, builds: [nova, hw])
    #expect(findings.map(\.code) == [.staleAllowance])
    #expect(findings.first?.place?.line == 1)
  }

  @Test(arguments: [
    ("nova_utcb kernel-specific", "allow:1:26: expected # and the reason why this is accepted"),
    (
      "nova_utcb kernel-specfic # x",
      "allow:1:11: unknown finding code kernel-specfic; did you mean kernel-specific?"
    ),
    (
      "a * knel=x # y",
      "allow:1:5: expected kernel=NAME,…, arch=NAME,… or # and the reason"
    ),
    (
      "nova_utcb # because",
      "allow:1:11: expected a finding code after the pattern; see abitool check --list"
    ),
  ])
  func mistakesAreNamedWithTheirPlace(text: String, message: String) {
    #expect(throws: (any Error).self) { try allowFile(text) }
    do { _ = try allowFile(text) } catch { #expect("\(error)" == message) }
  }
}

@Suite struct ReportTests {
  let report = Report(
    command: "check", subject: "ld", builds: [nova, hw],
    findings: [
      finding("nova_utcb", in: [nova]),
      Finding(
        .textOrder, place: Finding.Place(path: "dir, a/ld.abi", line: 6, column: 1),
        message: "out of order: 100% sure"),
    ],
    approval: "one ABI", rejection: "not one ABI")

  @Test func textEndsWithTheVerdict() {
    let lines = TextReport().text(of: report).split(separator: "\n")
    #expect(lines.last == "ld: not one ABI (1 error, 1 warning)")
    #expect(lines.contains("    nova  hw"))
    #expect(lines.contains("    T     -   nova_utcb"))
  }

  @Test func textHasNoEscapesWithoutColor() {
    #expect(!TextReport().text(of: report).contains("\u{1b}"))
    var text = TextReport()
    text.usesColor = true
    #expect(text.text(of: report).contains("\u{1b}[1;31m"))
  }

  @Test func quietTextOfACleanReportIsEmpty() {
    var text = TextReport()
    text.isQuiet = true
    let clean = Report(
      command: "check", subject: "ld", findings: [], approval: "one ABI", rejection: "not")
    #expect(text.text(of: clean) == "")
    #expect(text.text(of: report) != "")
  }

  @Test func jsonIsValidAndComplete() throws {
    let bytes = try #require(report.rendered(as: .json))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    #expect(json["verdict"] as? String == "rejected")
    let findings = try #require(json["findings"] as? [[String: Any]])
    #expect(findings.map { $0["code"] as? String } == ["kernel-specific", "text-order"])
    #expect(findings[0]["builds"] as? [Int] == [0])
    #expect(findings[1]["line"] as? Int == 6)
  }

  @Test func githubCommandsEscapeWhatWouldEndThem() throws {
    let text = String(decoding: try #require(report.rendered(as: .github)), as: UTF8.self)
    #expect(text.contains("::warning file=dir%2C a/ld.abi,line=6,col=1,title="))
    #expect(text.contains("100%25 sure"))
    #expect(text.contains("::error file=ld-nova.lib.so,title="))
  }

  @Test func warningsRejectWhenAskedTo() {
    var warned = Report(
      command: "check", subject: "ld",
      findings: [Finding(.textOrder, message: "out of order")], approval: "", rejection: "")
    #expect(!warned.isRejected)
    warned.warningsReject = true
    #expect(warned.isRejected)
  }

  @Test func everyCodeIsDocumented() {
    #expect(Set(FindingCode.all.map(\.name)).count == FindingCode.all.count)
    for code in FindingCode.all {
      #expect(!code.title.isEmpty && !code.cure.isEmpty && !code.example.isEmpty)
      #expect(FindingCode.named(code.name) == code)
      #expect(code.manual.contains(code.title))
    }
  }
}
