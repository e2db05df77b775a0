extension Architecture {
  /// Where dynamic linkers look for libraries of an architecture, beside `/lib` and `/usr/lib`.
  public struct LibraryDirectories: Sendable {
    /// The name of its directories in Debian's multiarch layout, such as `x86_64-linux-gnu`.
    package let multiarch: String
    /// Their names on systems without multiarch, such as `lib64`, relative to `/` and `/usr`:
    /// `slibdir` as the configuration of glibc has it, best first, and what distributions call it
    /// beside another architecture. Empty where that is `lib`.
    package let others: [String]
    /// `AT_PLATFORM` of the kernel, for `$PLATFORM` in run paths. Nil where the kernel gives none,
    /// or what it gives depends on the processor.
    package let platform: String?
  }
}

extension Architecture.LibraryDirectories {
  /// The directories that are built into dynamic linkers, in the order in which they search: of
  /// the multiarch layout, then of the FHS. No linker has all of them; what is for another
  /// architecture is passed over.
  package var defaults: [String] {
    (["lib/\(multiarch)"] + others + ["lib"]).flatMap { ["/\($0)", "/usr/\($0)"] }
  }

  /// What `$LIB` in a run path may stand for, which systems define differently.
  package var lib: [String] { ["lib/\(multiarch)", others.first ?? "lib"] }
}
