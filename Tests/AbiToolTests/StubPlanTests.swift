import AbiModel
import AbiTool
import Findings
import Support
import ElfKit
import Testing

/// What a stub consists of, and what keeps an ABI from becoming one.
struct StubPlanTests {
  private func plan(_ text: String, arch: String? = nil, kernel: String? = nil) throws -> StubPlan {
    let abi = try AbiParser.parse(Array(text.utf8), path: "test.abi")
    let architecture = try arch.map { try #require(Architecture(named: $0)) }
    return try StubPlan(abi, path: "test.abi", architecture: architecture, kernel: kernel)
  }

  private func entry(_ name: String, in plan: StubPlan) throws -> StubPlan.Entry {
    try #require(plan.entries.first { plan.name(of: $0) == name })
  }

  private func offset(_ name: String, in plan: StubPlan) throws -> UInt64 {
    let entry = try entry(name, in: plan)
    guard case .section = entry.place else { throw PlanError.noAddress(name) }
    return entry.offset
  }

  enum PlanError: Error { case noAddress(String) }

  // MARK: Layout

  @Test func addressesPromiseTheAlignmentOfTheTextAndNoMore() throws {
    let plan = try plan(
      "a D 1\nb D 64 align=64\nc D 8\nd D 24\ne D 8 align=2\nf D 3\ng D 4096 align=4096\nh D 16\n")
    let alignments: [(String, UInt64)] = [
      ("a", 1), ("b", 64), ("c", 8), ("d", 8), ("e", 2), ("f", 1), ("h", 16),
    ]
    for (name, alignment) in alignments {
      let offset = try offset(name, in: plan)
      #expect(offset & (0 &- offset) == alignment, "\(name) at \(offset)")
    }
    #expect(try offset("g", in: plan) % 4096 == 0)
    #expect(plan.object[.data].alignment == 4096)
  }

  @Test func objectsDoNotOverlapAndAliasesAreOne() throws {
    let plan = try plan("a B 8\nb B 8 alias=a\nc B 0\nd B 0\ne B 8\nf V 8 alias=a\n")
    #expect(try offset("a", in: plan) == offset("b", in: plan))
    #expect(try offset("a", in: plan) == offset("f", in: plan))
    let others = try ["a", "c", "d", "e"].map { try offset($0, in: plan) }
    #expect(Set(others).count == 4)
  }

  /// What a name was chosen by has no meaning once it is chosen.
  @Test func selectedNamesHaveNoAlternatives() throws {
    let text = "#%abi 1\n_ZN3Ram4growE{m|j} T\nstate D 8 size32=4\n"
    let abi = try AbiParser.parse(Array(text.utf8), path: "test.abi")
    let architecture = try #require(Architecture(named: "i386"))
    let selection = try abi.selection(
      Abi.Selector(architecture: architecture), path: "test.abi")
    #expect(selection.symbols.allSatisfy { !$0.hasAlternatives && $0.size32 == nil })
    // What has no alternatives needs no choice.
    let again = try selection.selection(Abi.Selector(), path: "test.abi")
    #expect(AbiPrinter(again).text() == AbiPrinter(selection).text())
  }

  @Test func eachKindOfDataHasItsSection() throws {
    let plan = try plan(
      "a D 8\nb B 8\nc R 8\nd D 8 relro\ne B 8 tls\nf D 8 tls\ng V 8 ro\nh V 8\ni u 8 relro\nj T\n")
    let expected: [(String, StubPlan.Section)] = [
      ("a", .data), ("b", .bss), ("c", .readOnly), ("d", .relro), ("e", .threadBss),
      ("f", .threadData), ("g", .readOnly), ("h", .data), ("i", .relro), ("j", .text),
    ]
    for (name, section) in expected {
      #expect(try entry(name, in: plan).place == .section(section), "\(name)")
    }
    #expect(plan.object[.threadData].alignment == plan.object[.threadBss].alignment)
  }

  @Test func functionsDifferInAddress() throws {
    let plan = try plan("a T\nb T\nc W\nd i\n")
    let offsets = try ["a", "b", "c", "d"].map { try offset($0, in: plan) }
    #expect(offsets == [0, 4, 8, 12])
  }

  // MARK: Kernel and architecture

  @Test func alternativesAndConditionsAreResolved() throws {
    let text = "f{m|j} T\ng D 8 size32=4\nh T kernel=nova\ni T arch=x86_32,arm_v7a\nk T kernel=hw\n"
    let wide = try plan(text, arch: "amd64", kernel: "nova")
    #expect(wide.entries.map { wide.name(of: $0) } == ["fm", "g", "h"])
    #expect(try entry("g", in: wide).size == 8)
    let narrow = try plan(text, arch: "i686", kernel: "hw")
    #expect(narrow.entries.map { narrow.name(of: $0) } == ["fj", "g", "i", "k"])
    #expect(try entry("g", in: narrow).size == 4)
    #expect(try entry("g", in: narrow).alignmentShift == 2)
  }

  static let undecided: [(text: String, line: Int, what: String)] = [
    ("a T\nz{m|j} T\nb D 8 size32=4\n", 2, "between 32 and 64 bit"),
    ("a T\n\nb D 8 size32=4\n", 3, "between 32 and 64 bit"),
    ("a T\nb T arch=arm\n", 2, "on some architectures only"),
  ]

  @Test(arguments: undecided)
  func anAbiThatDependsOnTheTargetNamesTheFirstLine(text: String, line: Int, what: String) throws {
    let error = try #require(throws: InputError.self) { try plan(text) }
    #expect(error.line == line)
    #expect(error.message.contains(what))
  }

  // MARK: Versions

  @Test func parentsComeBeforeThoseThatInherit() throws {
    let plan = try plan("#%version A C\n#%version B\n#%version C B\nf@@A T\nf@B T\ng@@C T\n")
    #expect(plan.object.versions.map { ByteName($0.name) } == ["B", "C", "A"])
    let entry = try entry("g", in: plan)
    #expect(plan.version(of: entry)?.name == Array("C".utf8))
  }

  @Test func statedOrderOfVersionsIsKept() throws {
    let plan = try plan("#%version A\n#%version B\n#%version-order B A\nf@@A T\nf@B T\n")
    #expect(plan.object.versions.map { ByteName($0.name) } == ["B", "A"])
  }

  @Test func thousandsOfVersionsInOneChainArePlanned() throws {
    var text = "#%version V0\n"
    for number in 1..<20_000 { text += "#%version V\(number) V\(number - 1)\n" }
    text += "f@@V19999 T\n"
    let plan = try plan(text)
    #expect(plan.entries.first?.version.number == SharedObject.firstVersion + 19_999)
  }

  @Test func moreVersionsThanAnIndexCanHoldAreAnError() throws {
    let text = (0..<33_000).map { "#%version V\($0)\n" }.joined() + "f T\n"
    let error = try #require(throws: InputError.self) { try plan(text) }
    #expect(error.message.contains("33000 versions"))
  }

  // MARK: What cannot be

  static let impossible: [(text: String, arch: String?, line: Int?, message: String)] = [
    ("a T\nb D 9223372036854775807\n", nil, 2, "does not fit the address space"),
    ("b D 4611686018427387000\nc D 4611686018427387000\n", nil, 2, "does not fit"),
    ("b D 3000000000\n", "arm", 1, "the address space of arm"),
    ("b R 1500000000\nc D 1500000000\n", "i386", 2, "the address space of i386"),
    ("b@@V1 T\nb@@V2 T\n", nil, 2, "what a program is linked to"),
    ("b@@V1 T\nb T\n", nil, 2, "what a program is linked to"),
    ("b U\nb@@V2 T\n", nil, 2, "what a program is linked to"),
    ("fm T\nf{m|j} T\n", "x86_64", 2, "names the same symbol as line 1"),
    ("a T\nb D 8 align=4294967296\n", nil, 2, "an alignment of more than"),
    ("#%version A B\n#%version B A\na@@A T\n", nil, nil, "inherit from each other"),
    ("a T arch=pdp11\n", "x86_64", 1, "unknown architecture pdp11"),
    ("a@V U\n", nil, 1, "is undefined"),
    ("{m|} T\n", "i386", 1, "is an empty name"),
    ("a R 8 tls\n", nil, 1, "thread-local data is writable"),
    ("a D 8\nb R 8 alias=a\n", nil, 2, "another kind of data"),
    ("a D 8\nb B 8 alias=a\n", nil, 2, "another kind of data"),
    ("a D 16 size32=8\nb{m|j} D 16 size32=8 alias=a\nc D 8 alias=a\n", "x86_64", 3, "same object"),
  ]

  @Test(arguments: impossible)
  func whatCannotBeAStubIsAnErrorWithItsLine(
    text: String, arch: String?, line: Int?, message: String
  ) throws {
    let error = try #require(throws: InputError.self) { try plan(text, arch: arch) }
    #expect(error.line == line)
    #expect(error.message.contains(message), "\(error)")
  }
}
