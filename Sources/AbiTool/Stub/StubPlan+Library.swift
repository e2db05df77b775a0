internal import AbiModel
public import ElfKit
public import Support

extension StubPlan {
  /// Writes the stub as a shared library: what an assembler and a linker make of the assembly
  /// text, without either.
  ///
  /// - Throws: `InputError` when the plan is for no architecture in particular, or beyond what
  ///   the format can express.
  public func library() throws(InputError) -> ElfImage {
    // EM_NONE.
    guard object.header.machine.rawValue != 0 else {
      throw InputError(
        .usage, path: path, "a library is for one architecture; say which with --arch")
    }
    do throws(ElfError) {
      let names = self.names.span.bytes
      return try object.image(symbols: try symbols(names), names: names)
    } catch {
      throw InputError(.unsupported, path: path, error.description)
    }
  }

  private func symbols(_ names: RawSpan) throws(ElfError) -> DynamicSymbolTable {
    switch order {
    case .gnuLd:
      let symbols = GnuLdOrder.indices(of: self).map { entries[$0] }
      // MIPS orders symbols by their place in the global offset table, not by hash.
      return architecture?.ordersSymbolsByGot == true
        ? try DynamicSymbolTable(inOrder: symbols, names: names)
        : try DynamicSymbolTable(sorting: symbols, names: names)
    case .listed(bucketCount: nil):
      return try DynamicSymbolTable(inOrder: entries, names: names)
    case .listed(let bucketCount):
      return try DynamicSymbolTable(sorting: entries, names: names, bucketCount: bucketCount)
    }
  }
}
