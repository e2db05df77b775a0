internal import AbiModel
internal import Mangling
internal import Support

/// Pairs names that are gone with new ones that differ in the width or constness of types only. A
/// pair is taken for one declaration when no other could be meant.
struct RenamePairs {
  /// By symbol that is gone, the new one.
  private(set) var successors: [Int: Int] = [:]

  init(_ gone: [Int], of old: Abi, _ added: [Int], of new: Abi) {
    var wanted: [RenameKey: [Int]] = [:]
    var parser = MangledNameParser()
    for place in gone {
      if let key = Self.key(old, place, &parser) { wanted[key, default: []].append(place) }
    }
    guard !wanted.isEmpty else { return }
    var candidates: [RenameKey: [Int]] = [:]
    for place in added {
      guard let key = Self.key(new, place, &parser), wanted[key] != nil else { continue }
      candidates[key, default: []].append(place)
    }
    for (key, places) in wanted where places.count == 1 {
      if let others = candidates[key], others.count == 1 { successors[places[0]] = others[0] }
    }
  }

  private static func key(_ abi: Abi, _ place: Int, _ parser: inout MangledNameParser) -> RenameKey?
  {
    let symbol = abi.symbols[place]
    guard abi.withName(of: symbol, MangledName.isMangled),
      let name = try? parser.parse(abi.nameBytes(of: symbol))
    else { return nil }
    return RenameKey(name)
  }

  /// In what two names differ, for people.
  static func words(_ old: [UInt8], _ new: [UInt8]) -> String {
    var parser = MangledNameParser()
    func agree(without abstraction: RenameKey.Abstraction) -> Bool {
      guard let one = try? parser.parse(old), let left = RenameKey(one, without: abstraction),
        let other = try? parser.parse(new), let right = RenameKey(other, without: abstraction)
      else { return false }
      return left == right
    }
    if agree(without: .width) { return "the width of an integer" }
    return agree(without: .constness) ? "constness" : "the width of an integer and constness"
  }
}
