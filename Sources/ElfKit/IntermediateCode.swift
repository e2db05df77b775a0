/// Code in a compiler's own form, which becomes machine code when it is linked (link-time
/// optimisation).
public struct IntermediateCode: Hashable, Sendable {
  /// Whose form it is.
  public enum Compiler: Hashable, Sendable {
    /// GIMPLE in sections `.gnu.lto_…` (GCC Internals, "LTO file sections").
    case gcc
    /// Bitcode: a file of its own, or in the section `.llvmbc` or `.llvm.lto`.
    case llvm
  }

  /// Whose form it is.
  public var compiler: Compiler
  /// The same code stands beside it as machine code: a "fat" object. When not, nothing in the file
  /// tells what the machine code will be.
  public var hasMachineCode: Bool

  /// Why the code cannot be looked at, and what to do. Nil when machine code is there.
  public var reasonNotKnown: String? {
    guard !hasMachineCode else { return nil }
    switch compiler {
    case .gcc:
      return "the code is in GCC's intermediate form (-flto); name what is linked from it, or "
        + "compile with -ffat-lto-objects"
    case .llvm:
      return "the code is LLVM bitcode (-flto); name what is linked from it, or compile without"
    }
  }
}

extension ElfFile {
  /// The intermediate code of an object. Nil when it has none: all its code is machine code.
  ///
  /// - Throws: `ElfError` when a section that tells is cut, or the symbol table is malformed.
  public func intermediateCode() throws(ElfError) -> IntermediateCode? {
    var isGcc = false
    for section in sections {
      if hasName(section, ".llvmbc") || hasName(section, ".llvm.lto"), section.size > 0 {
        return IntermediateCode(compiler: .llvm, hasMachineCode: true)
      }
      guard hasName(section, prefix: ".gnu.lto_") else { continue }
      isGcc = true
      // struct lto_section of GCC 10 and later: two numbers of 2 bytes, then slim_object.
      if hasName(section, prefix: ".gnu.lto_.lto."),
        try withContents(of: section, { $0.count > 4 && $0[4] != 0 })
      {
        return IntermediateCode(compiler: .gcc, hasMachineCode: false)
      }
    }
    guard isGcc else { return nil }
    return IntermediateCode(compiler: .gcc, hasMachineCode: try !hasSlimMark())
  }

  /// Whether there is `__gnu_lto_slim`, the common symbol by which linkers notice that they lack
  /// the plugin.
  private func hasSlimMark() throws(ElfError) -> Bool {
    var isSlim = false
    _ = try withSymbols { table throws(ElfError) in
      for index in 1..<max(1, table.count) where !isSlim {
        let name = table.name(of: try table.symbol(at: index))
        // With one more underscore where C names have one.
        isSlim =
          name.elementsEqual("__gnu_lto_slim".utf8)
          || name.elementsEqual("___gnu_lto_slim".utf8)
      }
    }
    return isSlim
  }
}
