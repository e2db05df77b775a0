internal import Support

/// Codes for facts about a symbol in which builds, or a build and the ABI, differ.
extension FindingCode {
  package static let differenceCodes = [
    kindDiffers, typeDiffers, bindingDiffers, sizeDiffers, storageDiffers, tlsDiffers,
    versionDiffers, defaultVersionDiffers, aliasDiffers, visibilityDiffers, otherDiffers,
    alignmentDiffers, sonameDiffers, versionNodesDiffer, flagsDiffer,
  ]

  /// Function here, data there.
  public static let kindDiffers = FindingCode(
    "kind-differs", .error, "kind differs: function, data or absolute",
    explanation: """
      A program calls a function and reads data; which of the two a symbol is decides the code \
      and the relocations of the program, at link time and for good.
      """,
    example: """
      ld_kernel_tag    nova: D 4   hw: T   linux: T
      """,
    counterExample: "ld_kernel_tag    nova: D 4   hw: D 4   linux: D 4",
    authority: .symbolTable("st_info, st_shndx"),
    cure: "declare it the same way for every build, best in one shared header")

  /// `STT_FUNC`, `STT_GNU_IFUNC`, `STT_NOTYPE`, …
  public static let typeDiffers = FindingCode(
    "type-differs", .error, "symbol type differs",
    explanation: """
      Linkers treat an untyped symbol, a function and an indirect function (IFUNC) differently, \
      for example when a program takes its address, so the program depends on the build it was \
      linked against.
      """,
    example: """
      ld_copy_page    nova: FUNC   hw: FUNC   linux: IFUNC
      """,
    counterExample: "ld_copy_page    nova: FUNC   hw: FUNC   linux: FUNC",
    authority: .symbolTable("st_info, STT_FUNC"),
    cure: """
      hide the IFUNC behind a plain function, or make it one everywhere; give assembly functions \
      a type with .type NAME, %function
      """)

  /// Global, weak or unique.
  public static let bindingDiffers = FindingCode(
    "binding-differs", .error, "binding differs",
    explanation: """
      A weak symbol says that it may be absent or replaced, a unique one that the process has one \
      copy. Stubs and checks can promise one binding only.
      """,
    example: """
      ld_idle    nova: weak   hw: global   linux: global
      """,
    counterExample: "ld_idle    nova: weak   hw: weak   linux: weak",
    authority: .symbolTable("st_info, STB_WEAK"),
    cure: "use __attribute__((weak)) in all builds or in none")

  /// `st_size` of data.
  public static let sizeDiffers = FindingCode(
    "size-differs", .error, "size of data differs",
    explanation: """
      A program that is not position-independent holds a copy of the object (copy relocation), as \
      large as the library it was linked against said. With a larger object at run time the copy \
      is cut and what follows it in the program is overwritten.
      """,
    example: """
      ld_boot_info    nova: 64   hw: 32   linux: 128 bytes
      """,
    counterExample: "ld_idle    a function: how large it is, is in no program",
    authority: .copyRelocation,
    cure: """
      give the object one size on all kernels (the largest, with reserved space), or hide it \
      behind a function that returns its address
      """)

  /// Writable, zero, read-only or read-only after relocation.
  public static let storageDiffers = FindingCode(
    "storage-differs", .error, "storage differs: writable, read-only or RELRO",
    explanation: """
      Linkers put the program's copy of an object into writable memory or into memory that is \
      made read-only, as the library says. A program linked against a writable one faults, or \
      can write where it should not, when the library at run time differs.
      """,
    example: """
      ld_boot_flags    nova: D   hw: B   linux: R
      """,
    counterExample: "ld_boot_flags    nova: D   hw: B    both are writable",
    authority: .binutils("bfd/elfxx-x86.c", "_bfd_x86_elf_adjust_dynamic_symbol"),
    cure: """
      use const, and the same initialisers (those with addresses end up in RELRO), in all builds
      """)

  /// Thread-local or not.
  public static let tlsDiffers = FindingCode(
    "tls-differs", .error, "thread-local in some builds only",
    explanation: """
      Thread-local data is reached through the thread pointer, other data by its address. Code \
      that was compiled for one of them reads something else with the other.
      """,
    example: """
      ld_last_error    linux: thread-local   nova, hw: one for all threads
      """,
    counterExample: "ld_last_error    nova, hw, linux: thread-local",
    authority: .threadLocalStorage,
    cure: "make it thread_local in all builds, or hide it behind a function")

  /// `NAME@VERSION` here, another version there.
  public static let versionDiffers = FindingCode(
    "version-differs", .error, "symbol version differs",
    explanation: """
      A program records the version of each symbol that it uses, and the dynamic linker refuses \
      to start it when the library has the symbol under another one.
      """,
    example: """
      ld_kernel_entry_count    hw: @@LD_1   nova, linux: @@LD_2
      """,
    counterExample: "ld_clock    nova, hw: @@LD_2 and @LD_1",
    authority: .symbolVersions,
    cure: "use one version script for all builds")

  /// `@@` here, `@` there.
  public static let defaultVersionDiffers = FindingCode(
    "default-version-differs", .error, "default version in some builds only",
    explanation: """
      Only the default version (@@) of a symbol is found at link time. With a non-default one (@) \
      programs that are on disk run, and new ones do not link.
      """,
    example: """
      ld_clock    nova: @@LD_1   hw: @LD_1
      """,
    counterExample: "ld_clock    nova, hw: @@LD_1",
    authority: .linkerManual("VERSION", page: "VERSION"),
    cure: "use one version script, and the same .symver directives, for all builds")

  /// Names of one object here, of two there.
  public static let aliasDiffers = FindingCode(
    "alias-differs", .error, "names of one object in some builds only",
    explanation: """
      When a program holds a copy of an object, all its names must lead to the copy. If the names \
      belong together in one build only, the program sees two objects where the library has one, \
      or one where it has two.
      """,
    example: """
      ld_ticks    nova, linux: alias of ld_tick_count   hw: an object of its own
      """,
    counterExample: "ld_stop    a function: programs hold no copy of it",
    authority: .copyRelocation,
    cure: "define the alias in all builds (__attribute__((alias))), or in none")

  /// Default or protected.
  public static let visibilityDiffers = FindingCode(
    "visibility-differs", .error, "protected in some builds only",
    explanation: """
      Programs cannot hold a copy of protected data, and a protected function cannot be \
      overridden: what links against one build fails, or behaves differently, with the other.
      """,
    example: """
      ld_pause    hw: protected   nova, linux: default
      """,
    counterExample: "ld_pause    nova, hw, linux: protected",
    authority: .symbolTable("st_other, STV_PROTECTED"),
    cure: "use one visibility for all builds")

  /// The bits of `st_other` beyond visibility.
  public static let otherDiffers = FindingCode(
    "other-differs", .error, "calling convention (st_other) differs",
    explanation: """
      These bits tell how a function is to be called, for example that it uses vector registers \
      of its own (STO_AARCH64_VARIANT_PCS, STO_RISCV_VARIANT_CC). Without them the dynamic linker \
      may bind the symbol lazily and lose registers.
      """,
    example: """
      ld_vector_sum    nova: other=0x80   hw: other=0x00
      """,
    counterExample: """
      ld_vector_sum    other=0x80 on arm_v8a only: on x86_64 the bits have no meaning
      """,
    authority: .arm("aaelf64", "st_other values, STO_AARCH64_VARIANT_PCS"),
    cure: "compile the function with the same attributes for all kernels")

  /// What a linker sees of the alignment.
  public static let alignmentDiffers = FindingCode(
    "alignment-differs", .warning, "alignment differs",
    explanation: """
      A program's copy of an object is aligned as the library's object happened to be. The ABI \
      records the lowest alignment of all builds, so code that relies on the higher one may fault.
      """,
    example: """
      ld_irq_frame    nova, hw: 64   linux: 16
      """,
    counterExample: "ld_frame    nova: 32   linux: 16    so little is an accident of the layout",
    authority: .binutils("bfd/elflink.c", "_bfd_elf_adjust_dynamic_copy"),
    cure: "state the alignment in the shared declaration: alignas(64)")

  /// `DT_SONAME`.
  public static let sonameDiffers = FindingCode(
    "soname-differs", .error, "SONAME differs",
    explanation: """
      Programs record the SONAME of the library that they were linked against, and look for a \
      file of that name at run time.
      """,
    example: """
      ld-nova.lib.so: SONAME ld.lib.so    ld-hw.lib.so: SONAME ld-hw.lib.so
      """,
    counterExample: "an ABI text without #%soname    it leaves the name open",
    authority: .dynamicLinking("DT_SONAME"),
    cure: "link all builds with the same -soname")

  /// Version definitions and their parents.
  public static let versionNodesDiffer = FindingCode(
    "version-nodes-differ", .error, "version nodes differ",
    explanation: """
      The dynamic linker checks at start that the library defines each version that the program \
      needs, whether or not a symbol of it is used.
      """,
    example: """
      LD_2    nova: inherits LD_1   hw: not defined
      """,
    counterExample: "LD_1    nova, hw: defined, with other symbols in it",
    authority: .symbolVersions,
    cure: "use one version script for all builds")

  /// `e_flags`.
  public static let flagsDiffer = FindingCode(
    "flags-differ", .error, "ELF flags differ",
    explanation: """
      The flags in the ELF header say which calling convention the code follows, for example hard \
      or soft floating point. Linkers refuse to mix them, or should.
      """,
    example: """
      arm_v7a    nova: hard float (0x5000400)   hw: soft float (0x5000200)
      """,
    counterExample: """
      riscv64    nova: EF_RISCV_RVC   hw: not    which instructions, not how to call
      """,
    authority: .riscv("e_flags"),
    cure: "compile all builds with the same -mabi, -mfloat-abi and -march")
}
