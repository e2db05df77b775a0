internal import AbiModel
internal import Findings
public import Support

/// Writes the version nodes of a stub as a version script, for the linker.
///
/// The script binds no symbols: `.symver` has done that, and a symbol without version keeps none.
public enum VersionScript {
  /// Nil when the stub has no versions.
  ///
  /// - Parameters:
  ///   - plan: the stub.
  ///   - withParents: lld and mold write no parents, and lld reads one at most.
  /// - Throws: `InputError` when linkers cannot express a version or its parents.
  public static func text(of plan: StubPlan, withParents: Bool = true) throws(InputError)
    -> [UInt8]?
  {
    guard !plan.versions.isEmpty else { return nil }
    var out: [UInt8] = []
    for node in plan.versions {
      for name in [node.name] + node.parents where !AssemblyNames.isTag(name) {
        throw InputError(
          path: plan.path,
          "version \(name.spelled): version scripts take letters, digits, _ . and $ only")
      }
      out.append(contentsOf: node.name.bytes)
      out.append(" { }")
      for parent in withParents ? node.parents : [] {
        out.append(UInt8(ascii: " "))
        out.append(contentsOf: parent.bytes)
      }
      out.append(";\n")
    }
    return out
  }
}
