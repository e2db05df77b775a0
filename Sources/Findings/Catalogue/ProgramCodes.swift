internal import Support

/// Codes for programs, and libraries, measured by what they are to find at run time.
extension FindingCode {
  /// Codes for programs, in the order of reports.
  public static let programCodes = [
    undefinedSymbol, leftToProgram, versionMissing, versionUnchecked, typeClash, copyCut,
    copyLarger, copyProtected, notLinked, foundTwice, mustDefine, neededNotFound, neededUnused,
    stubAtRunTime, interpreterMissing, provided,
  ]

  /// Nothing defines what a program refers to.
  public static let undefinedSymbol = FindingCode(
    "undefined-symbol", .error, "nothing provides it",
    explanation: """
      The program, or a library that is loaded for it, refers to a symbol that none of the ABIs \
      and libraries has. The dynamic linker stops the program when it starts, or, with lazy \
      binding, when it calls the function for the first time.
      """,
    example: """
      init wants nova_utcb, and ld.abi has no such symbol
      """,
    counterExample: "init refers to nova_utcb weakly    it may be absent, and is 0 then",
    authority: .glibc("elf/dl-lookup.c", "_dl_lookup_symbol_x"),
    cure: """
      use what the ABI promises; if the ABI is to promise this too, add the line; if another \
      library has it, name that one when linking
      """)

  /// A library leaves a symbol to whoever loads it.
  public static let leftToProgram = FindingCode(
    "left-to-program", .warning, "left to the program that loads it",
    explanation: """
      The library refers to a symbol that neither it nor what it needs defines. That is how \
      plug-ins use the program that loads them. Loaded into a program without the symbol, it \
      fails.
      """,
    example: """
      mod_status.so wants ap_hook_handler, which the web server defines
      """,
    counterExample: "mod_mime.so uses what libapr.so defines, and needs libapr.so",
    authority: .linkerManual("-z defs", page: "Options"),
    cure: """
      for a plug-in, nothing; else link the library with what it uses (the linker's -z defs finds \
      such mistakes)
      """)

  /// The symbol or the version node is not there in the version wanted.
  public static let versionMissing = FindingCode(
    "version-missing", .error, "no such version",
    explanation: """
      A program records the version of each symbol that it uses. The dynamic linker refuses to \
      start it when the library does not define that version.
      """,
    example: """
      tool wants clock_gettime@GLIBC_2.17; libc.so.6 has clock_gettime in other versions only
      """,
    counterExample: "tool wants clock_gettime@GLIBC_2.2.5; libc.so.6 has it beside @@GLIBC_2.17",
    authority: .glibc("elf/dl-version.c", "_dl_check_map_versions"),
    cure: """
      link the program against the oldest version of the library that it is to run with, or \
      bring the library up to date
      """)

  /// The provider has no versions at all.
  public static let versionUnchecked = FindingCode(
    "version-unchecked", .warning, "provider without versions",
    explanation: """
      The program was linked against a library with symbol versions; the one that it finds has \
      none. The dynamic linker says "no version information available" and takes any symbol of \
      the name.
      """,
    example: """
      tool needs DEMO_2 of libdemo.so.1, which defines no versions
      """,
    counterExample: "tool needs libdemo.so.1 and no version of it",
    authority: .glibc("elf/dl-version.c", "match_symbol"),
    cure: "build the library with its version script")

  /// A function where data is, or the reverse.
  public static let typeClash = FindingCode(
    "type-clash", .error, "function wanted, data given",
    explanation: """
      What the program calls is data, or what it reads is code, or only one of both is \
      thread-local. It crashes, or reads nonsense.
      """,
    example: """
      init calls ld_clock; ld.abi says ld_clock D 8
      """,
    counterExample: """
      init calls ld_clock; ld.abi says ld_clock i    an IFUNC is a function to its callers
      """,
    authority: .symbolTable("st_info"),
    cure: "include the header of the library in place of a declaration of one's own, and rebuild")

  /// The copy in the program is smaller than the object.
  public static let copyCut = FindingCode(
    "copy-cut", .error, "copy is smaller than the object",
    explanation: """
      The program holds a copy of the library's object (copy relocation) that is too small. The \
      library uses the copy too, and overwrites what lies behind it in the program.
      """,
    example: """
      init has a copy of ld_boot_info of 64 bytes; ld.abi says ld_boot_info D 128
      """,
    counterExample: "init has a copy of ld_boot_info of 128 bytes; ld.abi says ld_boot_info D 128",
    authority: .glibc("sysdeps/x86_64/dl-machine.h", "R_X86_64_COPY"),
    cure: "link the program anew, or compile it with -fPIE so that it needs no copy")

  /// The copy in the program is larger than the object.
  public static let copyLarger = FindingCode(
    "copy-larger", .error, "copy is larger than the promise",
    explanation: """
      The program holds a copy of the library's object that is larger than what is promised, so \
      it was compiled for another library. What lies behind the object is not copied.
      """,
    example: """
      init has a copy of ld_boot_info of 128 bytes; ld.abi says ld_boot_info D 64
      """,
    counterExample: "init reaches ld_boot_info through its GOT    it holds no copy",
    authority: .glibc("sysdeps/x86_64/dl-machine.h", "R_X86_64_COPY"),
    cure: "compile and link the program with the headers and the ABI that it is to run with")

  /// A copy of a protected object.
  public static let copyProtected = FindingCode(
    "copy-protected", .error, "copy of protected data",
    explanation: """
      The library reaches its protected object directly, and the program its copy: two objects \
      where there is to be one. The dynamic linker refuses such a program, or warns.
      """,
    example: """
      init has a copy of ld_protected_cell; ld.abi says ld_protected_cell D 8 protected
      """,
    counterExample: "init reaches ld_protected_cell through its GOT    it holds no copy",
    authority: .glibc("sysdeps/generic/dl-protected.h", "_dl_check_protected_symbol"),
    cure: "compile the program with -fPIE -mno-direct-extern-access, or use a function in its place"
  )

  /// A given ABI has it, but the program does not need that library.
  public static let notLinked = FindingCode(
    "not-linked", .error, "provider is not needed",
    explanation: """
      An ABI that was given has the symbol, but no NEEDED entry of the program, or of what it \
      needs, leads to that library. It is not loaded, and the symbol is not found.
      """,
    example: """
      init wants log_open of log.abi, and needs ld.lib.so only
      """,
    counterExample: "init needs libgui.lib.so, which needs log.lib.so    it is loaded all the same",
    authority: .dynamicLinking("Shared Object Dependencies"),
    cure: "link the program with the library (-l), or with its stub")

  /// Two ABIs have it.
  public static let foundTwice = FindingCode(
    "found-twice", .warning, "in two ABIs",
    explanation: """
      Two of the ABIs or libraries have the symbol. The dynamic linker takes the first, in the \
      order of the NEEDED entries, breadth first; the order of libraries on the linker's command \
      line decides what the program does.
      """,
    example: """
      memcpy is in ld.abi and in libc.abi; ld.abi wins
      """,
    counterExample: "init defines memcpy itself    the program comes first, as everybody expects",
    authority: .dynamicLinking("Shared Object Dependencies"),
    cure: "leave the symbol to one of the libraries, and hide it in the other")

  /// The library needs the program to define it.
  public static let mustDefine = FindingCode(
    "must-define", .error, "the program does not define it",
    explanation: """
      The ABI says (kind U) that the library refers to a symbol that the program defines: its \
      entry point, for example. This program does not export it.
      """,
    example: """
      ld.abi says Component::construct(Env &) U, and init does not define it
      """,
    counterExample: "init defines Component::construct and exports it (-rdynamic)",
    authority: .manual("abi-format", "Kinds"),
    cure: "define the function in the program; it must not be hidden")

  /// The file of a NEEDED entry is not there.
  public static let neededNotFound = FindingCode(
    "needed-not-found", .error, "needed library is not there",
    explanation: """
      The dynamic linker stops the program when it cannot find a library that the program, or \
      another library, names in a NEEDED entry.
      """,
    example: """
      tool needs libfoo.so.2, which is in no directory of its search path
      """,
    counterExample: "tool needs libfoo.so.2, has the RUNPATH $ORIGIN/lib, and it is in there",
    authority: .loaderManual,
    cure: """
      install the library, correct the run path (readelf -d shows it), or give its ABI with --abi
      """)

  /// Nothing of the needed library is used.
  public static let neededUnused = FindingCode(
    "needed-unused", .information, "needed library provides nothing",
    explanation: """
      The program needs the library by name and uses none of its symbols. It is loaded all the \
      same, which takes time, and must be installed.
      """,
    example: """
      tool needs libm.so.6 and uses nothing of it
      """,
    counterExample: "tool needs libm.so.6 and calls sqrt",
    authority: .linkerManual("--as-needed", page: "Options"),
    cure:
      "link with --as-needed, or leave the -l away; a library used with dlopen only is no reason")

  /// The search for libraries ends at a stub.
  public static let stubAtRunTime = FindingCode(
    "stub-at-run-time", .error, "a stub would be loaded",
    explanation: """
      The search path of the program leads to a stub library, which is for linking only and has \
      no code. The program crashes at its first call.
      """,
    example: """
      init has the run path $ORIGIN/abi, where ld.lib.so is a stub
      """,
    counterExample: "init was linked with -L abi, and has no run path",
    authority: .manual("stubs", "What is in it"),
    cure: "keep stubs out of run paths and of the directories that the dynamic linker searches")

  /// `PT_INTERP` names no file.
  public static let interpreterMissing = FindingCode(
    "interpreter-missing", .error, "dynamic linker is not there",
    explanation: """
      The kernel starts a program by loading the dynamic linker that the program names. Without \
      it the error is "No such file or directory", although the program is there.
      """,
    example: """
      tool names /lib/ld-musl-x86_64.so.1
      """,
    counterExample: "a program linked with -static    it names no dynamic linker",
    authority: .dynamicLinking("Program Interpreter"),
    cure: "install that dynamic linker, or link the program with --dynamic-linker")

  /// What a reference is bound to, on request.
  public static let provided = FindingCode(
    "provided", .information, "what provides each symbol",
    explanation: "With --bindings: where the dynamic linker finds each symbol of the program.",
    example: "init: memcpy@GLIBC_2.14 from libc.so.6",
    counterExample: "without --bindings nothing is listed",
    authority: .glibc("elf/dl-lookup.c", "_dl_lookup_symbol_x"),
    cure: "nothing to do")
}
