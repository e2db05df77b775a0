/// What a name is apart from the data model: equal for the names that one declaration has on different
/// targets.
///
/// Left out are which of the integer types `int`, `long`, `long long` a signed or unsigned type is, the
/// spelling of `va_list` (which is `char *` or `void *` on some targets, so those are not kept apart from
/// it) and of `long double`, and the offsets in thunks and of sub-objects. How substitutions are written makes
/// no difference.
///
/// Different declarations can have equal keys. The key finds candidates;
/// ``MangledName/differences(from:_:_:)`` decides.
public struct StructuralKey: Sendable, Hashable {
  let fingerprint: Fingerprint
}

extension MangledName {
  /// The key of the name. With `ignoringValues` integer literals, array bounds, lengths of vectors and
  /// widths of `_BitInt` are left out too: they may be the size of a pointer, as in `Lm8E` and `Lj4E`.
  ///
  /// Takes time linear in the length of the name.
  public func structuralKey(ignoringValues: Bool = false) -> StructuralKey {
    let prints = fingerprints(without: ignoringValues ? .dataModelAndValues : .dataModel)
    return StructuralKey(fingerprint: prints[root])
  }
}
