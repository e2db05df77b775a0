import Foundation
import TestSupport
import Testing

/// What `abitool taint --format json` says.
struct TaintFindings {
  struct Entry: Hashable {
    var code: String
    var symbol: String
    var demangled: String
    var remark: String
    var file: String
    var line: Int?
    var details: [String]
    var isAllowed: Bool
    var isPlainSweep: Bool { remark.hasSuffix(", plain sweep") }
    /// `syscall at 0x1000`, without the place.
    var instruction: String { remark.components(separatedBy: " at ")[0] }
    var address: String {
      remark.components(separatedBy: " at ").last?.components(separatedBy: ",")[0] ?? ""
    }
  }

  var status: Int32
  var errors: String
  var entries: [Entry] = []
  var notAsked: [String] = []

  init(_ arguments: [String]) throws {
    let outcome = try abitool(["taint", "--format", "json"] + arguments)
    status = outcome.status
    errors = outcome.errors
    guard !outcome.output.isEmpty else { return }
    let json = try #require(
      try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
    notAsked = json["notAsked"] as? [String] ?? []
    for case let finding as [String: Any] in json["findings"] as? [Any] ?? [] {
      let details = finding["details"] as? [[String: Any]] ?? []
      entries.append(
        Entry(
          code: finding["code"] as? String ?? "", symbol: finding["symbol"] as? String ?? "",
          demangled: finding["demangled"] as? String ?? "",
          remark: finding["remark"] as? String ?? "", file: finding["file"] as? String ?? "",
          line: finding["line"] as? Int, details: details.compactMap { $0["value"] as? String },
          isAllowed: finding["allowed"] != nil))
    }
  }

  func with(_ code: String) -> [Entry] { entries.filter { $0.code == code } }

  var instructions: [Entry] {
    entries.filter { $0.code == "system-call" || $0.code == "privileged-instruction" }
  }
}

/// The instructions of a file by an independent disassembler: `FUNCTION: ADDRESS`.
func disassembled(
  _ path: String, with objdump: String, _ mnemonics: Set<String>
) throws -> [(function: String, address: String)] {
  var function = ""
  var found: [(String, String)] = []
  for line in try succeed(objdump, ["-d", path]).split(separator: "\n") {
    if line.hasSuffix(">:"), let open = line.firstIndex(of: "<") {
      let name = line[line.index(after: open)...].dropLast(2)
      // Mapping symbols and the labels of compilers are no functions.
      if !name.hasPrefix("$"), !name.hasPrefix(".") { function = String(name) }
      continue
    }
    let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard
      let text = columns.dropFirst().first(where: { column in
        column.split(separator: " ").contains { mnemonics.contains(String($0)) }
      }),
      let address = columns.first?.split(separator: ":").first?
        .trimmingCharacters(in: .whitespaces),
      columns.last == text || columns.count > 2
    else { continue }
    found.append((function, "0x" + address))
  }
  return found
}
