internal import AbiModel
internal import ElfKit
internal import Support
internal import SystemPackage

/// Compares a linked stub with its plan: a linker that moves data into another kind of segment
/// would make other programs of it, and nobody would notice.
enum StubVerification {
  /// - Throws: `InputError` with the line of the first symbol that is not where it should be.
  static func verify(_ path: FilePath, against plan: StubPlan, linker: String) throws(InputError) {
    guard !plan.entries.isEmpty else { return }
    let flaw: InputError?
    do throws(ElfError) {
      let file = try ElfFile(path: path)
      flaw = try file.withDynamicSymbols { table throws(ElfError) in
        try findFlaw(in: table, plan, linker)
      }
    } catch {
      throw InputError(.tool, path: linker, "its output cannot be read: \(error.description)")
    }
    if let flaw { throw flaw }
  }

  private static func findFlaw(in table: SymbolTable, _ plan: StubPlan, _ linker: String)
    throws(ElfError) -> InputError?
  {
    var found = [Bool](repeating: false, count: plan.entries.count)
    let index = PlanIndex(plan)
    for number in 1..<max(table.count, 1) {
      let symbol = try table.symbol(at: number)
      let candidates = index.entries(named: table.name(of: symbol))
      for candidate in candidates where !found[candidate] {
        let entry = plan.entries[candidate]
        // Of several versions of a name, this is the one that fits, or none of them is.
        if entry.version.isHidden != symbol.isHiddenVersion, symbol.isDefined { continue }
        if let difference = difference(between: symbol, and: entry) {
          if candidates.count > 1 { continue }
          return plan.error(at: candidate, "\(plan.name(of: entry)): \(linker) \(difference)")
        }
        found[candidate] = true
        break
      }
    }
    guard let missing = found.firstIndex(of: false) else { return nil }
    let entry = plan.entries[missing]
    return plan.error(
      at: missing, "\(plan.name(of: entry)): \(linker) left the symbol out, or changed it")
  }

  /// What the linker did with a symbol that it should not have done.
  private static func difference(between symbol: ElfSymbol, and entry: StubPlan.Entry) -> String? {
    guard symbol.binding == entry.binding else { return "changed its binding to \(symbol.binding)" }
    switch entry.place {
    case .undefined:
      guard !symbol.isDefined else { return "defined the symbol" }
      return (symbol.type == .tls) == (entry.type == .tls)
        ? nil : "gave it the symbol type \(TypeName.name(of: symbol.type))"
    case .absolute: return symbol.placement == .absolute ? nil : "gave the symbol a section"
    case .section(let section):
      guard symbol.type == entry.type else {
        return "gave it the symbol type \(TypeName.name(of: symbol.type))"
      }
      guard symbol.placement == section.placement else {
        return "put it into a segment for \(symbol.placement) data"
      }
      guard symbol.size == entry.size else { return "changed its size to \(symbol.size) bytes" }
      let alignment: UInt64 = 1 << UInt64(entry.alignmentShift)
      guard section == .text || symbol.alignment == alignment else {
        return "aligned it to \(symbol.alignment) bytes, not \(alignment)"
      }
      return nil
    }
  }
}

/// The entries of a plan by name.
private struct PlanIndex {
  private let plan: StubPlan
  private let index: NameIndex

  init(_ plan: StubPlan) {
    self.plan = plan
    index = plan.names.withUnsafeBytes { names in
      NameIndex(count: plan.entries.count) { StubPlan.name(plan.entries[$0], names) }
    }
  }

  func entries(named name: UnsafeRawBufferPointer) -> [Int] {
    plan.names.withUnsafeBytes { names in
      index.numbers(of: name) { StubPlan.name(plan.entries[$0], names) }
    }
  }
}
