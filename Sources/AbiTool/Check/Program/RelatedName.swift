internal import Mangling

/// Finds the C++ function of the same name with other parameters or constness.
enum RelatedName {
  static func find(like name: ByteName, in object: LinkObject) -> ByteName? {
    guard let wanted = scopedName(of: name.bytes) else { return nil }
    for definition in object.definitions {
      let candidate = object.withName(definition.nameOffset, definition.nameLength) { bytes in
        // Names begin alike but for the K of a constant member function.
        bytes.count > 3 && bytes[0] == 0x5f && bytes[1] == UInt8(ascii: "Z")
          ? [UInt8](bytes) : nil
      }
      guard let candidate, candidate != name.bytes,
        candidate.count + 2 >= wanted.count, contains(wanted, candidate)
      else { continue }
      if scopedName(of: candidate) == wanted { return ByteName(candidate) }
    }
    return nil
  }

  /// A cheap test before the parse: the scoped name is in the candidate as it stands.
  private static func contains(_ wanted: [UInt8], _ candidate: [UInt8]) -> Bool {
    for start in 2...4 where start + wanted.count <= candidate.count {
      if candidate[start..<start + wanted.count].elementsEqual(wanted) { return true }
    }
    return false
  }

  /// The bytes of a function's name with its scopes, without qualifiers and parameters.
  private static func scopedName(of name: [UInt8]) -> [UInt8]? {
    var parser = MangledNameParser()
    guard let parsed = try? parser.parse(name),
      let encoding = first(parsed.children(of: parsed.root)),
      let entity = first(parsed.children(of: encoding))
    else { return nil }
    guard parsed.nodes[entity].kind == .nestedName else { return [UInt8](parsed.text(of: entity)) }
    var last: Int?
    for child in parsed.children(of: entity) { last = child }
    return last.map { [UInt8](parsed.text(of: $0)) }
  }

  private static func first(_ children: MangledName.Children) -> Int? {
    var children = children
    return children.next()
  }
}
