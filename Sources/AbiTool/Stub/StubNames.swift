internal import AbiModel
internal import Findings
public import Support
public import SystemPackage

/// The names that a stub has when none are given.
public enum StubNames {
  /// `ld` for `lib/symbols/ld` and `ld.abi`.
  public static func stem(of abi: FilePath) -> String {
    let name = abi.lastComponent?.string ?? abi.string
    return name.hasSuffix(".abi") && name.count > 4 ? String(name.dropLast(4)) : name
  }

  /// `ld.lib.so` for `ld.abi` with the suffix `.lib.so`. A stem that is a SONAME stays as it is.
  public static func soname(of abi: FilePath, suffix: String) -> ByteName {
    let stem = stem(of: abi)
    let isSoname = stem.hasSuffix(".so") || stem.contains(".so.")
    return ByteName(isSoname ? stem : stem + suffix)
  }
}
