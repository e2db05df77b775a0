internal import Support

/// Codes for C++ names, and sizes, that depend on the architecture.
extension FindingCode {
  package static let architectureCodes = [
    sizeType, pointerDifferenceType, pointerWidthType, fixedWidthType, longType, vaListType,
    longDoubleType,
    int128Type, thunkOffset, allocationOperator, templateArgument, otherWidth, widthUnproven,
    wordSizedData,
  ]

  /// `size_t` and `uintptr_t`.
  public static let sizeType = FindingCode(
    "size-type", .error, "size_t in the signature",
    explanation: """
      size_t is unsigned long on 64-bit targets and unsigned int on most 32-bit ones, and the \
      mangled name has the one or the other. A program that uses it needs another symbol on each.
      """,
    example: """
      Connection::upgrade_ram(size_t)
        _ZN10Connection11upgrade_ramEm    x86_64, arm_v8a, riscv64
        _ZN10Connection11upgrade_ramEj    x86_32, arm_v7a
      """,
    counterExample: "Connection::donate(unsigned long)    _ZN10Connection6donateEm everywhere",
    authority: .targetTypes("SIZE_TYPE"),
    cure: """
      use a type of the framework that is spelled the same everywhere (unsigned long has the width \
      of size_t on all supported targets), or let the joint ABI say {m|j} (--join)
      """)

  /// `ptrdiff_t`, `ssize_t` and `intptr_t`.
  public static let pointerDifferenceType = FindingCode(
    "ptrdiff-type", .error, "ptrdiff_t or ssize_t in the signature",
    explanation: """
      ptrdiff_t, ssize_t and intptr_t are long on 64-bit targets and int on most 32-bit ones, and \
      the mangled name has the one or the other.
      """,
    example: """
      Connection::seek(ptrdiff_t)    _ZN10Connection4seekEl | _ZN10Connection4seekEi
      """,
    counterExample: "Connection::move(long)    _ZN10Connection4moveEl everywhere",
    authority: .targetTypes("PTRDIFF_TYPE"),
    cure: """
      use long, or a type of the framework that is spelled the same everywhere, or let the joint \
      ABI say {l|i} (--join)
      """)

  /// A library's own type of the width of a pointer.
  public static let pointerWidthType = FindingCode(
    "pointer-width-type", .error, "pointer-wide integer in the signature",
    explanation: """
      The type is as wide as a pointer on both sides, but no type definition of the C library is \
      spelled so: the library defines it by sizeof(size_t), as Qt does with qsizetype.
      """,
    example: """
      qstrnicmp(char const *, qsizetype, char const *, qsizetype)
        _Z9qstrnicmpPKcxS0_x    x86_64: long long
        _Z9qstrnicmpPKciS0_i    x86_32: int
      """,
    counterExample: "qstrlen(char const *, long)    _Z7qstrlenPKcl everywhere",
    authority: .mangling("builtin-type"),
    cure: """
      define the type as long, which has the width of a pointer on all supported targets and one \
      spelling, or let the joint ABI say {x|i} (--join)
      """)

  /// `int64_t`, `uint64_t` and other types of a fixed width.
  public static let fixedWidthType = FindingCode(
    "fixed-width-type", .error, "fixed-width type in the signature",
    explanation: """
      int64_t and uint64_t are long and unsigned long on 64-bit targets, long long and unsigned \
      long long on 32-bit ones: the same width with another mangled name. On some bare-metal \
      targets int32_t is long.
      """,
    example: """
      Connection::timeout(uint64_t)    _ZN10Connection7timeoutEm | _ZN10Connection7timeoutEy
      """,
    counterExample: """
      Connection::timeout(unsigned long long)    _ZN10Connection7timeoutEy everywhere
      """,
    authority: .targetTypes("INT64_TYPE, UINT64_TYPE"),
    cure: """
      use long long and unsigned long long, which are 64 bits wide everywhere, or a class type of \
      the framework such as Microseconds
      """)

  /// `long` itself, under one name everywhere.
  public static let longType = FindingCode(
    "long-type", .information, "long in the signature",
    explanation: """
      The name is the same on all architectures, so the type is long or unsigned long itself and \
      not a type definition. It is as wide as a pointer on each: right for sizes and addresses, \
      wrong for numbers of a fixed width, of which a 32-bit target loses the upper half.
      """,
    example: """
      Connection::donate(unsigned long)    _ZN10Connection6donateEm everywhere
      """,
    counterExample: "Connection::timeout(long long)    64 bits everywhere",
    authority: .mangling("builtin-type"),
    cure: "nothing to do for sizes and addresses; use long long for 64-bit numbers")

  /// `va_list`.
  public static let vaListType = FindingCode(
    "va-list", .error, "va_list in the signature",
    explanation: """
      va_list is an array of a structure on x86-64, a char pointer on x86-32, a class of namespace \
      std on ARM and a void pointer on RISC-V. The mangled name differs, and so do the numbers of \
      substitutions behind it.
      """,
    example: """
      vprint(Output &, char const *, va_list)
        _ZN4Base6vprintERNS_6OutputEPKcP13__va_list_tag    x86_64
        _ZN4Base6vprintERNS_6OutputEPKcPc                  x86_32
        _ZN4Base6vprintERNS_6OutputEPKcSt9__va_list        arm_v7a, arm_v8a
      """,
    counterExample: "print(char const *, ...)    _Z5printPKcz everywhere",
    authority: .arm("aapcs64", "va_list"),
    cure: "hide it; let the interface take a class of the framework, or ... in an inline function")

  /// `long double`.
  public static let longDoubleType = FindingCode(
    "long-double", .error, "long double in the signature",
    explanation: """
      long double has 80 bits on x86, 128 on AArch64 and RISC-V and 64 on ARM. Where the mangled \
      name is the same (e), that is worth a note only; where targets mangle it otherwise (g on \
      s390x and 64-bit PowerPC, u9__ieee128) the symbols differ too.
      """,
    example: """
      Connection::load(long double)    _ZN10Connection4loadEe
      """,
    counterExample: "Connection::load(double)    _ZN10Connection4loadEd, 64 bits everywhere",
    authority: .mangling("builtin-type"),
    cure: "use double")

  /// `__int128`.
  public static let int128Type = FindingCode(
    "int128", .error, "__int128 in the signature",
    explanation: """
      32-bit targets have no __int128, so the function cannot exist there.
      """,
    example: """
      scale(unsigned __int128, unsigned)    _ZN4Base5scaleEoj on 64-bit targets only
      """,
    counterExample: "scale(unsigned long long, unsigned)    _ZN4Base5scaleEyj everywhere",
    authority: .int128,
    cure: "use a class of two 64-bit numbers, or hide the function")

  /// Thunks.
  public static let thunkOffset = FindingCode(
    "thunk", .error, "thunk whose offset depends on the word size",
    explanation: """
      A thunk's name holds the distance between a base and the object in bytes, which depends on \
      the size of a pointer. Only virtual tables refer to thunks, and those are in the library.
      """,
    example: """
      non-virtual thunk to Log_component::write    _ZThn16_… (64 bit) | _ZThn8_… (32 bit)
      """,
    counterExample: "Log_component::write itself    its name holds no offset",
    authority: .mangling("call-offset"),
    cure: """
      hide it (version script: local: _ZTh*; _ZTv*; _ZTc*;) unless applications derive from the \
      class without its key function; else let the joint ABI say {16|8} (--join)
      """)

  /// `operator new` and its family.
  public static let allocationOperator = FindingCode(
    "operator-new", .error, "operator new or delete",
    explanation: """
      The language itself gives operator new, new[], and sized delete a parameter of type size_t, \
      in all forms, the project's own placement forms included. A framework type cannot help.
      """,
    example: """
      operator new(size_t)              _Znwm | _Znwj
      operator new(size_t, Allocator &) _ZnwmRN4Base9AllocatorE | _ZnwjRN4Base9AllocatorE
      """,
    counterExample: "Allocator::alloc(unsigned long)    _ZN9Allocator5allocEm everywhere",
    authority: .allocationFunctions,
    cure: """
      define the operators inline in a header so that each program has them, or let the joint ABI \
      say _Znw{m|j} (--join)
      """)

  /// Template arguments that depend on the width of a pointer.
  public static let templateArgument = FindingCode(
    "template-argument", .error, "template argument",
    explanation: """
      A template argument with the size of a pointer, or of a type that depends on the target, \
      makes another class, and another name, on each.
      """,
    example: """
      Aligner<sizeof(void *)>::align    _ZN4Base7AlignerILm8EE5alignEm | _ZN4Base7AlignerILj4EE5alignEm
      """,
    counterExample: "Aligner<8>::align() of template <int>    _ZN7AlignerILi8EE5alignEv everywhere",
    authority: .mangling("template-arg"),
    cure: "keep the template in a header, or give it arguments that do not depend on the target")

  /// A difference with no name of its own.
  public static let otherWidth = FindingCode(
    "arch-dependent", .error, "name depends on the architecture",
    explanation: """
      The names have the same structure but for types or numbers that are different on the two \
      targets in a way that has no name of its own. Both spellings are shown.
      """,
    example: """
      Vector<4>::load(float __vector(4))    on one target only with this width
      """,
    counterExample: "Vector<4>::load(float const *)    _ZN6VectorILi4EE4loadEPKf everywhere",
    authority: .mangling("mangled-name"),
    cure: "use types that are spelled the same on all targets")

  /// What may be `size_t` or `unsigned long`: one architecture does not tell.
  public static let widthUnproven = FindingCode(
    "width-unproven", .information, "may depend on the architecture",
    explanation: """
      With builds of one architecture only, unsigned long in a mangled name may be the framework's \
      own unsigned long, which is fine, or size_t or uint64_t, which is not. Builds of a second \
      architecture decide (--archs); --size-type strict rejects all.
      """,
    example: """
      Connection::donate(unsigned long)    _ZN10Connection6donateEm
      """,
    counterExample: "Connection::ping()    no integer that may be size_t",
    authority: .targetTypes("SIZE_TYPE"),
    cure: "check with a 32-bit and a 64-bit architecture: --archs x86_64,x86_32")

  /// Sizes that go with the size of a pointer.
  public static let wordSizedData = FindingCode(
    "word-sized-data", .information, "size goes with the word size",
    explanation: """
      The object has one size on all 64-bit targets and another on all 32-bit ones, as virtual \
      tables and pointers do. The joint ABI has both (size32=).
      """,
    example: """
      vtable for Session    64-bit: 56 bytes   32-bit: 28 bytes
      """,
    counterExample: "ld_boot_info D 64    one size on all targets",
    authority: .manual("abi-format", "Attributes"),
    cure: "nothing to do; the joint ABI records both sizes")
}
