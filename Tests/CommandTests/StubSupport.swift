import Foundation
import TestSupport

/// By what a stub is made.
enum StubTools: String, CaseIterable, Sendable, CustomStringConvertible {
  /// No tools: what `stub` does unless told otherwise.
  case builtIn
  case gnu, llvm

  var description: String { rawValue }

  /// GNU's tools for a cross architecture have their triple in front.
  func options(for arch: String = "x86_64") -> [String] {
    switch self {
    case .builtIn: return []
    case .llvm: return ["--assembler", "clang", "--linker", "ld.lld"]
    case .gnu:
      let prefixes = [
        "aarch64": "aarch64-linux-gnu-", "arm_v8a": "aarch64-linux-gnu-",
        "arm": "arm-linux-gnueabihf-", "armhf": "arm-linux-gnueabihf-",
        "arm_v7a": "arm-linux-gnueabihf-",
        "riscv64": "riscv64-linux-gnu-", "riscv": "riscv64-linux-gnu-",
        "riscv32": "riscv64-linux-gnu-",
        "ppc64le": "powerpc64le-linux-gnu-", "s390x": "s390x-linux-gnu-",
        "mips64el": "mips64el-linux-gnuabi64-", "mipsn32el": "mips64el-linux-gnuabi64-",
      ]
      let prefix = prefixes[arch] ?? ""
      return ["--assembler", "\(prefix)as", "--linker", "\(prefix)ld"]
    }
  }
}

/// Text of an ABI without the parents of version nodes, which lld does not write, and without the
/// order that is stated where the parents do not imply it.
func withoutParents(_ text: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line in
    if line.hasPrefix("#%version-order") { return nil }
    return line.hasPrefix("#%version ")
      ? line.split(separator: " ").prefix(2).joined(separator: " ") : String(line)
  }.joined(separator: "\n")
}

/// Runs `abitool` with arguments that are to succeed, and gives its standard output.
@discardableResult
func abitoolSucceeds(_ arguments: [String], in directory: URL? = nil) throws -> String {
  let outcome = try abitool(arguments, in: directory)
  guard outcome.status == 0 else {
    throw UnexpectedStatus(
      description:
        "abitool \(arguments.joined(separator: " ")): status \(outcome.status)\n\(outcome.errors)")
  }
  return outcome.text
}

struct UnexpectedStatus: Error, CustomStringConvertible {
  var description: String
}

/// The first lines that only one of two texts has.
func differences(_ one: String, _ other: String) -> String {
  let lines = [one, other].map { Set($0.split(separator: "\n")) }
  let gone = lines[0].subtracting(lines[1]).sorted().prefix(8).map { "< \($0)" }
  let new = lines[1].subtracting(lines[0]).sorted().prefix(8).map { "> \($0)" }
  return (gone + new).joined(separator: "\n")
}
