import Foundation
import Support
import Testing

@testable import Findings

/// A symbol that `libpng.so` needs and `libz.so.1` does not define, as it is met in one process.
private func lost(
  _ symbol: ByteName = "crc32", by user: String = "libpng.so", in program: String,
  _ message: String = "libz.so.1 does not define it", severity: Severity = .error
) -> Finding {
  Finding(
    .undefinedSymbol, severity: severity, symbol: symbol, version: "ZLIB_1.2",
    needed: "libz.so.1", builds: [Build(path: program)], neededBy: [user],
    place: Finding.Place(path: user), message: message)
}

private func report(_ findings: [Finding]) -> Report {
  Report(
    command: "check", subject: "system",
    builds: Set(findings.flatMap(\.builds)).sorted(), findings: findings, approval: "complete",
    rejection: "not complete")
}

private func results(_ findings: [Finding]) throws -> [[String: Any]] {
  let bytes = try #require(report(findings).rendered(as: .sarif))
  let json = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
  let run = try #require((json["runs"] as? [[String: Any]])?.first)
  return try #require(run["results"] as? [[String: Any]])
}

private func fingerprint(_ result: [String: Any]) -> String {
  (result["partialFingerprints"] as? [String: String])?["primaryLocationLineHash"] ?? ""
}

/// One cause is one finding, whatever the words and wherever it is met.
@Suite struct FindingIdentityTests {
  @Test func wordsCountsAndPlacesAreNoPartOfTheIdentity() {
    let one = lost(in: "bin/a", "none of the 7 libraries that are loaded provides it")
    var other = lost(in: "bin/b")
    other.place?.line = 12
    #expect(one.identity == other.identity)
    #expect(one.identity != lost("adler32", in: "bin/a").identity)
    var unversioned = one
    unversioned.version = nil
    #expect(one.identity != unversioned.identity)
  }

  @Test func whatHasNoNameIsToldApartByItsPart() {
    func flaw(_ line: Int) -> Finding {
      Finding(.textOrder, place: Finding.Place(path: "ld.abi", line: line), message: "out of order")
    }
    #expect(flaw(3).identity != flaw(4).identity)
    func instruction(_ address: String) -> Finding {
      Finding(.systemCall, object: "init", symbol: "f", part: address, message: "syscall")
    }
    #expect(instruction("0x10").identity != instruction("0x20").identity)
  }

  @Test func eachLibraryThatBreaksOnePromiseIsAFinding() {
    let line = Finding.Place(path: "ld.abi", line: 3)
    let findings = ["a.so", "b.so"].map {
      Finding(.missing, symbol: "f", builds: [Build(path: $0)], place: line, message: "not there")
    }
    #expect(findings.map(\.object) == ["a.so", "b.so"])
    #expect(Finding.merged(findings).count == 2)
    #expect(findings.map(\.sentence) == ["not there", "not there"])
    // Builds of one library are not told apart by their files.
    let builds = ["nova", "hw"].map { kernel in
      Finding(
        .missing, symbol: "f", builds: [Build(kernel: kernel, path: "ld-\(kernel).lib.so")],
        place: line, message: "not there")
    }
    #expect(Finding.merged(builds).count == 1)
  }

  @Test func oneCauseInManyProcessesIsOneFinding() {
    let findings = (0..<98).map { number in
      lost(
        by: number.isMultiple(of: 2) ? "libpng.so" : "libxml2.so", in: "bin/\(number)",
        "none of the \(number) libraries that are loaded provides it",
        severity: number == 97 ? .error : .warning)
    }
    let merged = Finding.merged(findings)
    #expect(merged.count == 1)
    #expect(merged.first?.builds.count == 98)
    #expect(merged.first?.neededBy == ["libpng.so", "libxml2.so"])
    #expect(merged.first?.severity == .error)
  }

  @Test func whoIsDoneFirstDoesNotMatter() {
    let places = (0..<6).map { number in
      [
        lost(by: "lib\(number % 2).so", in: "bin/\(number)", "met as number \(number)"),
        lost("adler32", in: "bin/\(number)", "met as number \(number)"),
      ]
    }
    func merged(_ order: some Sequence<Int>) -> [Finding] {
      var merge = FindingMerge()
      for rank in order { merge.add(places[rank], rank: rank) }
      return merge.findings()
    }
    let expected = merged(0..<6)
    #expect(expected.map(\.message) == ["met as number 0", "met as number 0"])
    #expect(merged((0..<6).reversed()) == expected)
    #expect(merged([3, 1, 5, 0, 2, 4]) == expected)
  }

  @Test func detailsOfOneValueAreJoined() {
    let builds = ["nova", "hw", "linux"].map { Build(kernel: $0, path: "ld-\($0).lib.so") }
    let findings = zip(builds, ["32", "64", "32"]).map { build, size in
      Finding(
        .sizeDiffers, symbol: "ld_info", builds: [build],
        details: [Finding.Detail([build], size)], message: "it has \(size) bytes")
    }
    let merged = Finding.merged(findings)
    #expect(merged.count == 1)
    #expect(
      merged.first?.details == [
        Finding.Detail([builds[2], builds[0]], "32"), Finding.Detail([builds[1]], "64"),
      ])
  }

  // MARK: Reports

  private var everywhere: Finding {
    let programs = (0..<294).map { "bin/\($0)" }
    let libraries = (10..<43).map { "lib\($0).so" }
    return Finding(
      .neededNotFound, needed: "libblas.so.3", builds: programs.map { Build(path: $0) },
      neededBy: libraries, symbols: ["dgemm_", "sgemm_", "ddot_", "daxpy_"],
      place: Finding.Place(path: libraries[0]), message: "libblas.so.3 is not there")
  }

  @Test func textShowsThreeExamplesAndTheCount() {
    let text = TextReport().text(of: report([everywhere]))
    #expect(text.contains("\n  libblas.so.3 is not there\n"), "\(text)")
    #expect(
      text.contains("\n    4 symbols not found without it: dgemm_, sgemm_, ddot_, …\n"), "\(text)")
    #expect(text.contains("\n    needed by 33 files: lib10.so, lib11.so, lib12.so, …\n"), "\(text)")
    #expect(text.contains("\n    met in 294 files: bin/0, bin/1, bin/2, …\n"), "\(text)")
    var whole = TextReport()
    whole.limit = nil
    #expect(whole.text(of: report([everywhere])).contains("lib42.so"))
  }

  @Test func oneFileIsNamedAsThePlaceOnly() {
    let text = TextReport().text(of: report([lost(by: "init", in: "init")]))
    #expect(text.contains("\n  init: libz.so.1 does not define it\n  cure"), "\(text)")
  }

  @Test func jsonHasTheListsWhole() throws {
    let bytes = try #require(report([everywhere]).rendered(as: .json))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    let finding = try #require((json["findings"] as? [[String: Any]])?.first)
    #expect(finding["message"] as? String == "libblas.so.3 is not there")
    #expect(finding["needed"] as? String == "libblas.so.3")
    #expect((finding["neededBy"] as? [String])?.count == 33)
    #expect((finding["builds"] as? [Int])?.count == 294)
    #expect(finding["symbols"] as? [String] == ["dgemm_", "sgemm_", "ddot_", "daxpy_"])
  }

  @Test func sarifHasOneResultAFindingWithRelatedLocations() throws {
    let result = try #require(try results([everywhere]).first)
    #expect((result["locations"] as? [Any])?.count == 1)
    let related = try #require(result["relatedLocations"] as? [[String: Any]])
    #expect(related.count == 100)
    let words = related.compactMap { ($0["message"] as? [String: String])?["text"] }
    #expect(words.filter { $0 == "needs it" }.count == 32)
  }

  @Test func fingerprintsStayWhenLinesAndMessagesChange() throws {
    func missing(_ symbol: ByteName, _ line: Int, _ message: String) -> Finding {
      Finding(
        .missing, symbol: symbol, place: Finding.Place(path: "ld.abi", line: line),
        message: message)
    }
    let before = try results([missing("a", 3, "gone"), missing("b", 4, "gone")]).map(fingerprint)
    let after = try results([missing("a", 30, "no more"), missing("b", 41, "no more")])
      .map(fingerprint)
    #expect(before == after)
    #expect(Set(before).count == 2)
    #expect(before.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{16}:1/) != nil }, "\(before)")
  }

  @Test func resultsOfOneNameAreNumbered() throws {
    let sites = ["0x10", "0x20"].map { (address: String) in
      Finding(
        .systemCall, object: "init", symbol: "f", part: address, message: "syscall at \(address)")
    }
    let prints = try results(sites).map(fingerprint)
    #expect(prints.count == 2)
    #expect(prints.first?.hasSuffix(":1") == true && prints.last?.hasSuffix(":2") == true)
    #expect(Set(prints.map { String($0.dropLast(2)) }).count == 1)
  }
}
