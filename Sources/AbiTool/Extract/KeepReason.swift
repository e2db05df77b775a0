internal import ElfKit
public import Support

/// Why extraction keeps a weak C++ symbol.
public enum KeepReason: Hashable, Sendable {
  /// A function of the class that is strong, at an offset in its virtual table, in bytes.
  case keyFunction(ByteName, offset: UInt64)
  /// The deleting destructor of the class is strong.
  case deletingDestructor(ByteName)
  /// The virtual table of the class is strong.
  case strongVtable
  /// The type information that the C++ run-time library has for all.
  case runtime
  /// Global `operator new` and `operator delete` that programs may replace.
  case replaceableAllocation
  /// A link-time stub, which has no virtual tables to look into.
  case stub

  /// What it means, for one symbol.
  public var explanation: String {
    switch self {
    case .keyFunction(let function, let offset):
      """
      the key function of the class is here: \(function.spelled), which is strong, is at byte \
      \(offset) of the virtual table
      """
    case .deletingDestructor(let function):
      "the key function of the class is here: \(function.spelled) is strong"
    case .strongVtable: "the virtual table of the class is strong"
    case .runtime: "the C++ run-time library has it for all"
    case .replaceableAllocation: "replaceable operators new and delete are never inline"
    case .stub: "in a stub, it is what was promised"
    }
  }
}

extension Extraction {
  /// Decides about weak virtual tables and type information, once all other symbols are known.
  mutating func decide(in table: SymbolTable, _ file: borrowing ElfFile) throws(ElfError) {
    guard !undecided.isEmpty else { return }
    if file.hasNote(owner: StubMarker.owner, type: StubMarker.noteType) {
      for index in undecided { try keep(try table.symbol(at: index), in: table, .stub) }
      return
    }
    let keyFunctions = try KeyFunctions(of: undecided, in: table, strong: strong, file)
    let unexported = options.recordsReasons ? try keyFunctions.unexportedSlots() : []
    for (part, index) in undecided.enumerated() {
      let entry = try table.symbol(at: index)
      if let evidence = keyFunctions.evidence(ofPart: part) {
        try keep(entry, in: table, KeepReason(evidence, in: table))
      } else {
        let name = table.name(of: entry)
        drop(
          name, WeakCxx.reason(name, isData: true),
          unexportedSlot: unexported.isEmpty ? nil : unexported[part])
      }
    }
  }

  private mutating func keep(
    _ entry: ElfSymbol, in table: SymbolTable, _ reason: @autoclosure () -> KeepReason
  ) throws(ElfError) {
    let name = table.name(of: entry)
    if options.recordsReasons { result.keptByRule[ByteName([UInt8](name))] = reason() }
    try append(entry, name)
  }
}

extension KeepReason {
  fileprivate init(_ evidence: KeyFunctions.Evidence, in table: SymbolTable) {
    func name(_ range: Range<Int>) -> ByteName { ByteName([UInt8](table.strings[range])) }
    self =
      switch evidence {
      case .slot(let function, let offset): .keyFunction(name(function), offset: offset)
      case .deletingDestructor(let function): .deletingDestructor(name(function))
      case .strongVtable: .strongVtable
      case .runtime: .runtime
      }
  }
}
