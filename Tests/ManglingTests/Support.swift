import Foundation
@testable import Mangling
import TestSupport
import Testing

/// What a program printed, and whether it succeeded.
func output(
  of program: String, _ arguments: [String], input: String = ""
) throws -> (text: String, succeeded: Bool) {
  let outcome = try run(program, arguments, input: Data(input.utf8))
  return (outcome.text, outcome.status == 0)
}

/// The mangled names that `nm` lists, without versions.
func mangledNames(in file: String, _ options: [String]) throws -> [String] {
  let listing = try output(of: "nm", options + [file]).text
  var names: Set<String> = []
  for line in listing.split(separator: "\n") {
    guard let symbol = line.split(separator: " ").last else { continue }
    let name = symbol.split(separator: "@")[0]
    if name.hasPrefix("_Z") { names.insert(String(name)) }
  }
  return names.sorted()
}

let repository = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

func parse(_ name: String) throws(MangledNameError) -> MangledName {
  var parser = MangledNameParser()
  return try parser.parse(name)
}

/// The processor time of this thread that `body` takes, in seconds: other work of the machine does not
/// count.
func processorTime<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
  let start = now()
  try body()
  return now() - start
}

/// Reproducible random numbers.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The symbols that C++ source defines when this machine's g++ or another compiler compiles it.
func compile(
  _ source: String, _ options: [String] = [], with compiler: String = "g++"
) throws -> [String] {
  let object = FileManager.default.temporaryDirectory
    .appendingPathComponent("source-\(UUID().uuidString).o")
  defer { try? FileManager.default.removeItem(at: object) }
  let compilation = try output(
    of: compiler, ["-x", "c++", "-w", "-c", "-", "-o", object.path] + options, input: source)
  guard compilation.succeeded else { throw CompilationFailed(compiler: compiler) }
  return try output(of: "nm", ["--defined-only", object.path]).text.split(separator: "\n")
    .compactMap { $0.split(separator: " ").last.map(String.init) }
}

struct CompilationFailed: Error {
  var compiler: String
}

/// Children lie within their parent, before it, and in order.
func checkShape(of name: MangledName) {
  for (index, node) in name.nodes.enumerated() {
    #expect(node.range.upperBound <= name.bytes.count)
    for child in name.children(of: index) {
      #expect(child < index)
      #expect(name.nodes[child].range.upperBound <= node.range.upperBound)
      #expect(name.nodes[child].range.lowerBound >= node.range.lowerBound)
    }
    if node.kind == .substitution { #expect(Int(node.value) < index) }
  }
}
