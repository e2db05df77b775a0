internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// Differences between two versions in words.
struct ChangeWords {
  /// What was and what is, the cells of a table, and a sentence.
  struct Change {
    var old: String
    var new: String
    var remark: String?
    var sentence: String
  }

  private let old: Abi
  private let new: Abi
  private let comparison: Comparison
  private let headers: (old: ElfHeader?, new: ElfHeader?)

  init(_ comparison: Comparison, _ headers: (old: ElfHeader?, new: ElfHeader?)) {
    self.comparison = comparison
    self.headers = headers
    old = comparison.promised
    new = comparison.actual
  }

  func words(for difference: Difference) -> Change {
    let symbol = difference.promised.map { old.symbols[$0] }
    // Of aliases the other name, which the old version has too.
    let isAlias = difference.kind == .aliasSplit || difference.kind == .aliasJoined
    let other = difference.actual.map { isAlias ? old.symbols[$0] : new.symbols[$0] }
    switch (symbol, other) {
    case (let symbol?, let other?): return changed(difference.kind, symbol, other)
    case (let symbol?, nil): return gone(difference.kind, symbol)
    case (nil, let other?): return appeared(difference.kind, other)
    case (nil, nil): return whole(difference)
    }
  }

  // MARK: Symbols

  private func gone(_ kind: Difference.Kind, _ symbol: Symbol) -> Change {
    let letter = KindLetter(of: symbol).words(symbol)
    return kind == .notWanted
      ? Change(old: letter, new: "-", sentence: "is no longer wanted of the program")
      : Change(old: letter, new: "-", sentence: "is gone")
  }

  private func appeared(_ kind: Difference.Kind, _ symbol: Symbol) -> Change {
    Change(
      old: "-", new: KindLetter(of: symbol).words(symbol),
      sentence: kind == .added ? "is new" : "is now wanted of the program")
  }

  private func changed(_ kind: Difference.Kind, _ symbol: Symbol, _ other: Symbol) -> Change {
    let (was, isNow) = (old.head(of: symbol), new.head(of: other))
    switch kind {
    case .fact(let fact, _):
      let (was, isNow) = (fact.words(for: symbol), fact.words(for: other))
      return Change(
        old: was, new: isNow, sentence: "was \(fact.phrase(was)) and is \(fact.phrase(isNow))")
    case .size32:
      return Change(
        old: "\(symbol.size32 ?? symbol.size)", new: "\(other.size32 ?? other.size)",
        sentence: "has another size on 32-bit targets")
    case .renamed:
      let name = ByteName(new.nameBytes(of: other)).words(version: new.versionMark(of: other))
      let what = RenamePairs.words(old.nameBytes(of: symbol), new.nameBytes(of: other))
      return Change(
        old: KindLetter(of: symbol).words(symbol), new: "-", remark: "\(what): now \(name)",
        sentence: "is now \(name); it differs in \(what)")
    case .version:
      let heads = comparison.candidates(for: symbol).map { new.head(of: new.symbols[$0]) }
      return Change(
        old: was, new: heads.sorted().joined(separator: " "),
        sentence: "is there as \(heads.sorted().joined(separator: " and ")) only")
    case .defaultMoved:
      guard other.isHidden else {
        return Change(old: was, new: isNow, sentence: "is now what new programs are linked with")
      }
      let successor = comparison.defaultVersion(of: symbol).map { new.head(of: new.symbols[$0]) }
      return Change(
        old: was, new: successor ?? isNow,
        sentence: "new programs are linked with \(successor ?? isNow)")
    case .defaultLost:
      return Change(
        old: was, new: isNow, sentence: "programs that exist run, and new ones do not link")
    case .versionAdded:
      return Change(
        old: "no version", new: isNow, remark: "version",
        sentence: "has a version now, \(isNow); programs without versions take it")
    case .versionUnchecked:
      return Change(
        old: was, new: "no version",
        sentence: "has no version any more; programs that want \(was) take it as it is")
    case .condition:
      let (was, isNow) = (old.condition(of: symbol).words, new.condition(of: other).words)
      return Change(
        old: was, new: isNow, remark: "where it exists",
        sentence: "existed on \(was) and exists on \(isNow)")
    case .aliasSplit:
      return Change(
        old: "alias of \(old.head(of: other))", new: "two objects",
        sentence: "was one object with \(old.head(of: other)), and is another now")
    case .aliasJoined:
      return Change(
        old: "two objects", new: "alias of \(old.head(of: other))",
        sentence: "is one object with \(old.head(of: other)) now, and was another")
    case .wanted:
      return Change(old: "w", new: "U", sentence: "is now wanted of the program for certain")
    default: return Change(old: was, new: isNow, sentence: "was \(was) and is \(isNow)")
    }
  }

  // MARK: The library as a whole

  private func whole(_ difference: Difference) -> Change {
    let name = difference.name?.spelled ?? ""
    switch difference.kind {
    case .soname:
      let (was, isNow) = (old.soname?.spelled ?? "none", new.soname?.spelled ?? "none")
      return Change(
        old: was, new: isNow,
        sentence: "the SONAME was \(was) and is \(isNow): programs that exist look for the old one")
    case .node:
      return Change(old: name, new: "-", sentence: "the version \(name) is not defined any more")
    case .nodeAdded: return Change(old: "-", new: name, sentence: "the version \(name) is new")
    case .nodes:
      return Change(
        old: "\(old.versions.count) versions", new: "none",
        sentence:
          "the library defines no versions any more; the dynamic linker warns, and takes what it finds"
      )
    case .needed(let isNew):
      return Change(
        old: isNew ? "-" : name, new: isNew ? name : "-",
        sentence: "\(isNew ? "needs" : "no longer needs") \(name)")
    case .flags:
      let words = { (header: ElfHeader?) in header.map { "0x\(String($0.flags, radix: 16))" } ?? "-"
      }
      return Change(
        old: words(headers.old), new: words(headers.new),
        sentence:
          "functions are called in another way: the ELF flags were \(words(headers.old)) and are \(words(headers.new))"
      )
    default:
      let words = { (header: ElfHeader?) in header?.targetName ?? "-" }
      return Change(
        old: words(headers.old), new: words(headers.new),
        sentence: "was for \(words(headers.old)) and is for \(words(headers.new))")
    }
  }
}

extension KindLetter {
  /// `T`, or `D 64` for data.
  func words(_ symbol: Symbol) -> String {
    symbol.isData ? "\(character) \(symbol.size)" : "\(character)"
  }
}

extension Abi.Condition {
  /// `kernel=nova arch=x86_64`, or `all`.
  var words: String {
    var parts: [String] = []
    if !kernels.isEmpty { parts.append("kernel=\(kernels.joined(separator: ","))") }
    if !archs.isEmpty { parts.append("arch=\(archs.joined(separator: ","))") }
    return parts.isEmpty ? "all" : parts.joined(separator: " ")
  }
}
