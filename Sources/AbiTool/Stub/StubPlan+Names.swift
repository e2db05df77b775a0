internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

// The second step: a name may be there in several versions, one of which is the default.
extension StubPlan {
  mutating func checkNames(of abi: Abi) throws(InputError) {
    var table = NameTable(capacity: entries.count)
    /// The entry of the same name before this one.
    var previous: [Int: Int] = [:]
    for index in entries.indices {
      let entry = entries[index]
      let found = names.withUnsafeBytes { names in
        table.insert(index, name: Self.name(entry, names)) { Self.name(entries[$0], names) }
      }
      guard let found else { continue }
      entries[found].sharesName = true
      entries[index].sharesName = true
      previous[index] = found
      var other: Int? = found
      while let place = other {
        try checkPair(entry, entries[place], abi)
        other = previous[place]
      }
    }
  }

  static func name(_ entry: Entry, _ names: UnsafeRawBufferPointer)
    -> UnsafeRawBufferPointer
  {
    let start = Int(entry.nameOffset)
    return UnsafeRawBufferPointer(rebasing: names[start..<start + Int(entry.nameLength)])
  }

  private func checkPair(_ one: Entry, _ other: Entry, _ abi: Abi) throws(InputError) {
    let (first, second) = one.line < other.line ? (one, other) : (other, one)
    let place = first.line == 0 ? "" : " (line \(first.line))"
    let head = abi.head(of: abi.symbols[second.source])
    let firstHead = abi.head(of: abi.symbols[first.source])
    if one.version == other.version {
      let isBoth = (one.place == .undefined) != (other.place == .undefined)
      throw error(
        second,
        isBoth
          ? "\(head) is listed as defined and as undefined\(place); remove one"
          : "\(head) names the same symbol as \(firstHead)\(place); remove one")
    }
    if one.isDefault, other.isDefault {
      throw error(
        second,
        "\(head) and \(firstHead)\(place) are both what a program is linked to by that name; write NAME@VERSION for all but one"
      )
    }
  }
}
