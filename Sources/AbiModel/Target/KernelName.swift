public import Support

/// Names of one library on several kernels: `ld-nova.lib.so` and `ld-hw.lib.so` are what programs
/// know as `ld.lib.so`.
public enum KernelName {
  /// Whether `name` is `LIB-KERNEL.lib.so` where `common` is `LIB.lib.so`.
  ///
  /// - Parameter kernel: the kernel, where it is known; the names may end in something else then.
  public static func isKernelSpecific(
    _ name: ByteName, of common: ByteName, kernel: String = ""
  ) -> Bool {
    self.common(name, kernel: kernel) == common
  }

  /// What programs are to need in place of `LIB-KERNEL.lib.so`; nil for any other name.
  ///
  /// - Parameter kernel: the kernel, where it is known; the name may end in something else then.
  public static func common(_ name: ByteName, kernel: String = "") -> ByteName? {
    let dash = UInt8(ascii: "-")
    guard let end = end(of: name, kernel), let start = name.bytes[..<end].lastIndex(of: dash),
      start > 0, start + 1 < end
    else { return nil }
    return ByteName(Array(name.bytes[..<start] + name.bytes[end...]))
  }

  /// Where the part with the kernel ends.
  private static func end(of name: ByteName, _ kernel: String) -> Int? {
    let bytes = name.bytes
    guard !bytes.contains(UInt8(ascii: "/")) else { return nil }
    let suffix = Array(".lib.so".utf8)
    if kernel.isEmpty {
      return bytes.count > suffix.count && bytes.suffix(suffix.count).elementsEqual(suffix)
        ? bytes.count - suffix.count : nil
    }
    let part = Array("-\(kernel)".utf8)
    return bytes.indices.first { start in
      bytes[start...].starts(with: part)
        && (start + part.count == bytes.count || bytes[start + part.count] == UInt8(ascii: "."))
    }.map { $0 + part.count }
  }
}
