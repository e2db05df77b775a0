import AbiModel
import AbiTool
import Findings
import Support
import ArgumentParser
import SystemPackage

extension CheckCommand {
  /// `check --abi FILE…` alone: the form of ABI texts. Says nothing when it is as it should be.
  func checkTexts() throws {
    var findings: [Finding] = []
    let denied = try promise.denied()
    for path in abi {
      findings += try PromisedAbi(path: path.path).textFindings(denied: denied)
    }
    let summary = Report(
      command: "check", subject: abi.count == 1 ? abi[0].string : "\(abi.count) ABI texts",
      findings: try report.allowing(findings), approval: "well-formed", rejection: "flawed")
    try report.finish(summary, isQuiet: summary.findings.isEmpty, style: .lines)
  }
}
