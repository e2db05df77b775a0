internal import ElfKit
internal import Support

// A name may be there in several versions, one of which is the default.
extension StubPlan {
  mutating func checkNames() throws(InputError) {
    let index = names.withUnsafeBytes { names in
      NameIndex(count: entries.count) { Self.name(entries[$0], names) }
    }
    for place in entries.indices {
      var other = index.previous(of: place)
      while let earlier = other {
        origins[earlier].sharesName = true
        origins[place].sharesName = true
        try checkPair(place, earlier)
        other = index.previous(of: earlier)
      }
    }
  }

  static func name(_ entry: Entry, _ names: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let start = Int(entry.nameOffset)
    return UnsafeRawBufferPointer(rebasing: names[start..<start + Int(entry.nameLength)])
  }

  private func checkPair(_ one: Int, _ other: Int) throws(InputError) {
    let (first, second) = origins[one].line < origins[other].line ? (one, other) : (other, one)
    let heads = (head(of: entries[first]), head(of: entries[second]))
    let versions = (entries[first].version, entries[second].version)
    if versions.0.number == versions.1.number {
      let isBoth = (entries[first].place == .undefined) != (entries[second].place == .undefined)
      throw error(
        at: second,
        isBoth
          ? "\(heads.1) is listed as defined and as undefined\(place(of: first)); remove one"
          : "\(heads.1) names the same symbol as \(heads.0)\(place(of: first)); remove one")
    }
    if !versions.0.isHidden, !versions.1.isHidden {
      throw error(
        at: second,
        "\(heads.1) and \(heads.0)\(place(of: first)) are both what a program is linked to by that name; write NAME@VERSION for all but one"
      )
    }
  }
}
