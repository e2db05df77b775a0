internal import AbiModel
internal import ElfKit
public import Support

/// Writes a stub as assembly that GNU as and LLVM's assembler take for every architecture.
///
/// There is no instruction in it. Types are written `%function`, as `@` begins a comment on ARM;
/// comments `/* */`, as all others depend on the architecture. Names are always quoted: none can
/// be taken for a register, an operator or a directive.
public struct AssemblyText {
  /// Holds the references to undefined symbols.
  static let undefinedSection: StaticString = ".abi.undefined"

  private let plan: StubPlan
  /// What the labels of versioned symbols begin with; no name of the ABI does.
  private let labelPrefix: [UInt8]
  private var out: [UInt8] = []

  /// The assembly of a plan.
  ///
  /// - Throws: `InputError` with the line of a symbol that assemblers cannot express.
  public static func text(of plan: StubPlan) throws(InputError) -> [UInt8] {
    var writer = AssemblyText(plan)
    try writer.write()
    return writer.out
  }

  private init(_ plan: StubPlan) {
    self.plan = plan
    labelPrefix = AssemblyNames.unusedPrefix(in: plan)
    out.reserveCapacity(1024 + 3 * plan.names.count + 64 * plan.entries.count)
  }

  private mutating func write() throws(InputError) {
    out.append("/* Stub library, made by abitool: symbols without code, for linking only. */\n")
    if let architecture = plan.architecture {
      out.append(contentsOf: architecture.tools.assemblyPrologue.utf8)
    }
    writeMarker()
    for section in StubPlan.Section.allCases { try write(section) }
    try writeAbsolutes()
    try writeUndefined()
    // Without this section GNU ld assumes that the stack must be executable.
    out.append("\t.section .note.GNU-stack,\"\",%progbits\n")
  }

  /// gABI ch. 5 "Note Section": size of the name, none of a description, type, name, padded.
  private mutating func writeMarker() {
    out.append("\t.section ")
    out.append(contentsOf: StubMarker.sectionName.utf8)
    out.append(",\"a\",%note\n\t.balign 4\n\t.long ")
    out.append(decimal: UInt64(StubMarker.owner.utf8.count + 1))
    out.append(", 0, ")
    out.append(decimal: UInt64(StubMarker.noteType))
    out.append("\n\t.asciz \"")
    out.append(contentsOf: StubMarker.owner.utf8)
    out.append("\"\n\t.balign 4\n")
  }

  // MARK: What has an address

  private mutating func write(_ section: StubPlan.Section) throws(InputError) {
    let extent = plan.object[section]
    guard extent.size > 0 else { return }
    out.append("\t.section ")
    out.append(section.nameInObject)
    out.append(section.assemblyFlags)
    out.append("\n\t.balign ")
    out.append(decimal: extent.alignment)
    out.append("\n")
    var position: UInt64 = 0
    for index in indices(in: section) {
      let offset = plan.entries[index].offset
      skip(offset - position)
      position = offset
      try writeDefinition(index)
    }
    skip(extent.size - position)
  }

  /// The entries of a section by ascending offset, names of one object beside each other.
  private func indices(in section: StubPlan.Section) -> [Int] {
    let indices = plan.entries.indices.filter { plan.entries[$0].place == .section(section) }
    // Functions come in order.
    guard section != .text else { return indices }
    return indices.sorted {
      (plan.entries[$0].offset, $0) < (plan.entries[$1].offset, $1)
    }
  }

  private mutating func skip(_ count: UInt64) {
    guard count > 0 else { return }
    out.append("\t.skip ")
    out.append(decimal: count)
    out.append("\n")
  }

  private mutating func writeDefinition(_ index: Int) throws(InputError) {
    try writeAttributes(index)
    appendLabel(index)
    out.append(":\n")
    try writeVersion(index)
  }

  /// Binding, type, size and visibility.
  private mutating func writeAttributes(_ index: Int) throws(InputError) {
    try AssemblyNames.check(index, in: plan)
    let entry = plan.entries[index]
    write(entry.binding == .weak ? "\t.weak " : "\t.globl ", index)
    out.append("\n")
    let type = try typeName(of: index)
    write("\t.type ", index)
    out.append(", ")
    out.append(type)
    out.append("\n")
    if entry.size > 0 {
      write("\t.size ", index)
      out.append(", ")
      out.append(decimal: entry.size)
      out.append("\n")
    }
    if entry.visibility == .protected {
      write("\t.protected ", index)
      out.append("\n")
    }
    if entry.otherBits != 0 { try writeOtherBits(index) }
  }

  private mutating func write(_ directive: StaticString, _ index: Int) {
    out.append(directive)
    appendLabel(index)
  }

  /// A versioned symbol has a label of its own, as the assembler knows one symbol a name only.
  private mutating func appendLabel(_ index: Int) {
    if plan.entries[index].version != .global {
      out.append(contentsOf: labelPrefix)
      out.append(decimal: UInt64(index))
    } else {
      appendQuoted(plan.entries[index])
    }
  }

  private mutating func appendQuoted(_ entry: StubPlan.Entry) {
    out.append(UInt8(ascii: "\""))
    plan.withName(of: entry) { name in
      if name.contains(where: AssemblyNames.isEscaped) {
        for byte in name {
          if AssemblyNames.isEscaped(byte) { out.append(UInt8(ascii: "\\")) }
          out.append(byte)
        }
      } else {
        out.append(contentsOf: name)
      }
    }
    out.append(UInt8(ascii: "\""))
  }

  private func typeName(of index: Int) throws(InputError) -> StaticString {
    let entry = plan.entries[index]
    if entry.binding == .unique {
      guard entry.type == .object || entry.type == .tls else {
        throw plan.error(at: index, "\(plan.name(of: entry)): assemblers know unique data only")
      }
      return "%gnu_unique_object"
    }
    switch entry.type {
    case .none: return "%notype"
    case .object: return "%object"
    case .function: return "%function"
    case .tls: return "%tls_object"
    case .indirectFunction: return "%gnu_indirect_function"
    default:
      throw plan.error(
        at: index,
        "\(plan.name(of: entry)): no assembler can define a symbol of type \(TypeName.name(of: entry.type))"
      )
    }
  }

  /// `@@@` renames the label, and `remove` keeps it out of the symbol table. GNU as loses
  /// `STB_GNU_UNIQUE` with the second, but has no first for versions that are not the default.
  private mutating func writeVersion(_ index: Int) throws(InputError) {
    let entry = plan.entries[index]
    guard entry.version != .global else { return }
    try AssemblyNames.checkVersion(of: index, in: plan)
    out.append("\t.symver ")
    appendLabel(index)
    out.append(", \"")
    plan.withName(of: entry) { out.append(contentsOf: $0) }
    out.append(entry.version.isHidden ? "@" : "@@@")
    out.append(contentsOf: plan.version(of: entry)?.name ?? [])
    out.append(entry.version.isHidden ? "\", remove\n" : "\"\n")
  }

  /// The bits of `st_other` beyond visibility mean something else on each architecture, and so
  /// have directives of their own.
  private mutating func writeOtherBits(_ index: Int) throws(InputError) {
    let entry = plan.entries[index]
    guard let directive = plan.architecture?.directive(forOther: entry.other) else {
      let target = plan.architecture.map { "on \($0.name)" } ?? "without --arch"
      throw plan.error(
        at: index,
        "\(plan.name(of: entry)): no assembler can set other=0x\(String(entry.otherBits, radix: 16)) \(target)"
      )
    }
    out.append(contentsOf: "\t\(directive.name) ".utf8)
    appendLabel(index)
    if let argument = directive.argument { out.append(contentsOf: ", \(argument)".utf8) }
    out.append("\n")
  }

  // MARK: What has none

  private mutating func writeAbsolutes() throws(InputError) {
    for (index, entry) in plan.entries.enumerated() where entry.place == .absolute {
      try writeAttributes(index)
      write("\t.set ", index)
      out.append(", ")
      out.append(decimal: entry.offset)
      out.append("\n")
      try writeVersion(index)
    }
  }

  /// A relocation that does nothing makes a reference. gold reads the place that it is for.
  private mutating func writeUndefined() throws(InputError) {
    guard plan.entries.contains(where: { $0.place == .undefined }) else { return }
    out.append("\t.section ")
    out.append(Self.undefinedSection)
    out.append(",\"\",%progbits\n")
    for (index, entry) in plan.entries.enumerated() where entry.place == .undefined {
      try AssemblyNames.check(index, in: plan)
      if entry.binding == .weak {
        out.append("\t.weak ")
        appendQuoted(entry)
        out.append("\n")
      }
      if entry.type == .tls {
        out.append("\t.type ")
        appendQuoted(entry)
        out.append(", %tls_object\n")
      }
      out.append("\t.reloc ., BFD_RELOC_NONE, ")
      appendQuoted(entry)
      out.append("\n\t.long 0\n")
    }
  }
}

extension StubPlan.Entry {
  fileprivate var visibility: SymbolVisibility { SymbolVisibility(rawValue: other & 3) ?? .default }
  /// The bits of `st_other` beyond visibility.
  fileprivate var otherBits: UInt8 { other & ~3 }
}

extension StubPlan.Section {
  /// Flags and type of the `.section` directive.
  fileprivate var assemblyFlags: StaticString {
    switch self {
    case .text: ",\"ax\",%progbits"
    case .readOnly: ",\"a\",%nobits"
    case .relro, .data, .bss: ",\"aw\",%nobits"
    case .threadData, .threadBss: ",\"awT\",%nobits"
    }
  }
}
