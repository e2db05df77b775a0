import Foundation
@testable import Mangling
import Testing

/// One source compiled for two targets. Clang writes definitions in the order of the source, so the order
/// tells which names belong together, without looking at any of them.
@Suite struct CrossTargetTests {
  static let triples = [
    "x86_64": "x86_64-linux-gnu", "x86_32": "i386-linux-gnu", "x32": "x86_64-linux-gnux32",
    "aarch64": "aarch64-linux-gnu", "arm": "armv7-linux-gnueabihf",
    "riscv64": "riscv64-linux-gnu", "riscv32": "riscv32-linux-gnu", "s390x": "s390x-linux-gnu",
    "ppc32": "powerpc-linux-gnu", "mips_n32": "mips64-linux-gnuabin32",
    "mips64": "mips64-linux-gnuabi64",
  ]
  static let sources = ["targets", "declarations", "templates"]

  /// The names that each source defines on each target, in order.
  static let definitions = Result {
    var result: [String: [String: [String]]] = [:]
    for source in sources {
      for (target, triple) in triples {
        result[source, default: [:]][target] = try compile(source, for: triple)
      }
    }
    return result
  }

  private static func compile(_ source: String, for triple: String) throws -> [String] {
    let path = repository.appendingPathComponent("fixtures/names/\(source).cpp").path
    let assembly = try output(
      of: "clang++",
      ["--target=\(triple)", "-std=c++2c", "-nostdinc", "-w", "-S", path, "-o", "-"])
    #expect(assembly.succeeded, "\(source).cpp for \(triple)")
    return assembly.text.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("_Z"), let colon = line.firstIndex(of: ":") else { return nil }
      return String(line[..<colon])
    }
  }

  @Test(arguments: triples.keys, triples.keys)
  func namesOfOneSourceArePairedAsTheirOrderSays(first: String, second: String) throws {
    let firstModel = try #require(DataModel.named(first))
    let secondModel = try #require(DataModel.named(second))
    for source in Self.sources {
      let definitions = try Self.definitions.get()[source] ?? [:]
      let names = try (#require(definitions[first]), #require(definitions[second]))
      try #require(names.0.count == names.1.count)
      #expect(names.0.count > 50)
      let common = Set(names.0).intersection(names.1)
      var truth: [String: String] = [:]
      for (left, right) in zip(names.0, names.1) where left != right { truth[left] = right }
      let lefts = names.0.filter { !common.contains($0) }
      let rights = names.1.filter { !common.contains($0) }
      let pairing = try NamePairing(
        lefts.map { try parse($0) }, firstModel, rights.map { try parse($0) }, secondModel)
      for pair in pairing.pairs {
        #expect(truth[lefts[pair.first]] == rights[pair.second])
        #expect(!pair.differences.isEmpty)
      }
      let paired = Set(pairing.pairs.map { lefts[$0.first] })
      for name in lefts where !paired.contains(name) {
        Issue.record("\(name) should be paired with \(truth[name] ?? "none")")
      }
    }
  }
}
