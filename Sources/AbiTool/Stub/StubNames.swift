public import Support
public import SystemPackage

/// The names that a stub has when none are given.
public enum StubNames {
  /// `ld` for `lib/symbols/ld` and `ld.abi`.
  public static func stem(of abi: FilePath) -> String {
    let name = abi.lastComponent?.string ?? abi.string
    return name.hasSuffix(".abi") && name.count > 4 ? String(name.dropLast(4)) : name
  }

  /// The stems of several ABIs, which are to have stubs in one directory.
  ///
  /// - Throws: `InputError` when two have the same.
  public static func distinctStems(of abis: [FilePath]) throws(InputError) -> [String] {
    var seen: Set<String> = []
    var stems: [String] = []
    for abi in abis {
      let stem = stem(of: abi)
      guard seen.insert(stem).inserted else {
        throw InputError(
          .usage, path: abi.string, "another ABI has this name too; write them to different places")
      }
      stems.append(stem)
    }
    return stems
  }

  /// `ld.lib.so` for `ld.abi` with the suffix `.lib.so`. A stem that is a SONAME stays as it is.
  ///
  /// - Throws: `InputError` when the ABI comes out of a pipe, whose name says nothing.
  public static func soname(of abi: FilePath, suffix: String) throws(InputError) -> ByteName {
    guard !InputFile.isNameless(abi) else {
      throw InputError(
        .usage, path: abi.string, "the text has no #%soname line; give one with --soname")
    }
    let stem = stem(of: abi)
    let isSoname = stem.hasSuffix(".so") || stem.contains(".so.")
    return ByteName(isSoname ? stem : stem + suffix)
  }
}
