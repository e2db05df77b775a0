import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import AbiModel
@testable import AbiTool
@testable import Findings
@testable import Support

/// What holds for all builds, on builds made up at random from a fixed seed.
struct KernelCheckPropertyTests {
  private static let kernels = ["nova", "hw", "linux", "foc"]
  private static let archs = ["x86_64", "x86_32", "arm_v8a"]

  /// SplitMix64, so that a failure can be had again.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }

  /// The lines of each build's ABI text, by kernel and architecture.
  private typealias Texts = [String: [String: Set<String>]]

  private static func is32Bit(_ arch: String) -> Bool { arch == "x86_32" }

  /// Names that differ between architectures, data, versions, and symbols some builds lack.
  private static func texts(_ generator: inout Generator) -> Texts {
    var texts: Texts = [:]
    for kernel in kernels {
      for arch in archs { texts[kernel, default: [:]][arch] = ["ld_shared T"] }
    }
    func add(_ chance: Int, _ line: (String, String) -> String) {
      let isEverywhere = Int.random(in: 0..<100, using: &generator) >= chance
      for kernel in kernels {
        for arch in archs where isEverywhere || Bool.random(using: &generator) {
          texts[kernel]?[arch]?.insert(line(kernel, arch))
        }
      }
    }
    for number in 0..<12 {
      add(30) { _, _ in "ld_function_\(number) T" }
      add(20) { _, arch in "_ZN4Base4Heap8method\(number + 10)E\(is32Bit(arch) ? "j" : "m") T" }
      let sizes = [4, 8, 16, 24].shuffled(using: &generator)
      let differs = Int.random(in: 0..<3, using: &generator) == 0
      add(10) { kernel, arch in
        let size =
          differs
          ? sizes[kernels.firstIndex(of: kernel) ?? 0] : is32Bit(arch) ? sizes[0] / 2 : sizes[0]
        return "ld_object_\(number) \(number % 3 == 0 ? "B" : "D") \(size)"
      }
      let version = Bool.random(using: &generator)
      add(10) { kernel, _ in
        "ld_versioned_\(number)@@\(version && kernel == "hw" ? "LD_1" : "LD_2") T"
      }
    }
    return texts
  }

  private let scratch: TestSupport.TemporaryDirectory

  init() throws { scratch = try TestSupport.TemporaryDirectory() }

  private func write(_ texts: Texts) throws {
    for (kernel, texts) in texts {
      for (arch, lines) in texts {
        try FileManager.default.createDirectory(
          atPath: scratch.path(arch), withIntermediateDirectories: true)
        let sorted = lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        try scratch.write(
          "\(arch)/ld-\(kernel).abi", "#%abi 1\n" + sorted.joined(separator: "\n") + "\n")
      }
    }
  }

  private func check(kernels: [String] = Self.kernels, archs: [String] = Self.archs) async throws
    -> KernelCheck
  {
    var locator = BuildLocator()
    locator.kernels = kernels
    locator.archs = archs
    locator.directories = [FilePath(scratch.url.path)]
    return try await KernelCheck(try locator.builds(), options: KernelCheck.Options())
  }

  /// What a finding says, apart from the order in which builds are listed.
  private func facts(_ check: KernelCheck) -> [String] {
    check.findings.map { finding in
      let details = finding.details.map { "\($0.builds.sorted().map(\.label)) \($0.value)" }
        .sorted()
      return "\(finding.severity) \(finding.code) \(finding.head ?? "") \(details)"
    }.sorted()
  }

  @Test(arguments: 1...20) func orderOfBuildsDoesNotMatter(seed: UInt64) async throws {
    var generator = Generator(state: seed)
    try write(Self.texts(&generator))
    let expected = facts(try await check())
    #expect(!expected.isEmpty)
    let shuffled = try await check(
      kernels: Self.kernels.shuffled(using: &generator),
      archs: Self.archs.shuffled(using: &generator))
    #expect(facts(shuffled) == expected)
  }

  @Test(arguments: 1...20, [KernelCheck.Joint.all, .exact])
  func joiningAndSplittingGivesThePartsBack(seed: UInt64, joint: KernelCheck.Joint) async throws {
    var generator = Generator(state: seed)
    let texts = Self.texts(&generator)
    try write(texts)
    let check = try await check()
    let printed = AbiPrinter(check.joint(joint, judged: check.findings)).text()
    let parsed = try AbiParser.parse(printed, path: "joint")
    #expect(AbiPrinter(parsed).text() == printed, "the text is canonical")
    for kernel in Self.kernels {
      for arch in Self.archs {
        let selector = Abi.Selector(
          kernels: .named(kernel), architecture: Architecture(named: arch))
        let part = AbiPrinter(try parsed.selection(selector, path: "joint")).text()
        let path = scratch.path("\(arch)/ld-\(kernel).abi")
        let own = try AbiParser.parse(
          Array(try Data(contentsOf: URL(fileURLWithPath: path))), path: path)
        #expect(part == AbiPrinter(own).text(), "\(kernel) on \(arch)")
      }
    }
  }

  @Test(arguments: 1...20) func symbolOfOneKernelIsExactlyOneFinding(seed: UInt64) async throws {
    var generator = Generator(state: seed)
    var texts = Self.texts(&generator)
    try write(texts)
    let before = facts(try await check())
    let kernel = Self.kernels.randomElement(using: &generator) ?? "nova"
    let line =
      [
        "ld_added T", "ld_added B 64", "ld_added@@LD_9 T", "_ZN4Base4Heap5addedEv T",
        "_ZN4Base4Heap5addedEm T",
      ].randomElement(using: &generator) ?? ""
    for arch in Self.archs { texts[kernel]?[arch]?.insert(line) }
    try write(texts)
    let after = try await check()
    let new = facts(after).filter { !before.contains($0) && $0.contains("added") }
    #expect(new.count == 1, "\(new)")
    #expect(new.first?.contains("error kernel-specific") == true)
  }

  @Test(arguments: 1...10) func sharedAbiOfBuildsHasNothingToReject(seed: UInt64) async throws {
    var generator = Generator(state: seed)
    try write(Self.texts(&generator))
    let first = try await check()
    let shared = AbiPrinter(first.joint(.shared, judged: first.findings)).text()
    for arch in Self.archs {
      for kernel in Self.kernels {
        try Data(shared).write(to: scratch.url.appendingPathComponent("\(arch)/ld-\(kernel).abi"))
      }
    }
    #expect(try await check().findings.filter { $0.severity == .error } == [])
  }
}

/// The small parts of the joint text.
struct JointTextTests {
  @Test(arguments: [
    ("_Znwm", "_Znwj", "_Znw{m|j}"),
    ("_ZThn16_N1A1fEm", "_ZThn8_N1A1fEy", "_ZThn{16|8}_N1A1fE{m|y}"),
    ("_ZThn104_N1A1fEv", "_ZThn52_N1A1fEv", "_ZThn{104|52}_N1A1fEv"),
    ("_ZTv0_n24_N1AD0Ev", "_ZTv0_n12_N1AD0Ev", "_ZTv0_n{24|12}_N1AD0Ev"),
    (
      "_ZN4Base7AlignerILm8EE5alignEm", "_ZN4Base7AlignerILj4EE5alignEm",
      "_ZN4Base7AlignerIL{m8|j4}EE5alignEm"
    ),
    ("a", "ab", "a{|b}"),
  ])
  func alternativesAreAsShortAsTheyCanBe(wide: String, narrow: String, folded: String) {
    let text = WidthAlternatives.folded(Array(wide.utf8), Array(narrow.utf8))
    #expect(String(decoding: text, as: UTF8.self) == folded)
  }

  @Test func alternativesGiveBothSpellingsBack() throws {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("mj12_NE".utf8)
    func word() -> [UInt8] {
      (0..<Int.random(in: 1...12)).compactMap { _ in alphabet.randomElement(using: &generator) }
    }
    for _ in 0..<20_000 {
      let (wide, narrow) = (word(), word())
      guard wide != narrow else { continue }
      let folded = WidthAlternatives.folded(wide, narrow)
      #expect(Spelling.resolve(folded, wordSize: 8) == wide)
      #expect(Spelling.resolve(folded, wordSize: 4) == narrow)
    }
  }

  @Test func conditionsNameExactlyTheBuildsOfASet() {
    let builds = ["nova", "hw", "linux"].flatMap { kernel in
      ["x86_64", "arm"].map { Build(kernel: kernel, arch: $0, path: "") }
    }
    let conditions = BuildConditions(builds)
    for bits in 1..<(1 << builds.count) {
      var set = BuildSet()
      for number in builds.indices where bits & 1 << number != 0 { set.insert(number) }
      let parts = conditions.parts(of: set)
      for (number, build) in builds.enumerated() {
        let matching = parts.count { part in
          (part.condition.kernels.isEmpty || part.condition.kernels.contains(build.kernel))
            && (part.condition.archs.isEmpty || part.condition.archs.contains(build.arch))
        }
        #expect(matching == (set.contains(number) ? 1 : 0))
      }
    }
  }
}
