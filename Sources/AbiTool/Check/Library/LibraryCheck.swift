internal import AbiModel
internal import ElfKit
public import Findings
public import Support
public import SystemPackage

/// Checks that a real library keeps the promise of an ABI text.
public struct LibraryCheck {
  public struct Options: Sendable {
    /// Which of the lines with `kernel=` apply.
    public var kernel: String?
    /// What the library is to be built for; nil for whatever it is.
    public var architecture: String?

    public init() {}
  }

  /// The findings about the library at `path`, those about the form of the text left out.
  ///
  /// - Throws: `InputError` when it is no library, or the ABI depends on a kernel that was not
  ///   named.
  public static func findings(
    _ path: FilePath, keeps promise: PromisedAbi, options: Options = Options()
  ) throws(InputError) -> [Finding] {
    var canonical = Extraction.Options()
    canonical.neededNames = promise.names
    let kept = try Extraction.extract(from: path, options: canonical)
    guard !kept.abi.symbols.isEmpty else {
      throw InputError(path: path.string, "the library has no symbols, so it keeps no promise")
    }
    let header = kept.header
    let arch = options.architecture ?? Architecture(of: header)?.name
    let promised = try promise.abi.selection(
      Abi.Selector(
        kernel: options.kernel, arch: arch, addressSize: header.elfClass.addressSize),
      path: promise.path)
    let actual = try Self.holding(promised, kept.abi, path)
    var check = LibraryCheck(
      path: path.string, promise: promise, promised: promised, actual: actual)
    check.checkTarget(header, options)
    check.checkSoname()
    check.checkVersionNodes()
    check.checkSymbols()
    check.checkAliases()
    check.findUnpromised(in: kept.abi)
    return check.findings
  }

  /// What the library has: what extraction keeps, or, when the text lists more, all.
  private static func holding(_ promised: Abi, _ kept: Abi, _ path: FilePath) throws(InputError)
    -> Abi
  {
    let index = SymbolIndex(kept)
    let holdsAll = promised.symbols.allSatisfy { symbol in
      symbol.storage == .undefined
        || promised.withName(of: symbol) { index.symbols(named: $0).place >= 0 }
    }
    guard !holdsAll else { return kept }
    var complete = Extraction.Options()
    complete.profile = .complete
    return try Extraction.extract(from: path, options: complete).abi
  }

  /// The library, as the user named it.
  let path: String
  let promise: PromisedAbi
  /// What the text says for the kernel and architecture of the library.
  let promised: Abi
  let actual: Abi
  let index: SymbolIndex
  var findings: [Finding] = []
  /// By symbol of `promised`, the symbol of `actual` that keeps the promise.
  var matches: [Int?]

  private init(path: String, promise: PromisedAbi, promised: Abi, actual: Abi) {
    self.path = path
    self.promise = promise
    self.promised = promised
    self.actual = actual
    index = SymbolIndex(actual)
    matches = [Int?](repeating: nil, count: promised.symbols.count)
  }

  // MARK: The library as a whole

  private mutating func checkTarget(_ header: ElfHeader, _ options: Options) {
    guard let name = options.architecture, let wanted = Architecture(named: name) else { return }
    guard header.isLoadable(with: wanted.header) else {
      report(.archDiffers, "\(path) is for \(header.targetName), and \(name) is wanted")
      return
    }
    let mask = wanted.callingConventionFlags
    guard header.flags & mask != wanted.flags & mask else { return }
    report(
      .flagsDiffer,
      "\(path) has the ELF flags 0x\(String(header.flags, radix: 16)), and those of \(name) are 0x\(String(wanted.flags, radix: 16))"
    )
  }

  private mutating func checkSoname() {
    guard let wanted = promise.abi.soname, wanted != actual.soname else { return }
    let own = actual.soname.map { "the SONAME \($0.spelled)" } ?? "no SONAME"
    report(.sonameDiffers, "the ABI says SONAME \(wanted.spelled), and \(path) has \(own)")
  }

  private mutating func checkVersionNodes() {
    let defined = Set(actual.versions.map(\.name))
    for node in promised.versions where !defined.contains(node.name) {
      report(
        .versionNodeMissing, version: node.name,
        "\(path) does not define the version \(node.name.spelled)")
    }
  }

  mutating func report(
    _ code: FindingCode, version: ByteName? = nil, _ message: String
  ) {
    findings.append(
      Finding(
        code, version: version, builds: [Build(path: path)],
        place: Finding.Place(path: promise.path), message: message))
  }
}

extension Architecture {
  /// The bits of `e_flags` that say how functions are called, by the processor supplements.
  var callingConventionFlags: UInt32 {
    switch machine {
    // EF_ARM_EABIMASK, EF_ARM_ABI_FLOAT_SOFT and EF_ARM_ABI_FLOAT_HARD.
    case .arm: 0xff00_0600
    // EF_RISCV_FLOAT_ABI and EF_RISCV_RVE.
    case .riscv: 0xe
    // EF_PPC64_ABI.
    case .ppc64: 3
    // EF_MIPS_ABI and EF_MIPS_ABI2.
    case .mips: 0xf020
    // EF_LOONGARCH_ABI_MODIFIER_MASK.
    case .loongArch: 0x7
    default: 0
    }
  }
}
