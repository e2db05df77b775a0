internal import Support

/// Codes for what keeps a symbol out of an ABI that all kernels share.
extension FindingCode {
  package static let kernelCodes = [kernelSpecific, archSpecific, internalSymbol]

  /// The symbol exists on some kernels only.
  public static let kernelSpecific = FindingCode(
    "kernel-specific", .error, "exists on some kernels only",
    explanation: """
      A program that uses the symbol starts on some kernels and fails on the others with an \
      unresolved symbol. Such a symbol cannot be part of an ABI that all kernels share.
      """,
    example: """
      nova_utcb    ld-nova.lib.so defines it; ld-hw.lib.so and ld-linux.lib.so do not
      """,
    counterExample: "ld_answer    defined by ld-nova.lib.so, ld-hw.lib.so and ld-linux.lib.so",
    authority: .dynamicLinking("Shared Object Dependencies"),
    cure: """
      make it hidden (visibility, version script), give it to every kernel, or put it on the deny \
      list; a deliberate exception goes into the allow file
      """)

  /// The symbol exists on some architectures only and has no relative on the others.
  public static let archSpecific = FindingCode(
    "arch-specific", .error, "exists on some architectures only",
    explanation: """
      No symbol of the other architectures has the same structure, so programs that use it cannot \
      be built for all of them from one ABI. Run-time support of a compiler (__aeabi_memcpy) is \
      of this kind too.
      """,
    example: """
      ld_port_in    x86_64 and x86_32 define it; the others have no I/O ports
      """,
    counterExample: "ld_clock    one name on x86_64, x86_32 and arm_v8a",
    authority: .arm("rtabi32", "compiler helper functions"),
    cure: """
      hide it, or provide it everywhere; what belongs to one architecture for good goes into the \
      allow file with arch=…
      """)

  /// A linker artefact or a name on the deny list.
  public static let internalSymbol = FindingCode(
    "internal", .error, "internal symbol",
    explanation: """
      Linkers put _end, _edata, __bss_start and the like into every file, each program has its \
      own, and using the library's is a mistake. Names on a deny list (--deny) are what the \
      project calls internal.
      """,
    example: """
      _edata D 0              in an ABI text
      Platform::*             in the deny list, and the library exports Platform::write
      """,
    counterExample: "end D 8    a name that a library may well define itself",
    authority: .linkerManual("PROVIDE", page: "PROVIDE"),
    cure: "remove the line from the ABI text, or make the symbol hidden in the library")
}
