extension Architecture {
  /// The assemblers and linkers that make a stub outside of this process, and what they are told
  /// so that they work for the ABI.
  public struct Tools: Sendable {
    /// What stands before `-as` and `-ld` in the names of GNU's tools that serve the architecture;
    /// the triple of the architecture itself first.
    let gnuTriples: [String]
    /// Tool chains whose names do not begin with a triple.
    let others: [Named]
    /// `-m` of GNU ld, gold, lld and mold.
    let emulation: String
    /// What GNU as is told.
    package let assemblerArguments: [String]
    /// What `clang --target=` takes.
    package let clangTarget: String
    /// What clang is told beside `--target=`.
    package let clangArguments: [String]
    /// Directives at the start of a text that is for this architecture only: object attributes
    /// and flags that assemblers leave to the compiler.
    package let assemblyPrologue: String
  }
}

extension Architecture.Tools {
  /// GNU's tools under other names, configured for a system without operating system: Genode's.
  struct Named: Sendable {
    /// What stands before `-as` and `-ld`.
    let prefix: String
    /// `-m` of the linker, which does not know that of Linux.
    let emulation: String
  }
}

extension Architecture.Tools {
  /// What stands before `-as` and `-ld` in the names of cross tools, best first.
  package var prefixes: [String] { gnuTriples + others.map(\.prefix) }

  /// `-m` of a linker of that file name.
  package func emulation(ofLinker name: String) -> String {
    others.first { name.hasPrefix("\($0.prefix)-") }?.emulation ?? emulation
  }

  /// Whether the plain `as` and `ld` of a host, which are those of its triple, serve the
  /// architecture.
  package func arePlainToolsOf(_ host: Architecture) -> Bool {
    host.tools.gnuTriples.first.map(gnuTriples.contains) == true
  }
}
