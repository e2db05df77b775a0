import Mangling
import Testing

@testable import AbiModel
@testable import ElfKit

/// The table of architectures.
@Suite struct ArchitectureTests {
  // MARK: Names

  @Test(arguments: [
    ("x86_64", "amd64"), ("i386", "x86_32"), ("i386", "I686"), ("arm", "armhf"),
    ("aarch64", "arm_v8a"), ("aarch64", "ARM64"), ("ppc64le", "powerpc64le"), ("s390x", "s390x"),
    ("mips64el", "mips64el"),
    // Genode's ARM code is `softfp`, its RISC-V code lp64.
    ("armel", "arm_v7a"), ("armel", "arm_v6"), ("riscv64_lp64", "riscv"),
  ])
  func architecturesAreKnownByAllTheirNames(name: String, spelling: String) throws {
    #expect(Architecture(named: spelling)?.name == name)
  }

  @Test func noSpellingNamesTwoArchitectures() {
    var seen: Set<String> = []
    for architecture in Architecture.all {
      for spelling in architecture.spellings {
        #expect(seen.insert(spelling).inserted, "\(spelling)")
        #expect(spelling == spelling.lowercased())
        #expect(Architecture(named: spelling) == architecture)
      }
    }
  }

  @Test func nameOfEachDataModelIsAnArchitectureWithIt() {
    for model in DataModel.all {
      #expect(Architecture(named: model.name)?.dataModel == model, "\(model.name)")
    }
  }

  @Test func messageAboutAMistypedNameSaysTheNearest() {
    #expect(Architecture.unknown("x86_46") == "unknown architecture x86_46; did you mean x86_64?")
    #expect(Architecture.unknown("vax").contains("known are x86_64, i386"))
  }

  // MARK: ELF files

  @Test func headersLeadBackToTheirArchitecture() {
    for architecture in Architecture.all {
      #expect(architecture.isTarget(of: architecture.header))
      // The `long double` is not in the header.
      guard architecture.name != "ppc64le_ieee" else { continue }
      #expect(Architecture(of: architecture.header) == architecture)
    }
  }

  /// A Debian port, or a library of another architecture that belongs to one, with the header of
  /// its `libc.so.6` (glibc 2.36).
  struct Port: Sendable, CustomTestStringConvertible {
    var name: String
    var architecture: String
    var header: ElfHeader
    var testDescription: String { name }

    init(
      _ name: String, _ architecture: String, _ bits: Int, _ byteOrder: ElfHeader.ByteOrder,
      _ machine: UInt16, _ flags: UInt32
    ) {
      self.name = name
      self.architecture = architecture
      header = ElfHeader(
        elfClass: bits == 64 ? .elf64 : .elf32, byteOrder: byteOrder, type: .shared,
        machine: Machine(rawValue: machine), flags: flags)
    }
  }

  static let ports = [
    Port("amd64", "x86_64", 64, .little, 62, 0),
    Port("i386", "i386", 32, .little, 3, 0),
    Port("x32", "x32", 32, .little, 62, 0),
    Port("arm64", "aarch64", 64, .little, 183, 0),
    Port("armhf", "arm", 32, .little, 40, 0x500_0400),
    Port("armel", "armel", 32, .little, 40, 0x500_0200),
    Port("riscv64", "riscv64", 64, .little, 243, 0x5),
    Port("ppc64el", "ppc64le", 64, .little, 21, 0x2),
    Port("powerpc", "ppc", 32, .big, 20, 0),
    Port("s390x", "s390x", 64, .big, 22, 0),
    Port("s390 of s390x", "s390", 32, .big, 22, 0),
    Port("mips64el", "mips64el", 64, .little, 8, 0x8000_0007),
    Port("mips64", "mips64", 64, .big, 8, 0x8000_0007),
    Port("mipsel", "mipsel", 32, .little, 8, 0x7000_1007),
    Port("mips", "mips", 32, .big, 8, 0x7000_1007),
    Port("mipsn32el", "mipsn32el", 32, .little, 8, 0x8000_0027),
    Port("mipsn32", "mipsn32", 32, .big, 8, 0x8000_0027),
    Port("sparc64", "sparc64", 64, .big, 43, 0x202),
    Port("m68k", "m68k", 32, .big, 4, 0),
  ]

  @Test(arguments: ports)
  func librariesOfDebianHaveTheAbiOfTheTable(port: Port) throws {
    let architecture = try #require(Architecture(of: port.header))
    #expect(architecture.name == port.architecture)
    #expect(architecture.hasCallingConvention(of: port.header))
  }

  /// What compressed instructions, the processor or the memory model are is no calling convention.
  @Test(arguments: [
    ("riscv64", 0x4, true), ("riscv64", 0x3, false), ("riscv64", 0xd, false),
    ("arm", 0x500_0200, false), ("arm", 0x400_0400, true), ("mips64el", 0x6000_0007, true),
    ("mips", 0x7000_2007, false), ("ppc64le", 0x1, false), ("loongarch64", 0x41, false),
    ("loongarch64", 0x3, true), ("sparc64", 0x300, true),
  ])
  func flagsAreComparedByWhatTheyMean(name: String, flags: Int, isSame: Bool) throws {
    let architecture = try #require(Architecture(named: name))
    var header = architecture.header
    header.flags = UInt32(flags)
    #expect(architecture.hasCallingConvention(of: header) == isSame)
  }

  @Test func fileWithAnotherCallingConventionIsOfTheUsualArchitecture() {
    let lp64f = ElfHeader(
      elfClass: .elf64, byteOrder: .little, type: .shared, machine: .riscv, flags: 0x3)
    #expect(Architecture(of: lp64f)?.name == "riscv64")
    let unknown = ElfHeader(
      elfClass: .elf64, byteOrder: .little, type: .shared, machine: Machine(rawValue: 9999),
      flags: 0x7)
    #expect(Architecture(of: unknown) == nil)
  }

  @Test(arguments: Architecture.all.map(\.name))
  func factsAgree(name: String) throws {
    let architecture = try #require(Architecture(named: name))
    #expect(architecture.dataModel.pointerSize == architecture.elfClass.addressSize)
    #expect(architecture.maxPageSize.nonzeroBitCount == 1)
    let tools = architecture.tools
    #expect(tools.gnuTriples.first == tools.clangTarget)
    #expect(Set(tools.prefixes).count == tools.prefixes.count)
    #expect(tools.emulation(ofLinker: "ld") == tools.emulation(ofLinker: "ld.lld"))
    #expect(architecture.directories.multiarch.contains("-linux-gnu"))
    for bits in architecture.otherBits {
      #expect(bits.value & ~bits.mask == 0 && bits.value != 0 && bits.mask & 3 == 0)
      #expect(architecture.otherBits(in: bits.value | 1) == [bits])
    }
  }

  // MARK: st_other

  @Test(arguments: [
    // STO_AARCH64_VARIANT_PCS and STO_RISCV_VARIANT_CC are calling conventions, on these machines.
    ("aarch64", 0x80, 0x80), ("riscv64", 0x83, 0x80), ("x86_64", 0x80, 0x80),
    // STO_PPC64_LOCAL is not; its bits mean nothing that is known on 32-bit PowerPC.
    ("ppc64le", 0x60, 0), ("ppc64le", 0x20, 0), ("ppc64", 0xc3, 0), ("ppc64le", 0xe0, 0xe0),
    ("ppc64le", 0x70, 0x10), ("ppc", 0x60, 0x60),
    // STO_MIPS16, STO_MICROMIPS, STO_MICROMIPS with STO_MIPS_PIC, STO_MIPS_PIC, STO_MIPS_PLT,
    // STO_OPTIONAL; bits 0x10 and 0x40 alone are none of these.
    ("mips", 0xf0, 0), ("mips64el", 0x80, 0), ("mips", 0xa0, 0), ("mips", 0x20, 0),
    ("mips", 0x08, 0), ("mips", 0x04, 0), ("mips", 0x50, 0x50), ("mips", 0x30, 0x10),
  ])
  func ofStOtherOnlyCallingConventionsAndTheUnknownArePromised(
    name: String, other: Int, promised: Int
  ) throws {
    let architecture = try #require(Architecture(named: name))
    #expect(architecture.promisedOtherBits(in: UInt8(other)) == UInt8(promised))
  }

  // MARK: Directories

  /// The directories of the dynamic linkers of Debian's ports, in their order.
  @Test(arguments: [
    ("x86_64", "lib/x86_64-linux-gnu"), ("i386", "lib/i386-linux-gnu"), ("i386", "lib32"),
    ("x32", "lib/x86_64-linux-gnux32"), ("aarch64", "lib/aarch64-linux-gnu"),
    ("arm", "lib/arm-linux-gnueabihf"), ("armel", "lib/arm-linux-gnueabi"),
    ("riscv64", "lib/riscv64-linux-gnu"), ("ppc64le", "lib/powerpc64le-linux-gnu"),
    ("ppc", "lib/powerpc-linux-gnu"), ("ppc", "lib32"), ("s390x", "lib/s390x-linux-gnu"),
    ("s390", "lib32"), ("mips64el", "lib/mips64el-linux-gnuabi64"),
    ("mips64", "lib/mips64-linux-gnuabi64"), ("mipsel", "lib/mipsel-linux-gnu"),
    ("mipsel", "libo32"), ("mips", "lib/mips-linux-gnu"),
    ("mipsn32el", "lib/mips64el-linux-gnuabin32"), ("mipsn32", "lib/mips64-linux-gnuabin32"),
    ("sparc64", "lib/sparc64-linux-gnu"), ("sparc", "lib32"), ("m68k", "lib/m68k-linux-gnu"),
    // glibc's own: sysdeps/unix/sysv/linux/ARCH/configure, LIBC_SLIBDIR_RTLDDIR.
    ("x86_64", "lib64"), ("riscv64", "lib64/lp64d"), ("riscv64_lp64", "lib64/lp64"),
    ("riscv32", "lib32/ilp32d"), ("loongarch64", "lib64"), ("mipsn32", "lib32"),
  ])
  func dynamicLinkersSearchWhereTheTableSays(name: String, directory: String) throws {
    let defaults = try #require(Architecture(named: name)).directories.defaults
    let place = try #require(defaults.firstIndex(of: "/\(directory)"))
    #expect(defaults[place + 1] == "/usr/\(directory)")
    #expect(defaults.suffix(2) == ["/lib", "/usr/lib"])
    #expect(Set(defaults).count == defaults.count)
  }

  // MARK: Tools

  /// The tools of a host are for its family: GNU as takes `--32` on x86-64.
  @Test(arguments: [
    ("x86_64", "i386", true), ("x86_64", "x32", true), ("i386", "x86_64", true),
    ("riscv64", "riscv32", true), ("aarch64", "aarch64_be", true), ("ppc64le", "ppc64", true),
    ("x86_64", "aarch64", false), ("aarch64", "arm", false),
  ])
  func plainToolsServeTheFamilyOfTheHost(host: String, target: String, doServe: Bool) throws {
    let tools = try #require(Architecture(named: target)).tools
    #expect(tools.arePlainToolsOf(try #require(Architecture(named: host))) == doServe)
  }

  /// GNU ld for systems without operating system does not know the emulations of Linux.
  @Test(arguments: [
    ("armel", "genode-arm-ld", "armelf"), ("arm", "arm-linux-gnueabihf-ld", "armelf_linux_eabi"),
    ("aarch64", "genode-aarch64-ld", "aarch64elf"), ("aarch64", "ld.lld", "aarch64linux"),
    ("i386", "genode-x86-ld", "elf_i386"), ("riscv64_lp64", "genode-riscv-ld", "elf64lriscv"),
  ])
  func linkersAreToldTheirOwnEmulation(name: String, linker: String, emulation: String) throws {
    let tools = try #require(Architecture(named: name)).tools
    #expect(tools.emulation(ofLinker: linker) == emulation)
  }
}
