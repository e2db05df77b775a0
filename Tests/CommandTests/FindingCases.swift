import AbiModel
import AbiTool
import Findings
import Support
import Foundation
import TestSupport
import Testing

/// What a report in JSON says.
struct JsonFindings {
  var codes: Set<String> = []
  var messages: [String] = []
  var facts: [String: String] = [:]

  init(_ outcome: Outcome) throws {
    guard
      let report = try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any],
      let findings = report["findings"] as? [[String: Any]]
    else { throw NoReport(errors: outcome.errors) }
    for finding in findings {
      codes.insert(finding["code"] as? String ?? "")
      messages.append(finding["message"] as? String ?? "")
    }
    facts = report["facts"] as? [String: String] ?? [:]
  }
}

struct NoReport: Error {
  var errors: String
}

/// A way to make one finding, and its twin without.
struct FindingCase: Sendable, CustomTestStringConvertible {
  var code: String
  /// The exit status with the finding: 1 for errors.
  var status: Int32 = 1
  var flawed: @Sendable (TemporaryDirectory) throws -> [String]
  var clean: @Sendable (TemporaryDirectory) throws -> [String]

  var testDescription: String { code }
}

extension TemporaryDirectory {
  /// A shared library `NAME` with the SONAME `soname`.
  func library(
    _ name: String, _ source: String, soname: String? = nil, version: String? = nil,
    _ options: [String] = []
  ) throws -> String {
    var all = ["-shared", "-fPIC", "-nostdlib", "-Wl,-soname,\(soname ?? name)"] + options
    if let version {
      all.append("-Wl,--version-script,\(try write("\(name).map", version))")
    }
    return try Fixtures.compile(source, as: name, all, in: self)
  }

  /// A program that is linked with `libraries`.
  func program(
    _ source: String, as name: String = "program", _ libraries: [String], _ options: [String] = []
  ) throws -> String {
    try Fixtures.compile(
      source, as: name, ["-Wl,--allow-shlib-undefined"] + options + libraries, in: self)
  }
}
