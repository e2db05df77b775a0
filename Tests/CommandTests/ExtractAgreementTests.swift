import Foundation
import Testing
import TestSupport

/// What `extract` says of a library agrees with an independent reading by readelf and nm.
struct ExtractAgreementTests {
  @Test(arguments: ["libc.so.6", "libm.so.6", "libstdc++.so.6"])
  func completeProfileAgreesWithReadelfAndNm(library: String) throws {
    let path = try systemLibrary(library)
    let lines = try extracted(path, ["--profile", "complete"])
    let symbols = try readelf(path)
    let expected = symbols.filter(\.isVisible)
    #expect(lines.count == expected.count)
    let letters = try nmLetters(path)
    for symbol in expected {
      let head = symbol.isDefined ? symbol.head : symbol.name
      guard let facts = lines[head] else {
        Issue.record("\(head) is missing")
        continue
      }
      check(facts, symbol, letters[symbol.head] ?? "?")
    }
  }

  @Test(arguments: ["libc.so.6", "libm.so.6", "libstdc++.so.6"])
  func canonicalProfileKeepsWhatTheRulesSay(library: String) throws {
    let path = try systemLibrary(library)
    let kept = Set(try extracted(path, []).keys)
    let artefacts: Set = ["_init", "_fini", "_end", "_edata", "__bss_start"]
    let symbols = try readelf(path).filter { $0.isVisible && $0.isDefined }
    let expected = symbols.filter { symbol in
      guard !artefacts.contains(symbol.name) else { return false }
      if symbol.name.hasPrefix("_ZTC") { return false }
      return !symbol.name.hasPrefix("_Z")
        || (symbol.binding != "WEAK" && symbol.binding != "UNIQUE")
    }
    // Which weak parts of classes and operators stay, KeyFunctionTests tell.
    let isDecidedByOthers = Set(
      symbols.filter { $0.binding == "WEAK" && $0.name.wholeMatch(of: Self.undecided) != nil }
        .map(\.head))
    #expect(kept.symmetricDifference(expected.map(\.head)).subtracting(isDecidedByOthers) == [])
    // The standard library's own exceptions have their key functions in it.
    if library.hasPrefix("libstdc++") {
      let tables = ["_ZTISt9exception", "_ZTVSt9exception"].map { "\($0)@@GLIBCXX_3.4" }
      #expect(kept.isSuperset(of: tables))
    }
  }

  private static var undecided: Regex<(Substring, Substring?)> { /_ZT[VTIS].*|_Z(n[wa]|d[la]).*/ }

  /// Lines by head.
  private func extracted(_ path: String, _ options: [String]) throws -> [String: [String]] {
    let outcome = try abitool(["extract"] + options + [path])
    #expect(outcome.status == 0, "\(outcome.errors)")
    var result: [String: [String]] = [:]
    for line in outcome.lines where !line.hasPrefix("#%") {
      let words = line.split(separator: " ").map(String.init)
      #expect(result.updateValue(Array(words.dropFirst()), forKey: words[0]) == nil)
    }
    return result
  }

  private func check(_ facts: [String], _ symbol: ReadelfSymbol, _ nm: String) {
    let letter = facts[0]
    // The rules by which a letter may differ from nm's: the type decides between code and data,
    // and thread-local weak data is data.
    let expected =
      switch (symbol.type, nm) {
      case ("OBJECT", "T"): "R"
      case ("TLS", "W"): "V"
      case (_, "v"): "w"
      default: nm
      }
    #expect(letter == expected, "\(symbol.head): \(letter), nm says \(nm)")
    if "DBRVu".contains(letter) {
      #expect(facts.count > 1 && UInt64(facts[1]) == symbol.size, "\(symbol.head): \(facts)")
    }
    #expect(facts.contains("tls") == (symbol.type == "TLS"), "\(symbol.head)")
  }

  /// nm's letters by `NAME[@VERSION]`.
  private func nmLetters(_ path: String) throws -> [String: String] {
    var result: [String: String] = [:]
    for line in try succeed("nm", ["-D", path]).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count >= 2 {
        result[String(words[words.count - 1])] = String(words[words.count - 2])
      }
    }
    return result
  }

  private struct ReadelfSymbol {
    var name: String
    var head: String
    var size: UInt64
    var type: String
    var binding: String
    var visibility: String
    var section: String

    var isDefined: Bool { section != "UND" }
    var isVisible: Bool {
      let isVersionNode = section == "ABS" && type == "OBJECT" && head == name
      return binding != "LOCAL" && !["HIDDEN", "INTERNAL"].contains(visibility) && !isVersionNode
    }
  }

  private func readelf(_ path: String) throws -> [ReadelfSymbol] {
    try succeed("readelf", ["-W", "--dyn-syms", path]).split(separator: "\n").compactMap { line in
      // Num: Value Size Type Bind Vis Ndx Name [(version index)]
      let words = line.split(separator: " ").map(String.init)
      guard words.count >= 8, words[0].hasSuffix(":"), Int(words[0].dropLast()) != nil else {
        return nil
      }
      let size =
        words[2].hasPrefix("0x") ? UInt64(words[2].dropFirst(2), radix: 16) : UInt64(words[2])
      let name = words[7].split(separator: "@").first.map(String.init) ?? words[7]
      return ReadelfSymbol(
        name: name, head: words[7], size: size ?? 0, type: words[3], binding: words[4],
        visibility: words[5], section: words[6])
    }
  }
}
