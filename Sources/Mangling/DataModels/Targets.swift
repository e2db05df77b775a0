// Facts about targets, as GCC and Clang mangle them on Linux. The tests compare those that Clang knows
// with what Clang says; the others are from GCC's SIZE_TYPE, PTRDIFF_TYPE and
// TARGET_BUILD_BUILTIN_VA_LIST.

extension DataModel {
  /// 64-bit: every pointer-sized and 64-bit type is `long`.
  private static func lp64(
    _ name: String, _ vaList: VaList, _ longDouble: LongDouble = .standard
  ) -> DataModel {
    DataModel(
      name: name, pointerSize: 8, vaList: vaList, longDouble: longDouble, size: .unsignedLong,
      ptrdiff: .long, uintptr: .unsignedLong, intptr: .long, uint64: .unsignedLong, int64: .long)
  }

  /// 32-bit: pointer-sized types are `int`, 64-bit ones `long long`.
  private static func ilp32(
    _ name: String, _ vaList: VaList, _ longDouble: LongDouble = .standard
  ) -> DataModel {
    DataModel(
      name: name, pointerSize: 4, vaList: vaList, longDouble: longDouble, size: .unsignedInt,
      ptrdiff: .int, uintptr: .unsignedInt, intptr: .int, uint64: .unsignedLongLong,
      int64: .longLong)
  }

  /// 64-bit x86.
  // swift-format-ignore: AlwaysUseLowerCamelCase
  public static let x86_64 = lp64("x86_64", .tagArray)
  /// 32-bit x86.
  // swift-format-ignore: AlwaysUseLowerCamelCase
  public static let x86_32 = ilp32("x86_32", .charPointer)
  /// x86_64 with 32-bit pointers.
  public static let x32 = ilp32("x32", .tagArray)
  /// 64-bit Arm.
  public static let aarch64 = lp64("aarch64", .stdStruct)
  /// AArch64 with 32-bit pointers: pointer-sized types are `long` all the same.
  public static let aarch64ILP32: DataModel = {
    var model = ilp32("aarch64_ilp32", .stdStruct)
    (model.size, model.ptrdiff) = (.unsignedLong, .long)
    (model.uintptr, model.intptr) = (.unsignedLong, .long)
    return model
  }()
  /// 32-bit Arm, by the AAPCS.
  public static let arm = ilp32("arm", .stdStruct)
  /// 64-bit RISC-V.
  public static let riscv64 = lp64("riscv64", .voidPointer)
  /// 32-bit RISC-V.
  public static let riscv32 = ilp32("riscv32", .voidPointer)
  /// 64-bit z/Architecture.
  public static let s390x = lp64("s390x", .tagArray, .alternate)
  /// 31-bit: size_t is `unsigned long`, ptrdiff_t `int`.
  public static let s390: DataModel = {
    var model = ilp32("s390", .tagArray, .alternate)
    model.size = .unsignedLong
    return model
  }()
  /// 32-bit PowerPC, System V.
  public static let ppc32 = ilp32("ppc32", .tagArray, .alternate)
  /// Both byte orders, with the `long double` of IBM.
  public static let ppc64 = lp64("ppc64", .charPointer, .alternate)
  /// Little-endian, with `-mabi=ieeelongdouble`.
  public static let ppc64IEEE = lp64("ppc64_ieee", .charPointer, .ieee128)
  /// 32-bit MIPS.
  public static let mipsO32 = ilp32("mips_o32", .voidPointer)
  /// 64-bit MIPS with 32-bit pointers.
  public static let mipsN32 = ilp32("mips_n32", .voidPointer)
  /// 64-bit MIPS.
  public static let mips64 = lp64("mips64", .voidPointer)
  /// 64-bit LoongArch.
  public static let loongarch64 = lp64("loongarch64", .voidPointer)
  /// 32-bit SPARC, with a `long double` of 128 bits.
  public static let sparc = ilp32("sparc", .voidPointer, .alternate)
  /// 64-bit SPARC.
  public static let sparc64 = lp64("sparc64", .voidPointer)
  /// Motorola 68000.
  public static let m68k = ilp32("m68k", .voidPointer)

  /// Every target above.
  public static let all: [DataModel] = [
    x86_64, x86_32, x32, aarch64, aarch64ILP32, arm, riscv64, riscv32, s390x, s390, ppc32, ppc64,
    ppc64IEEE, mipsO32, mipsN32, mips64, loongarch64, sparc, sparc64, m68k,
  ]

  /// The target of this ``name``; nil when it is not in the table.
  public static func named(_ name: String) -> DataModel? { all.first { $0.name == name } }
}
