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
      "allow:1:5: expected omit, include, kernel=NAME,…, arch=NAME,… or # and the reason"
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
    #expect(json["notes"] as? Int == 0 && json["informations"] == nil)
    #expect(findings[0]["builds"] as? [Int] == [0])
    #expect(findings[1]["line"] as? Int == 6)
  }

  @Test func sarifRulesNameTheirAuthority() throws {
    let text = String(decoding: try #require(report.rendered(as: .sarif)), as: UTF8.self)
    let url = try #require(FindingCode.kernelSpecific.authority.url)
    #expect(text.contains("\"helpUri\": \"\(url)\""))
    // A page of this project has no address, so it is in the text.
    #expect(text.components(separatedBy: "\"helpUri\"").count == 2)
    #expect(text.contains("Authority: docs/abi-format.md, \\\"Grammar\\\""))
    #expect(text.contains("No finding:\\n"))
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

  // MARK: What is not known

  private func report(_ findings: [Finding]) -> Report {
    Report(
      command: "taint", subject: "init", findings: findings, approval: "kernel-agnostic",
      rejection: "tainted", question: Question(asked: ["code", "symbols"], notAsked: ["headers"]))
  }

  private let unanswered = Finding(
    .notKnown, part: "code", place: Finding.Place(path: "init"), message: "code: of SPARC v9")
  private let rejected = Finding(.systemCall, object: "init", message: "syscall at 0x10")

  @Test func whatIsNotKnownOutweighsWhatIsRejected() {
    #expect(report([]).exitStatus == 0)
    #expect(report([rejected]).exitStatus == 1)
    #expect(report([unanswered]).exitStatus == 2)
    #expect(report([unanswered, rejected]).exitStatus == 2)
    #expect(report([unanswered, rejected]).isRejected)
    var note = unanswered
    note.severity = .information
    #expect(report([note]).exitStatus == 2)
  }

  @Test func verdictNamesTheQuestion() {
    #expect(
      report([]).verdict
        == "init: kernel-agnostic; asked: code, symbols; not asked: headers")
    #expect(
      report([unanswered]).verdict
        == "init: not known (1 not known); asked: code, symbols; not asked: headers")
    #expect(
      report([unanswered, rejected]).verdict.hasPrefix(
        "init: tainted, and not all is known (1 error, 1 not known); asked: "))
  }

  @Test func whatIsNotKnownIsSaidToThoseWhoWantQuiet() {
    var text = TextReport()
    text.isQuiet = true
    text.style = .lines
    #expect(text.text(of: report([])) == "")
    #expect(text.text(of: report([unanswered])).hasPrefix("init: not known: code: of SPARC v9 ["))
  }

  @Test func acceptedQuestionsDoNotCount() throws {
    var findings = [unanswered]
    try allowFile("init not-known # assembly, read by two people\n").apply(
      to: &findings, builds: [])
    #expect(report(findings).exitStatus == 0)
    #expect(report(findings).verdict.contains("(1 allowed)"))
  }

  @Test func jsonHasTheOutcomeAndTheQuestion() throws {
    let bytes = try #require(report([unanswered, rejected]).rendered(as: .json))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    #expect(json["verdict"] as? String == "not-known")
    #expect(json["asked"] as? [String] == ["code", "symbols"])
    #expect(json["notAsked"] as? [String] == ["headers"])
    #expect(json["errors"] as? Int == 1 && json["notKnown"] as? Int == 1)
  }

  @Test func sarifSaysThatTheRunIsNotComplete() throws {
    func run(_ findings: [Finding]) throws -> (invocation: [String: Any], results: Int) {
      let bytes = try #require(report(findings).rendered(as: .sarif))
      let json = try #require(
        try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
      let run = try #require((json["runs"] as? [[String: Any]])?.first)
      return (
        try #require((run["invocations"] as? [[String: Any]])?.first),
        (run["results"] as? [Any])?.count ?? 0
      )
    }
    let incomplete = try run([unanswered, rejected])
    #expect(incomplete.invocation["executionSuccessful"] as? Bool == false)
    #expect(incomplete.invocation["exitCode"] as? Int == 2)
    let notifications = incomplete.invocation["toolExecutionNotifications"] as? [[String: Any]]
    #expect(notifications?.count == 1)
    #expect(notifications?.first?["level"] as? String == "error")
    #expect(incomplete.results == 1)
    let complete = try run([rejected])
    #expect(complete.invocation["executionSuccessful"] as? Bool == true)
    #expect(complete.invocation["toolExecutionNotifications"] == nil)
  }

  @Test func everyCodeIsDocumented() {
    #expect(Set(FindingCode.all.map(\.name)).count == FindingCode.all.count)
    for code in FindingCode.all {
      #expect(!code.title.isEmpty && !code.cure.isEmpty && !code.example.isEmpty)
      #expect(!code.counterExample.isEmpty && code.counterExample != code.example)
      #expect(!code.authority.name.isEmpty)
      #expect(code.authority.url?.hasPrefix("https://") != false)
      #expect(FindingCode.named(code.name) == code)
      for text in [code.title, "No finding:\n", "\nAuthority: "] {
        #expect(code.manual.contains(text), "\(code)")
      }
    }
  }
}
