internal import ElfKit
internal import Support

/// Which names assemblers take, in quotes.
enum AssemblyNames {
  /// - Throws: `InputError` with the line of a name that would be taken for something else.
  static func check(_ index: Int, in plan: StubPlan) throws(InputError) {
    let entry = plan.entries[index]
    let problem: String? = plan.withName(of: entry) { name in
      for byte in name {
        switch byte {
        case UInt8(ascii: "@"): return "a name with '@'"
        // LLVM takes escapes in names, but not in those of .symver.
        case _ where isEscaped(byte) && entry.version != .global:
          return "a name with \(Spelling.show(byte)) and a version"
        case 0..<0x20, 0x7f: return "a name with \(Spelling.show(byte))"
        default: break
        }
      }
      guard name.first == UInt8(ascii: ".") else { return nil }
      // LLVM keeps what begins with .L out of the symbol table.
      if name.count == 1 { return "the name ." }
      if name[1] == UInt8(ascii: "L") { return "a name that begins with .L" }
      return isSection(name) ? "the name of a section" : nil
    }
    guard let problem else { return }
    throw plan.error(at: index, "\(plan.name(of: entry)): assemblers do not take \(problem)")
  }

  /// Whether a byte is to be written with a backslash in front of it.
  @inline(__always)
  static func isEscaped(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private static func isSection(_ name: UnsafeRawBufferPointer) -> Bool {
    let name = String(decoding: name, as: UTF8.self)
    let sections = StubPlan.Section.allCases.map(\.nameInObject) + [AssemblyText.undefinedSection]
    return sections.contains { "\($0)" == name } || name == ".data" || name.hasPrefix(".note.")
  }

  /// What version scripts take for the tag of a version.
  ///
  /// - Throws: `InputError` with the line of a symbol of another version.
  static func checkVersion(of index: Int, in plan: StubPlan) throws(InputError) {
    guard let version = plan.version(of: plan.entries[index]), !isTag(version.name) else { return }
    throw plan.error(
      at: index,
      "version \(ByteName(version.name).spelled): assemblers and version scripts take letters, digits, _ . and $ only"
    )
  }

  static func isTag(_ name: [UInt8]) -> Bool {
    name.first.map { !isDigit($0) } == true && name.allSatisfy(isTagByte)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isTagByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "$"):
      true
    default: false
    }
  }

  /// The beginning of labels that no name of the plan has.
  static func unusedPrefix(in plan: StubPlan) -> [UInt8] {
    var prefix = [UInt8]("v".utf8)
    while isUsed(prefix, in: plan) { prefix.insert(UInt8(ascii: "_"), at: 0) }
    return prefix
  }

  /// Whether a name is the prefix with a number behind it.
  private static func isUsed(_ prefix: [UInt8], in plan: StubPlan) -> Bool {
    plan.entries.contains { entry in
      plan.withName(of: entry) { name in
        name.count > prefix.count && isDigit(name[prefix.count]) && name.starts(with: prefix)
      }
    }
  }
}
