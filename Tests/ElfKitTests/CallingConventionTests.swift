import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ElfKit

/// Files that cannot call each other, and those that only look so.
@Suite struct CallingConventionTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// An object with a floating-point argument, compiled for a target.
  private func object(_ target: String, _ options: [String], as name: String) throws -> String {
    let source = try scratch.write("\(name).c", "double half(double x) { return x; }\n")
    try succeed(
      "clang",
      ["--target=\(target)", "-fPIC", "-c", source, "-o", scratch.path(name)] + options)
    return scratch.path(name)
  }

  private func convention(_ path: String) throws -> CallingConvention {
    try ElfFile(path: FilePath(path)).callingConvention()
  }

  struct Pair: CustomTestStringConvertible, Sendable {
    var target: String
    var first: [String]
    var second: [String]
    var aspect: CallingConvention.Aspect?
    var testDescription: String { "\(target) \(first) \(second)" }
  }

  static let pairs = [
    Pair(
      target: "riscv64-linux-gnu", first: ["-mabi=lp64d", "-march=rv64gc"],
      second: ["-mabi=lp64", "-march=rv64gc"], aspect: .floatArguments),
    // RVC is an instruction set, no convention.
    Pair(
      target: "riscv64-linux-gnu", first: ["-mabi=lp64d", "-march=rv64gc"],
      second: ["-mabi=lp64d", "-march=rv64g"], aspect: nil),
    Pair(
      target: "armv7-linux-gnueabi", first: ["-mfloat-abi=hard"], second: ["-mfloat-abi=softfp"],
      aspect: .floatArguments),
    Pair(
      target: "armv7-linux-gnueabi", first: ["-fshort-wchar"], second: [], aspect: .wcharSize),
    Pair(
      target: "armv7-linux-gnueabi", first: ["-fshort-enums"], second: [], aspect: .enumSize),
    Pair(target: "mipsel-linux-gnu", first: ["-mnan=2008"], second: [], aspect: .notANumber),
    Pair(
      target: "mipsel-linux-gnu", first: ["-msoft-float"], second: [], aspect: .floatArguments),
    Pair(
      target: "mipsel-linux-gnu", first: ["-mfp64"], second: ["-mfp32"], aspect: .floatArguments),
    Pair(target: "mipsel-linux-gnu", first: ["-mfpxx"], second: ["-mfp64"], aspect: nil),
    Pair(target: "mipsel-linux-gnu", first: ["-mfpxx"], second: ["-mfp32"], aspect: nil),
    Pair(
      target: "mips64el-linux-gnuabi64", first: ["-mabi=n32"], second: ["-mabi=n64"],
      aspect: .target),
    Pair(target: "s390x-linux-gnu", first: ["-march=z13"], second: ["-march=z10"], aspect: nil),
  ]

  @Test(arguments: pairs)
  func compilersOptionsThatChangeACallAreFound(pair: Pair) throws {
    let first = try convention(try object(pair.target, pair.first, as: "a.o"))
    let second = try convention(try object(pair.target, pair.second, as: "b.o"))
    #expect(first.differences(from: second).map(\.aspect) == [pair.aspect].compactMap { $0 })
    #expect(first.isCompatible(with: second) == (pair.aspect == nil))
    #expect(second.isCompatible(with: first) == (pair.aspect == nil))
    #expect(first.isCompatible(with: first))
  }

  /// GNU ld is the authority for what is refused.
  @Test(arguments: ["lp64", "lp64d"])
  func linkEditorRefusesWhatIsSaidToBeRefused(abi: String) throws {
    let isa = "-march=rv64gc"
    let path = scratch.path("lib.so")
    let part = try object("riscv64-linux-gnu", ["-mabi=\(abi)", isa, "-mno-relax"], as: "lib.o")
    try succeed("ld.lld", ["-shared", part, "-o", path])
    let source = try scratch.write(
      "p.c", "double half(double);\nint _start(void) { return half(2); }")
    let object = scratch.path("p.o")
    try succeed(
      "clang",
      ["--target=riscv64-linux-gnu", "-mabi=lp64d", isa, "-mno-relax", "-c", source, "-o", object])
    let link = try run("riscv64-linux-gnu-ld", [object, path, "-o", scratch.path("p")])
    let difference = try convention(object).differences(from: try convention(path)).first
    #expect((difference?.effect == .refused) == (link.status != 0))
    if let difference {
      #expect(difference.words == ("double-float ABI", "soft-float ABI"))
      #expect(link.errors.contains("soft-float modules with double-float modules"))
    }
  }

  // MARK: By flags and attributes alone

  private func convention(
    _ machine: Machine, flags: UInt32, _ elfClass: ElfHeader.Class = .elf32,
    _ attributes: [ObjectAttributes] = []
  ) -> CallingConvention {
    let header = ElfHeader(
      elfClass: elfClass, byteOrder: .big, type: .shared, machine: machine, flags: flags)
    return CallingConvention(header, attributes: attributes, abiFlags: nil)
  }

  @Test func zeroIsCompatibleWithBothAbisOf64BitPowerPC() {
    let unstated = convention(.ppc64, flags: 0, .elf64)
    let (first, second) = (
      convention(.ppc64, flags: 1, .elf64), convention(.ppc64, flags: 2, .elf64)
    )
    #expect(unstated.isCompatible(with: first) && second.isCompatible(with: unstated))
    #expect(!first.isCompatible(with: second))
  }

  @Test func objectAbiOfLoongArchDoesNotMatterItsModifierDoes() {
    let (old, new) = (
      convention(.loongArch, flags: 0x03, .elf64), convention(.loongArch, flags: 0x43, .elf64)
    )
    #expect(old.isCompatible(with: new) && old.words == "double-float ABI")
    #expect(!new.isCompatible(with: convention(.loongArch, flags: 0x41, .elf64)))
  }

  @Test func memoryModelAndExtensionsOfSparcDoNotMatter() {
    let plain = convention(.sparcV9, flags: 0, .elf64)
    #expect(plain.isCompatible(with: convention(.sparcV9, flags: 0x202, .elf64)))
    #expect(!plain.isCompatible(with: convention(.sparcV9, flags: 0x80_0000, .elf64)))
    #expect(
      convention(.sparc, flags: 0).isCompatible(with: convention(.sparc32Plus, flags: 0x100)))
  }

  @Test func versions4And5OfTheArmEabiAreOne() {
    let five = convention(.arm, flags: 0x0500_0400)
    #expect(five.isCompatible(with: convention(.arm, flags: 0x0400_0000)))
    #expect(!five.isCompatible(with: convention(.arm, flags: 0x0200_0000)))
    #expect(!five.isCompatible(with: convention(.arm, flags: 0x0500_0200)))
  }

  @Test func longDoubleOfPowerPCIsAWarning() {
    func power(_ value: UInt64) -> CallingConvention {
      convention(.ppc, flags: 0, .elf32, [ObjectAttributes(vendor: "gnu", [.number(4, value)])])
    }
    // Hard float with IBM, with 64-bit, and without a statement on long double.
    let differences = power(5).differences(from: power(9))
    #expect(differences.map(\.aspect) == [.longDouble] && differences[0].effect == .warned)
    #expect(power(5).isCompatible(with: power(1)))
    #expect(!power(2).isCompatible(with: power(1)))
  }

  @Test func otherByteOrderOrMachineIsOneDifference() {
    let little = ElfHeader(
      elfClass: .elf32, byteOrder: .little, type: .shared, machine: .arm, flags: 0x0500_0400)
    let differences = CallingConvention(little).differences(
      from: convention(.arm, flags: 0x0500_0200))
    #expect(differences.map(\.aspect) == [.target])
    #expect(differences[0].words == ("32-bit little-endian ARM", "32-bit big-endian ARM"))
  }

  // MARK: Object attributes

  @Test(arguments: [ElfHeader.ByteOrder.little, .big])
  func attributesAreReadAsTheyAreWritten(order: ElfHeader.ByteOrder) throws {
    let written = [
      ObjectAttributes(
        vendor: "aeabi", [.string(5, "7-A"), .number(6, 10), .number(28, 1), .string(67, "2.09")]),
      ObjectAttributes(vendor: "riscv", [.number(4, 16), .string(5, "rv64i2p1")]),
      ObjectAttributes(vendor: "gnu", [.number(4, 300), .compatibility(1, "gnu")]),
    ]
    for attributes in written {
      let bytes = attributes.bytes(in: order)
      let found = try bytes.withUnsafeBytes { try ObjectAttributes.read($0, in: order) }
      #expect(found == [attributes])
    }
  }

  @Test func attributesBeyondTheirSectionAreAnError() throws {
    let whole = ObjectAttributes(vendor: "gnu", [.number(4, 300)]).bytes(in: .little)
    for count in 2..<whole.count {
      let cut = Array(whole[..<count])
      #expect(throws: ElfError.self) { try read(cut) }
    }
  }

  private func read(_ bytes: [UInt8]) throws -> [ObjectAttributes] {
    try bytes.withUnsafeBytes { try ObjectAttributes.read($0, in: .little) }
  }
}
