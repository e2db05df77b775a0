internal import ElfKit
internal import Support

// One entry an architecture. Flags are those of a shared library of Debian's port, or where there
// is none, of the default of GNU's cross tools.
extension Architecture {
  /// All that are known.
  public static let all: [Architecture] = [
    x86_64, i386, aarch64, arm, riscv64, riscv32, ppc64le, ppc64, ppc, s390x,
    mips64el, mips64, mipsel, mips, loongarch64, sparc64, x32, aarch64be,
  ]

  // swift-format-ignore: AlwaysUseLowerCamelCase
  package static let x86_64 = Architecture(
    "x86_64", ["amd64", "x86-64", "x64"], .elf64, .little, .x86_64,
    gnuTriple: "x86_64-linux-gnu", emulation: "elf_x86_64", assemblerArguments: ["--64"])

  package static let i386 = Architecture(
    "i386", ["x86_32", "x86", "i486", "i586", "i686", "ia32"], .elf32, .little, .i386,
    gnuTriple: "i686-linux-gnu", emulation: "elf_i386", assemblerArguments: ["--32"])

  /// The x86-64 ILP32 ABI.
  package static let x32 = Architecture(
    "x32", ["x86_64-ilp32"], .elf32, .little, .x86_64,
    gnuTriple: "x86_64-linux-gnux32", emulation: "elf32_x86_64", assemblerArguments: ["--x32"])

  package static let aarch64 = Architecture(
    "aarch64", ["arm64", "arm_v8a", "armv8a", "arm_v8"], .elf64, .little, .aarch64,
    gnuTriple: "aarch64-linux-gnu", emulation: "aarch64linux", maxPageSize: 0x10000)

  static let aarch64be = Architecture(
    "aarch64_be", ["arm64be", "arm64_be"], .elf64, .big, .aarch64,
    gnuTriple: "aarch64_be-linux-gnu", emulation: "aarch64linuxb", maxPageSize: 0x10000)

  /// EABI version 5, hard float (AAELF32 "ELF header": `EF_ARM_ABI_FLOAT_HARD`). The linker
  /// takes the float ABI from `Tag_ABI_VFP_args`, which compilers set and assemblers do not.
  package static let arm = Architecture(
    "arm",
    ["armhf", "arm_v7a", "arm_v7", "armv7", "armv7a", "armv7l", "arm_v6", "armv6", "armv6l"],
    .elf32, .little, .arm, flags: 0x0500_0400,
    gnuTriple: "arm-linux-gnueabihf", emulation: "armelf_linux_eabi",
    assemblerArguments: ["-meabi=5", "-mfloat-abi=hard"],
    assemblyPrologue: "\t.eabi_attribute 28, 1\n", maxPageSize: 0x10000)

  /// `EF_RISCV_RVC` and `EF_RISCV_FLOAT_ABI_DOUBLE`: rv64gc, lp64d.
  package static let riscv64 = Architecture(
    "riscv64", ["riscv", "rv64", "riscv64gc"], .elf64, .little, .riscv, flags: 0x5,
    gnuTriple: "riscv64-linux-gnu", emulation: "elf64lriscv",
    assemblerArguments: ["-march=rv64gc", "-mabi=lp64d"],
    clangArguments: ["-march=rv64gc", "-mabi=lp64d"])

  package static let riscv32 = Architecture(
    "riscv32", ["rv32", "riscv32gc"], .elf32, .little, .riscv, flags: 0x5,
    gnuTriple: "riscv32-linux-gnu", emulation: "elf32lriscv",
    assemblerArguments: ["-march=rv32gc", "-mabi=ilp32d"],
    clangArguments: ["-march=rv32gc", "-mabi=ilp32d"])

  /// ELFv2 (`EF_PPC64_ABI`).
  package static let ppc64le = Architecture(
    "ppc64le", ["powerpc64le", "ppc64el", "powerpc64el"], .elf64, .little, .ppc64, flags: 2,
    gnuTriple: "powerpc64le-linux-gnu", emulation: "elf64lppc",
    assemblerArguments: ["-a64", "-mlittle"], assemblyPrologue: "\t.abiversion 2\n",
    maxPageSize: 0x10000)

  /// ELFv2 as well: the function descriptors of ELFv1 are contents, which a stub does not have.
  package static let ppc64 = Architecture(
    "ppc64", ["powerpc64", "ppc64be"], .elf64, .big, .ppc64, flags: 2,
    gnuTriple: "powerpc64-linux-gnu", emulation: "elf64ppc",
    assemblerArguments: ["-a64", "-mbig"], assemblyPrologue: "\t.abiversion 2\n",
    maxPageSize: 0x10000)

  package static let ppc = Architecture(
    "ppc", ["powerpc", "ppc32", "powerpc32"], .elf32, .big, .ppc,
    gnuTriple: "powerpc-linux-gnu", emulation: "elf32ppc", assemblerArguments: ["-a32", "-mbig"],
    maxPageSize: 0x10000)

  package static let s390x = Architecture(
    "s390x", ["systemz", "s390"], .elf64, .big, .s390,
    gnuTriple: "s390x-linux-gnu", emulation: "elf64_s390", assemblerArguments: ["-m64"])

  /// n64, MIPS64 release 2, position-independent with abicalls (`EF_MIPS_ARCH_64R2`,
  /// `EF_MIPS_CPIC`, `EF_MIPS_PIC`, `EF_MIPS_NOREORDER`).
  package static let mips64el = Architecture(
    "mips64el", ["mips64le", "mips64r2el"], .elf64, .little, .mips, flags: 0x8000_0007,
    gnuTriple: "mips64el-linux-gnuabi64", emulation: "elf64ltsmip",
    assemblerArguments: ["-64", "-EL", "-march=mips64r2", "-KPIC"],
    clangArguments: ["-march=mips64r2", "-fPIC"], assemblyPrologue: mipsPrologue,
    maxPageSize: 0x10000)

  package static let mips64 = Architecture(
    "mips64", ["mips64be", "mips64r2"], .elf64, .big, .mips, flags: 0x8000_0007,
    gnuTriple: "mips64-linux-gnuabi64", emulation: "elf64btsmip",
    assemblerArguments: ["-64", "-EB", "-march=mips64r2", "-KPIC"],
    clangArguments: ["-march=mips64r2", "-fPIC"], assemblyPrologue: mipsPrologue,
    maxPageSize: 0x10000)

  /// o32, MIPS32 release 2 (`EF_MIPS_ABI_O32`).
  package static let mipsel = Architecture(
    "mipsel", ["mipsle", "mips32el"], .elf32, .little, .mips, flags: 0x7000_1007,
    gnuTriple: "mipsel-linux-gnu", emulation: "elf32ltsmip",
    assemblerArguments: ["-32", "-EL", "-march=mips32r2", "-KPIC"],
    clangArguments: ["-march=mips32r2", "-fPIC"], assemblyPrologue: mipsPrologue,
    maxPageSize: 0x10000)

  package static let mips = Architecture(
    "mips", ["mipsbe", "mips32"], .elf32, .big, .mips, flags: 0x7000_1007,
    gnuTriple: "mips-linux-gnu", emulation: "elf32btsmip",
    assemblerArguments: ["-32", "-EB", "-march=mips32r2", "-KPIC"],
    clangArguments: ["-march=mips32r2", "-fPIC"], assemblyPrologue: mipsPrologue,
    maxPageSize: 0x10000)

  /// `EF_MIPS_NOREORDER` and the calling convention are set by directives.
  private static let mipsPrologue = "\t.set noreorder\n\t.abicalls\n"

  /// lp64d, relocations of version 1.
  package static let loongarch64 = Architecture(
    "loongarch64", ["loong64"], .elf64, .little, .loongArch, flags: 0x43,
    gnuTriple: "loongarch64-linux-gnu", emulation: "elf64loongarch", maxPageSize: 0x10000)

  package static let sparc64 = Architecture(
    "sparc64", ["sparcv9"], .elf64, .big, .sparcV9,
    gnuTriple: "sparc64-linux-gnu", emulation: "elf64_sparc", assemblerArguments: ["-64"],
    maxPageSize: 0x10_0000)

  private init(
    _ name: String, _ aliases: [String], _ elfClass: ElfHeader.Class,
    _ byteOrder: ElfHeader.ByteOrder, _ machine: Machine, flags: UInt32 = 0, gnuTriple: String,
    emulation: String, assemblerArguments: [String] = [], clangArguments: [String] = [],
    assemblyPrologue: String = "", maxPageSize: UInt64 = 0x1000
  ) {
    self.name = name
    self.aliases = aliases
    self.elfClass = elfClass
    self.byteOrder = byteOrder
    self.machine = machine
    self.flags = flags
    self.gnuTriple = gnuTriple
    clangTarget = gnuTriple
    self.emulation = emulation
    self.assemblerArguments = assemblerArguments
    self.clangArguments = clangArguments
    self.assemblyPrologue = assemblyPrologue
    self.maxPageSize = maxPageSize
  }
}
