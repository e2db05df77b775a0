import Foundation
@testable import Mangling
import Testing

/// A name in which every substitution is written out stands for the same entity: demanglers print the same text,
/// and fingerprints are equal. So what each `S_` refers to is right.
@Suite struct SubstitutionTests {
  @Test(arguments: ["libstdc++.so.6", "libLLVM-14.so.1"])
  func namesOfRealLibrariesMeanTheSameWrittenOut(library: String) throws {
    let names = try mangledNames(in: "/usr/lib/x86_64-linux-gnu/\(library)", ["-D"])
    // A sample of the large one: texts of several kilobytes each.
    let step = max(1, names.count / 6000)
    let checked = try check(names.enumerated().filter { $0.offset % step == 0 }.map(\.element))
    #expect(checked > 1000)
  }

  @Test(arguments: ["g++", "clang++"]) func namesOfTheCorpusMeanTheSameWrittenOut(
    compiler: String
  ) throws {
    let checked = try check(corpusNames(compiler, "c++20") + moduleNames())
    #expect(checked > 50)
  }

  /// Returns how many names with substitutions could be written out.
  private func check(_ names: [String]) throws -> Int {
    var parser = MangledNameParser()
    var pairs: [(name: String, plain: String)] = []
    for name in names {
      let parsed = try parser.parse(name)
      guard parsed.nodes.contains(where: { $0.kind == .substitution }),
        let plain = writtenOut(parsed)
      else { continue }
      pairs.append((name, plain))
    }
    let lines = pairs.map(\.name) + pairs.map(\.plain)
    let texts = try output(of: "c++filt", [], input: lines.joined(separator: "\n") + "\n").text
      .split(separator: "\n", omittingEmptySubsequences: false)
    for (index, pair) in pairs.enumerated() where texts[index] != pair.name {
      #expect(texts[index] == texts[pairs.count + index], "\(pair.name) written out: \(pair.plain)")
      #expect(try fingerprint(pair.name) == fingerprint(pair.plain), "\(pair.name)")
    }
    return pairs.count
  }

  private func writtenOut(_ name: MangledName) -> String? {
    var writer = WrittenOut(name: name)
    return writer.text()
  }

  private func fingerprint(_ name: String) throws -> Fingerprint? {
    try parse(name).fingerprints().last
  }
}

/// The bytes of a name without `S_`, `S0_`, ….
private struct WrittenOut {
  let name: MangledName
  var result: [UInt8] = []
  /// A scope that can only be referred to: what is in a function cannot stand behind `N`.
  var isPossible = true

  /// nil when the name cannot be written so, or would be longer than demanglers read.
  mutating func text() -> String? {
    write(name.root)
    guard isPossible, result.count < 1000 else { return nil }
    return String(decoding: result, as: UTF8.self)
  }

  /// Writes the node at `index`; the text between its children is copied.
  private mutating func write(_ index: Int, inScope: Bool = false) {
    guard result.count < 2000 else { return }
    let node = name.nodes[index]
    switch node.kind {
    case .substitution: writeTarget(Int(node.value), inScope: inScope)
    case .templateId where !inScope && needsScope(index):
      // `S_ I … E` of a nested template.
      result.append(UInt8(ascii: "N"))
      write(index, inScope: true)
      result.append(UInt8(ascii: "E"))
    default:
      var position = node.range.lowerBound
      for child in name.children(of: index) {
        let range = name.nodes[child].range
        result += name.bytes[position..<range.lowerBound]
        write(child, inScope: holdsScope(node.kind, inScope))
        position = range.upperBound
      }
      result += name.bytes[position..<node.range.upperBound]
    }
  }

  /// Whether the children of a node of this kind are parts of a nested name.
  private func holdsScope(_ kind: NodeKind, _ inScope: Bool) -> Bool {
    switch kind {
    case .nestedName: true
    case .prefix, .templateId: inScope
    default: false
    }
  }

  private mutating func writeTarget(_ index: Int, inScope: Bool) {
    let node = name.nodes[index]
    switch node.kind {
    case .substitution: writeTarget(Int(node.value), inScope: inScope)
    case .nestedName where inScope:
      guard let inner = name.firstChild(of: index), name.nodes[inner].nextSibling == .none else {
        isPossible = false
        return
      }
      write(inner, inScope: true)
    case .prefix where !inScope:
      if needsScope(index) {
        result.append(UInt8(ascii: "N"))
        write(index, inScope: true)
        result.append(UInt8(ascii: "E"))
      } else {
        write(index)
      }
    case .localName where inScope: isPossible = false
    default: write(index, inScope: inScope)
    }
  }

  /// Whether the name is that of a member, and not in namespace std alone.
  private func needsScope(_ index: Int) -> Bool {
    let node = name.nodes[index]
    guard let first = name.firstChild(of: index) else { return false }
    switch node.kind {
    case .prefix: return name.nodes[first].kind != .std
    case .templateId: return needsScope(name.resolved(first))
    default: return false
    }
  }
}
