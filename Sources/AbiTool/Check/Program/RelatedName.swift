internal import AbiModel
internal import Findings
internal import Mangling
internal import Support

/// Finds the C++ function of the same name with other parameters or constness: what was perhaps
/// meant.
enum RelatedName {
  /// The first related name among those that `names` hands out.
  static func find(
    like name: ByteName, among names: (_ visit: (UnsafeRawBufferPointer) -> Void) -> Void
  ) -> ByteName? {
    guard let wanted = scopedName(of: name.bytes) else { return nil }
    var found: ByteName?
    names { candidate in
      guard found == nil, candidate.count > 3, candidate[0] == 0x5f,
        candidate[1] == UInt8(ascii: "Z"), mayContain(wanted, candidate),
        !candidate.elementsEqual(name.bytes)
      else { return }
      let bytes = [UInt8](candidate)
      if scopedName(of: bytes) == wanted { found = ByteName(bytes) }
    }
    return found
  }

  static func find(like name: ByteName, in object: LinkObject) -> ByteName? {
    find(like: name) { visit in
      for definition in object.definitions {
        object.withName(definition.nameOffset, definition.nameLength, visit)
      }
    }
  }

  static func find(like name: ByteName, in abi: Abi) -> ByteName? {
    find(like: name) { visit in
      for symbol in abi.symbols { abi.withSpelledName(of: symbol, visit) }
    }
  }

  /// A cheap test before the parse: the scoped name is in the candidate as it stands, behind
  /// `_Z`, `_ZN` or `_ZNK`.
  private static func mayContain(_ wanted: [UInt8], _ candidate: UnsafeRawBufferPointer) -> Bool {
    for start in 2...4 where start + wanted.count <= candidate.count {
      if candidate[start..<start + wanted.count].elementsEqual(wanted) { return true }
    }
    return false
  }

  /// The bytes of a function's name with its scopes, without qualifiers and parameters.
  private static func scopedName(of name: [UInt8]) -> [UInt8]? {
    var parser = MangledNameParser()
    guard name.starts(with: "_Z".utf8), let parsed = try? parser.parse(name),
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
