internal import Support

/// Codes for what ties a program to a kernel.
extension FindingCode {
  package static let taintCodes = [
    systemCall, privilegedInstruction, kernelHeader, kernelSymbol, kernelLibrary,
    foreignInterpreter, osNote, notKnown,
  ]

  /// An instruction that enters a kernel.
  public static let systemCall = FindingCode(
    "system-call", .error, "system-call instruction",
    explanation: """
      What the number of a system call means, and where its arguments are, is the affair of one \
      kernel. Code that has the instruction runs on that kernel, and does something else or \
      nothing on others.
      """,
    example: """
      init    pause_thread    0x4012a0  syscall    src/thread.cc:31
      """,
    counterExample: """
      init    calls Pd_connection::map    the framework's library has the instruction
      """,
    authority: .instructions("SYSCALL, SVC, ECALL"),
    cure: "call the framework's interface instead, or move the code into the framework")

  /// An instruction for kernels and hypervisors.
  public static let privilegedInstruction = FindingCode(
    "privileged-instruction", .error, "privileged instruction",
    explanation: """
      User land executes port I/O, hlt, cli and the like only where a kernel lets it, or traps.
      """,
    example: """
      driver    reset    0x401044  out %al,(%dx)
      """,
    counterExample: "driver    calls Io_port::outb    the framework's library has the instruction",
    authority: .instructions("IN, OUT, HLT, CLI"),
    cure: "use the framework's interface for I/O ports and interrupts")

  /// A header of a kernel in the line tables.
  public static let kernelHeader = FindingCode(
    "kernel-header", .error, "header of a kernel",
    explanation: """
      The debug information names a header that belongs to a kernel: code or types of it were \
      compiled into the program.
      """,
    example: """
      include/nova/syscall.h    in src/init/main.cc
      """,
    counterExample: "include/base/thread.h    in src/init/main.cc",
    authority: .dwarf("6.2.4 \"The Line Number Program Header\""),
    cure: "include the framework's headers only; what they lack belongs into the framework")

  /// An undefined symbol that an ABI promises for some kernels.
  public static let kernelSymbol = FindingCode(
    "kernel-symbol", .error, "symbol of one kernel",
    explanation: """
      The ABI promises the symbol on some kernels only (kernel=…). The program does not start on \
      the others.
      """,
    example: """
      init needs lx_syscall    ld.abi:40: lx_syscall T kernel=linux
      """,
    counterExample: "init needs ld_clock    ld.abi:41: ld_clock T",
    authority: .manual("abi-format", "Attributes"),
    cure: "use what the ABI promises on all kernels")

  /// `DT_NEEDED` of a library that exists for one kernel.
  public static let kernelLibrary = FindingCode(
    "kernel-library", .error, "library of one kernel",
    explanation: """
      The program asks for a library by a name that has the kernel in it, so the dynamic linker of \
      another kernel does not find it, or loads a second copy of itself.
      """,
    example: """
      NEEDED ld-linux.lib.so
      """,
    counterExample: "NEEDED ld.lib.so",
    authority: .dynamicLinking("DT_NEEDED"),
    cure: "link with the stub library, whose SONAME has no kernel in it (ld.lib.so)")

  /// `PT_INTERP` of something else than the framework.
  public static let foreignInterpreter = FindingCode(
    "foreign-interpreter", .error, "interpreter of one system",
    explanation: """
      The kernel starts the program's interpreter, and only the named one can load it. A component \
      names the framework's dynamic linker, which exists on every kernel under one name.
      """,
    example: """
      PT_INTERP /lib64/ld-linux-x86-64.so.2
      """,
    counterExample: "PT_INTERP ld.lib.so",
    authority: .dynamicLinking("Program Interpreter"),
    cure: "link with --dynamic-linker ld.lib.so, or name yours with --interpreter")

  /// A note or `EI_OSABI` that names an operating system.
  public static let osNote = FindingCode(
    "os-note", .error, "made for one operating system",
    explanation: """
      The start files and libraries of an operating system leave a note in what is linked with \
      them (NT_GNU_ABI_TAG), or the ELF header names it (EI_OSABI): the program holds code that \
      is made for that system.
      """,
    example: """
      NT_GNU_ABI_TAG: Linux 3.2.0
      """,
    counterExample: "a component without notes of a system, and with EI_OSABI 0 (ELFOSABI_NONE)",
    authority: .abiTag,
    cure: "link without the host's start files and libraries (-nostdlib, -nostartfiles)")

  /// A question that was asked and that the input does not answer.
  public static let notKnown = FindingCode(
    "not-known", .error, "question without an answer",
    explanation: """
      What was asked cannot be told from this file: it has code of a machine that abitool cannot \
      read, or debug information that is damaged. That nothing was found is then no proof, so the \
      exit status is 2, whatever else was found.
      """,
    example: """
      init: system calls: the instructions of SPARC v9 are not known
      """,
    counterExample: "init: kernel-agnostic; not asked: headers (no DWARF)    nobody asked for them",
    authority: .manual("check", "The verdict"),
    cure: "check a file that can be read, such as the one before it was stripped or compressed")
}
