@testable import Mangling
import Testing

/// The table of targets against Clang, which knows most of them.
@Suite struct DataModelTests {
  static let triples: [(DataModel, String)] = [
    (.x86_64, "x86_64-linux-gnu"), (.x86_32, "i386-linux-gnu"), (.x32, "x86_64-linux-gnux32"),
    (.aarch64, "aarch64-linux-gnu"), (.arm, "armv7-linux-gnueabihf"),
    (.riscv64, "riscv64-linux-gnu"), (.riscv32, "riscv32-linux-gnu"), (.s390x, "s390x-linux-gnu"),
    (.ppc32, "powerpc-linux-gnu"), (.ppc64, "powerpc64-linux-gnu"),
    (.ppc64, "powerpc64le-linux-gnu"), (.mipsO32, "mips-linux-gnu"),
    (.mipsN32, "mips64-linux-gnuabin32"), (.mips64, "mips64-linux-gnuabi64"),
    // Bare-metal targets follow the same rules.
    (.x86_64, "x86_64-none-elf"), (.x86_32, "i386-none-elf"), (.aarch64, "aarch64-none-elf"),
    (.arm, "armv7-none-eabi"), (.riscv64, "riscv64-none-elf"),
  ]

  @Test(arguments: triples) func theTableSaysWhatClangSays(
    model: DataModel, triple: String
  ) throws {
    let source = """
      void types(__SIZE_TYPE__, __PTRDIFF_TYPE__, __UINTPTR_TYPE__, __INTPTR_TYPE__, __UINT64_TYPE__,
                 __INT64_TYPE__, __UINT32_TYPE__, __INT32_TYPE__, long double) { }
      void list(__builtin_va_list) { }
      template <class T> struct Box { };
      void boxed(Box<__builtin_va_list>) { }
      char pointer_size[sizeof(void *)];
      """
    let assembly = try output(
      of: "clang", ["--target=\(triple)", "-S", "-x", "c++", "-", "-o", "-"], input: source)
    guard assembly.succeeded else {
      Issue.record("clang does not know \(triple)")
      return
    }
    let names = assembly.text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    let letters = DataModel.Typedef.allCases.map { model[$0].letter }
    let longDouble = model.longDouble == .standard ? "e" : "g"
    #expect(names.contains("_Z5types" + letters + longDouble), "\(triple)")

    let list = try parse(#require(names.first { $0.hasPrefix("_Z4list") }))
    let parameter = try #require(
      list.nodes.indices.last { list.nodes[$0].kind == .bareFunctionType })
    #expect(list.vaList(try #require(list.firstChild(of: parameter)), .parameter) == model.vaList)
    let boxed = try parse(#require(names.first { $0.hasPrefix("_Z5boxed") }))
    let arguments = try #require(
      boxed.nodes.indices.first { boxed.nodes[$0].kind == .templateArgs })
    #expect(boxed.vaList(try #require(boxed.firstChild(of: arguments)), .value) == model.vaList)
    #expect(
      assembly.text.contains(#/pointer_size:?[\s\S]*?(\.zero|\.space|,)\s*(\d+)/#)
        || assembly.text.contains("pointer_size"))
  }

  @Test func everyTargetHasItsOwnName() {
    #expect(Set(DataModel.all.map(\.name)).count == DataModel.all.count)
    for model in DataModel.all { #expect(DataModel.named(model.name) == model) }
  }

  @Test func pointerSizedTypesCanBeLongWherePointersHave32Bits() {
    #expect(DataModel.aarch64ILP32[.size] == .unsignedLong)
    #expect(DataModel.s390[.size] == .unsignedLong)
    #expect(DataModel.x32[.size] == .unsignedInt)
  }

  @Test func pairsOfSpellingsAreNamedAfterTheTypedefs() {
    let (x86_64, x86_32) = (DataModel.x86_64, DataModel.x86_32)
    #expect(x86_64.typedefs(.unsignedLong, .unsignedInt, in: x86_32) == [.size, .uintptr])
    #expect(x86_64.typedefs(.long, .int, in: x86_32) == [.ptrdiff, .intptr])
    #expect(x86_64.typedefs(.long, .longLong, in: x86_32) == [.int64])
    #expect(x86_64.typedefs(.int, .long, in: x86_32).isEmpty)
    #expect(x86_64.typedefs(.unsignedLongLong, .unsignedInt, in: x86_32).isEmpty)
  }
}
