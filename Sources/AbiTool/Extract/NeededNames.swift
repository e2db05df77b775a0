internal import AbiModel
internal import ElfKit
internal import Findings
public import Support
public import SystemPackage

extension Extraction.Options {
  /// Adds what the objects, archive members, programs or libraries at `path` refer to: their
  /// undefined symbols and, in programs, what is copied out of libraries.
  ///
  /// - Throws: `InputError` when it is none of these, or has code in a form that does not tell.
  public mutating func addNames(neededBy path: FilePath) throws(InputError) {
    var names = neededNames
    let readable = try InputFile.readable(path)
    do throws(ElfError) {
      let unreadable = try ElfFile.forEachCode(at: readable) { file, _ throws(ElfError) in
        try Self.addReferences(of: file, to: &names)
      }
      if let code = unreadable.first {
        throw ElfError(.unknown, "\(code.member.map { "member \($0): " } ?? "")\(code.reason)")
      }
    } catch {
      throw InputError(path: path.string, error)
    }
    neededNames = names
  }

  private static func addReferences(of file: borrowing ElfFile, to names: inout NameSet)
    throws(ElfError)
  {
    func addUndefined(of table: SymbolTable) throws(ElfError) {
      for index in 0..<table.count {
        let symbol = try table.symbol(at: index)
        if !symbol.isDefined, symbol.nameLength > 0 { names.insert(table.name(of: symbol)) }
      }
    }
    guard !StubMarker.isThere(in: file) else { throw ElfError(.absent, StubMarker.refusal) }
    if file.header.type == .relocatable {
      guard try file.withSymbols(addUndefined) != nil else {
        throw ElfError(.absent, "an object without a symbol table")
      }
      return
    }
    let copied = try file.copyRelocatedSymbols()
    try file.withDynamicSymbols { table throws(ElfError) in
      try addUndefined(of: table)
      for index in copied where index < table.count {
        names.insert(table.name(of: try table.symbol(at: index)))
      }
    }
  }
}
