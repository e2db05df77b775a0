import Foundation
import TestSupport
import Testing

/// `check --program --sysroot /` and the dynamic linker of this machine are of one opinion.
@Suite struct LinkAgreementTests {
  /// Programs and libraries of this machine, every n-th so that there are some 60.
  private func sample() throws -> [String] {
    var files: [String] = []
    for directory in ["/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu"] {
      for name in try FileManager.default.contentsOfDirectory(atPath: directory).sorted() {
        let path = "\(directory)/\(name)"
        guard (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) == nil,
          let handle = FileHandle(forReadingAtPath: path),
          let head = try? handle.read(upToCount: 20), head.count == 20,
          head.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2]), [2, 3].contains(head[16]),
          head[18] == 62
        else { continue }
        files.append(path)
      }
    }
    let step = max(1, files.count / 60)
    return stride(from: 0, to: files.count, by: step).map { files[$0] }
  }

  /// By symbol and version, the file that the dynamic linker takes it from.
  private func bindings(of path: String) throws -> [String: String] {
    let outcome = try run(
      "/lib64/ld-linux-x86-64.so.2", [path],
      environment: [
        "LD_TRACE_LOADED_OBJECTS": "1", "LD_WARN": "yes", "LD_BIND_NOW": "1",
        "LD_DEBUG": "bindings",
      ])
    let line = /binding file (\S+) \[0\] to (\S+) \[0\]: normal symbol `([^']+)'(?: \[([^\]]+)\])?/
    var result: [String: String] = [:]
    for match in outcome.errors.matches(of: line)
    where match.1 == path && match.2 != path {
      let name = String(match.3) + (match.4.map { "@" + $0 } ?? "")
      result[name] = URL(fileURLWithPath: String(match.2)).resolvingSymlinksInPath().path
    }
    return result
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/lib64/ld-linux-x86-64.so.2")))
  func everySymbolIsBoundAsTheDynamicLinkerBindsIt() throws {
    var count = 0
    for path in try sample() {
      let expected = try bindings(of: path)
      guard !expected.isEmpty else { continue }
      let outcome = try abitool([
        "check", "--program", path, "--sysroot", "/", "--bindings", "--format", "json",
      ])
      let report = try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any]
      var found: [String: String] = [:]
      for finding in report?["findings"] as? [[String: Any]] ?? []
      where finding["code"] as? String == "provided" {
        let version = (finding["symbolVersion"] as? String).map { "@" + $0 } ?? ""
        let words = (finding["message"] as? String ?? "").components(separatedBy: " provides ")
        found[(finding["symbol"] as? String ?? "") + version] =
          URL(fileURLWithPath: words[0]).resolvingSymlinksInPath().path
      }
      for (symbol, file) in expected {
        count += 1
        #expect(found[symbol] == file, "\(path): \(symbol)")
      }
    }
    #expect(count > 1000)
  }
}
