public import AbiModel
internal import Findings
public import Support

/// What ``Taint`` looks for, and what it takes for the framework's own.
public struct TaintOptions: Sendable {
  /// ABIs whose symbols with `kernel=` are those of one kernel.
  public var abis: [Abi] = []
  /// Patterns for the paths of headers, each matched against a path and its ends behind a `/`.
  public var kernelHeaders = Self.defaultKernelHeaders
  /// Ask for the headers of all code: where a file has no DWARF of its own it is looked for where
  /// debuggers look, and what has none is not known.
  public var asksHeaders = false
  /// Names of the framework's dynamic linker; those of the ABIs (`#%soname`) come on top.
  public var interpreters = ["ld.lib.so"]
  /// Patterns for `DT_NEEDED` of libraries that belong to one kernel; `NAME-*.lib.so` for each ABI
  /// of `NAME.lib.so` comes on top.
  public var kernelLibraries = [Glob("ld-*.lib.so"), Glob("ld-linux*.so*")]
  /// Look for instructions that only kernels and hypervisors may execute, too.
  public var includesPrivileged = false
  /// Told the share of the code that is done, from 0 to 1, now and then.
  public var progress: @Sendable (Double) -> Void = { _ in }

  /// The defaults of `abitool taint`.
  public init() {}

  /// Where kernels have their headers: Linux and its architectures, and the kernels that component
  /// frameworks run on. docs/taint.md has the list.
  public static let defaultKernelHeaders = [
    "linux/*.h", "asm/*.h", "asm-generic/*.h", "nova/*.h", "hw/*.h", "kernel/*.h", "sel4/*.h",
    "l4/*.h",
    "foc/*.h", "fiasco/*.h", "okl4/*.h", "pistachio/*.h", "xen/*.h", "mach/*.h", "zircon/*.h",
  ].map { Glob($0) }

  func isFrameworkInterpreter(_ path: [UInt8]) -> Bool {
    let name = path.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? path
    return interpreters.contains { name.elementsEqual($0.utf8) || path.elementsEqual($0.utf8) }
      || abis.contains { $0.soname?.bytes == name }
  }

  func isKernelLibrary(_ name: [UInt8]) -> Bool {
    let suffix = Array(".lib.so".utf8)
    return name.withUnsafeBytes { bytes in
      kernelLibraries.contains { $0.matches(bytes) }
        || abis.contains { abi in
          guard let soname = abi.soname?.bytes, soname.suffix(suffix.count) == suffix[...] else {
            return false
          }
          let stem = soname.dropLast(suffix.count)
          return bytes.starts(with: stem + [UInt8(ascii: "-")])
            && bytes.suffix(suffix.count).elementsEqual(suffix)
        }
    }
  }
}
