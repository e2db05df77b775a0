internal import ElfKit
public import Support

/// Writes version scripts: what tells a linker which symbols a library exports, in which versions.
public struct VersionScript {
  private let plan: StubPlan
  private var out: [UInt8] = []

  private init(_ plan: StubPlan) { self.plan = plan }

  /// The script with which the library itself is linked, so that it exports what the ABI lists and
  /// nothing else: GNU ld, gold, lld and mold read it alike.
  ///
  /// Listed is what a program is linked to by a name. Definitions in other versions say so
  /// themselves (`.symver`), as no script can; a name that stands under two versions would give its
  /// plain definition the wrong one.
  ///
  /// - Throws: `InputError` with the line of what a version script cannot express.
  public static func text(of plan: StubPlan) throws(InputError) -> [UInt8] {
    var script = VersionScript(plan)
    let versions = plan.object.versions
    let exports = try script.exports()
    guard !versions.isEmpty else {
      try script.append(SharedObject.Version(name: []), exports: exports[0].listed)
      return script.out
    }
    // GNU ld hides what is of a version and not listed there, where the version hides the rest.
    let hiding = exports.firstIndex { $0.others.isEmpty } ?? versions.count - 1
    for (position, version) in versions.enumerated() {
      if position > 0 { script.out.append("\n") }
      var names = exports[position].listed
      if position == hiding { names += exports[position].others }
      try script.append(version, exports: names, hidesOthers: position == hiding)
    }
    return script.out
  }

  /// The script with which a stub is linked. It binds no symbols: `.symver` has done that, and a
  /// symbol without version keeps none. Nil when the stub has no versions.
  ///
  /// - Parameter withParents: lld and mold write no parents, and read one at most.
  /// - Throws: `InputError` when linkers cannot express a version or its parents.
  static func nodes(of plan: StubPlan, withParents: Bool) throws(InputError) -> [UInt8]? {
    guard !plan.object.versions.isEmpty else { return nil }
    var script = VersionScript(plan)
    for version in plan.object.versions {
      var version = version
      if !withParents { version.parents = [] }
      try script.append(version, exports: [], hidesOthers: false)
    }
    return script.out
  }

  // MARK: Which symbols

  /// What a version has, as indices.
  private struct Exports {
    /// What programs are linked to.
    var listed: [Int] = []
    /// `NAME@VERSION`.
    var others: [Int] = []
  }

  /// What is exported, by version; all of it at the first place when there are no versions.
  private func exports() throws(InputError) -> [Exports] {
    let versions = plan.object.versions
    var exports = [Exports](repeating: Exports(), count: max(versions.count, 1))
    for (index, entry) in plan.entries.enumerated() where entry.place != .undefined {
      switch (plan.versionPosition(of: entry), entry.version.isHidden) {
      case (let position?, true): exports[position].others.append(index)
      case (let position?, false): exports[position].listed.append(index)
      // There for the dynamic linker, by `.symver NAME_,NAME@`.
      case (nil, true): break
      case (nil, false) where versions.isEmpty: exports[0].listed.append(index)
      case (nil, false):
        throw plan.error(
          at: index,
          "\(plan.name(of: entry)) has no version, and others have one: a version script cannot export both; give it one"
        )
      }
    }
    return exports
  }

  // MARK: Writing

  /// A node, `NAME { global: …; local: *; } PARENT …;`.
  private mutating func append(
    _ version: SharedObject.Version, exports: [Int], hidesOthers: Bool = true
  ) throws(InputError) {
    if !version.name.isEmpty { try append(tag: version.name, " ") }
    if exports.isEmpty, !hidesOthers {
      out.append("{ }")
    } else {
      out.append("{\n")
      if !exports.isEmpty { out.append("  global:\n") }
      for index in exports {
        out.append("    ")
        try append(nameOf: index)
        out.append(";\n")
      }
      if hidesOthers { out.append("  local:\n    *;\n") }
      out.append("}")
    }
    for parent in version.parents {
      out.append(" ")
      try append(tag: parent, "")
    }
    out.append(";\n")
  }

  private mutating func append(tag: [UInt8], _ separator: StaticString) throws(InputError) {
    guard AssemblyNames.isTag(tag) else {
      throw InputError(
        .unsupported, path: plan.path,
        "version \(ByteName(tag).spelled): version scripts take letters, digits, _ . and $ only")
    }
    out.append(contentsOf: tag)
    out.append(separator)
  }

  /// A name so that it stands for itself. Quotes take wildcards their meaning for GNU ld and gold
  /// but not for all releases of lld and mold; brackets do for all.
  private mutating func append(nameOf index: Int) throws(InputError) {
    let name = plan.withName(of: plan.entries[index]) { [UInt8]($0) }
    if AssemblyNames.isTag(name), !Self.keywords.contains(name) {
      out.append(contentsOf: name)
    } else if !name.contains(where: Self.isWildcard) {
      guard name.allSatisfy({ $0 >= 0x20 && $0 != 0x7f && $0 != Spelling.quote }) else {
        throw inexpressible(index)
      }
      out.append(Spelling.quote)
      out.append(contentsOf: name)
      out.append(Spelling.quote)
    } else {
      let isPattern = AssemblyNames.isTag(name.map { Self.isWildcard($0) ? Self.letter : $0 })
      guard isPattern else { throw inexpressible(index) }
      for byte in name {
        let isBracketed = Self.isWildcard(byte) && byte != UInt8(ascii: "]")
        if isBracketed { out.append("[") }
        out.append(byte)
        if isBracketed { out.append("]") }
      }
    }
  }

  private static let keywords = ["global", "local", "extern"].map { Array($0.utf8) }
  private static let letter = UInt8(ascii: "a")

  private static func isWildcard(_ byte: UInt8) -> Bool {
    [UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "]")].contains(byte)
  }

  private func inexpressible(_ index: Int) -> InputError {
    let name = plan.name(of: plan.entries[index])
    return plan.error(at: index, "\(name): version scripts do not take such a name")
  }
}
