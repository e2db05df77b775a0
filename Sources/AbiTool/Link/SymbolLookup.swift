internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// The objects of one process in the order in which symbols are looked up: the program, then what
/// is NEEDED, breadth first.
///
/// The rules are those of glibc's `do_lookup_x` and `check_match` (elf/dl-lookup.c), which follow
/// the gABI ch. 5 "Shared Object Dependencies" and the GNU versioning extension.
struct LookupScope {
  var objects: [LinkObject]

  /// A definition that a reference is bound to.
  struct Match {
    /// Index into ``LookupScope/objects``.
    var object: Int
    var definition: LinkObject.Definition
  }

  /// What `reference` of `object` is bound to. Nil when no object has it.
  func lookUp(_ reference: LinkObject.Reference, of object: LinkObject) -> Match? {
    let version = object.version(at: reference.version)
    return object.withName(reference.nameOffset, reference.nameLength) { name in
      for (index, candidate) in objects.enumerated() {
        // The copy is in the program itself; what it is a copy of comes after.
        if reference.copySize != nil, candidate === object { continue }
        let definition = candidate.definition(of: name, hash: reference.hash, version: version)
        if let definition { return Match(object: index, definition: definition) }
      }
      return nil
    }
  }
}

extension LinkObject {
  /// The definition that a reference to `name` is bound to in this object.
  ///
  /// - Parameter version: nil for a reference without version.
  @inline(__always)
  func definition(of name: UnsafeRawBufferPointer, hash: UInt64, version: Version?) -> Definition? {
    let last = lastDefinition(of: name, hash: hash)
    guard last >= 0 else { return nil }
    return version.map { definition(from: last, in: $0) } ?? unversioned(from: last)
  }

  private func definition(from first: Int32, in version: Version) -> Definition? {
    var index = first
    while index >= 0 {
      let candidate = definitions[Int(index)]
      // An object without .gnu.version has every version.
      guard hasVersions else { return candidate }
      if let own = self.version(at: candidate.version), candidate.version > 1 {
        if own.name == version.name { return candidate }
      } else if !version.isStrict, !candidate.isHidden {
        // Local and base definitions do for a reference that allows it.
        return candidate
      }
      index = candidate.next
    }
    return nil
  }

  /// A reference without version takes a definition without one or of the oldest version, which
  /// are those it could have been linked with; else the only one that is not hidden.
  private func unversioned(from first: Int32) -> Definition? {
    var found: Definition?
    var defaults = 0
    var index = first
    while index >= 0 {
      let candidate = definitions[Int(index)]
      guard hasVersions else { return candidate }
      // What is the oldest version is not known of an ABI.
      if candidate.version < (origin == .abi ? 2 : 3) { return candidate }
      if !candidate.isHidden {
        found = candidate
        defaults += 1
      }
      index = candidate.next
    }
    return defaults == 1 ? found : nil
  }
}
