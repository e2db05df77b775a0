internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support
internal import Synchronization
internal import SystemPackage

/// A build with its ABI, read from an ELF file or an ABI text.
struct LoadedBuild: Sendable {
  var build: Build
  /// The place in the list that the user gave.
  var order: Int
  var abi: Abi
  /// Weak C++ names that the ABI leaves out. Not known of an ABI text.
  var weakNames = NameSet()
  /// Nil for an ABI text.
  var header: ElfHeader?

  /// Reads the file of a build.
  ///
  /// - Throws: `InputError` when it cannot be used: unreadable, malformed, without symbols, or for
  ///   another architecture than its name says.
  init(_ build: Build, order: Int = 0, options: Extraction.Options) throws(InputError) {
    self.build = build
    self.order = order
    let path = FilePath(build.path)
    let input = try InputBytes(path: path)
    let arch = try CheckedArch(label: build.arch)
    if input.withBytes({ $0.starts(with: Self.elfMagic) }) {
      let result = try Extraction.extract(from: path, options: options)
      // It would keep the promise that it was made from, whatever the build is like.
      guard !result.isStub else { throw StubMarker.refused(build.path) }
      abi = result.abi
      weakNames = result.weakNames
      header = result.header
      try Self.refuse(result.header, unlessFor: arch, path: build.path)
    } else {
      let text = try input.withBytes { text throws(InputError) in
        try AbiParser.parse(text, path: build.path)
      }
      abi = try text.selection(
        Abi.Selector(
          kernels: build.kernel.isEmpty ? .unspecified : .named(build.kernel),
          architecture: Architecture(named: build.arch) ?? text.architecture,
          addressSize: arch.addressSize),
        path: build.path)
    }
    guard !abi.symbols.isEmpty else {
      throw InputError(
        .absent, path: build.path, "no symbols that an ABI could promise; is it the right file?")
    }
  }

  /// The architecture that it is for, as far as name or file tell.
  var architecture: Architecture? {
    header.flatMap { Architecture(of: $0) } ?? Architecture(named: build.arch) ?? abi.architecture
  }

  /// The SONAME as it is on all kernels.
  var commonSoname: ByteName? {
    guard !build.kernel.isEmpty, let soname = abi.soname else { return abi.soname }
    return KernelName.common(soname, kernel: build.kernel) ?? soname
  }

  /// Size of an address in bytes, where it is known.
  var addressSize: Int? {
    header?.elfClass.addressSize ?? architecture?.elfClass.addressSize
  }

  /// `e_ident[EI_MAG0]` to `e_ident[EI_MAG3]`.
  private static let elfMagic: [UInt8] = [0x7f, 0x45, 0x4c, 0x46]

  private static func refuse(_ header: ElfHeader, unlessFor arch: CheckedArch, path: String)
    throws(InputError)
  {
    guard let architecture = arch.architecture, !architecture.isTarget(of: header) else { return }
    throw InputError(
      .wrongArchitecture, path: path,
      "a library for \(Architecture.name(of: header)), not for \(arch.label)")
  }

  /// Reads all builds, as many at a time as there are cores.
  ///
  /// - Throws: the `InputError` of the first build that cannot be used.
  static func load(_ builds: [Build], options: Extraction.Options, jobs: Int?)
    async
    throws(InputError) -> [LoadedBuild]
  {
    let slots = LoadedBuilds(count: builds.count)
    let failures = await Batch(count: builds.count, jobs: jobs).run { index throws(InputError) in
      slots.set(try LoadedBuild(builds[index], order: index, options: options), at: index)
    }
    if let failure = failures.first { throw failure }
    var loaded = slots.all
    try refuseMixture(of: loaded)
    try keepWhatOthersHave(in: &loaded, options)
    return loaded
  }

  /// A weak C++ symbol that is strong in another build, or that a text lists, is there all the same.
  private static func keepWhatOthersHave(
    in loaded: inout [LoadedBuild], _ options: Extraction.Options
  ) throws(InputError) {
    guard loaded.contains(where: { !$0.weakNames.isEmpty }) else { return }
    var options = options
    for one in loaded {
      guard one.header != nil else {
        one.abi.addNames(to: &options.neededNames)
        continue
      }
      for symbol in one.abi.symbols where symbol.binding != .weak {
        one.abi.withName(of: symbol) { _ = options.neededNames.insert($0) }
      }
    }
    for (place, one) in loaded.enumerated()
    where !one.weakNames.isDisjoint(with: options.neededNames) {
      loaded[place] = try LoadedBuild(one.build, order: one.order, options: options)
    }
  }

  /// Builds of one architecture are for one machine.
  private static func refuseMixture(of loaded: [LoadedBuild]) throws(InputError) {
    var first: [String: LoadedBuild] = [:]
    for one in loaded {
      guard let header = one.header else { continue }
      guard let other = first[one.build.arch], let expected = other.header else {
        first[one.build.arch] = one
        continue
      }
      guard header.machine == expected.machine, header.elfClass == expected.elfClass,
        header.byteOrder == expected.byteOrder
      else {
        throw InputError(
          .wrongArchitecture, path: one.build.path,
          """
          a library for \(Architecture.name(of: header)), but \(other.build.path) is for \
          \(Architecture.name(of: expected)); builds of several architectures need --archs
          """)
      }
    }
  }
}

/// Places for builds that are read at the same time.
private final class LoadedBuilds: Sendable {
  private let builds: Mutex<[LoadedBuild?]>

  init(count: Int) { builds = Mutex([LoadedBuild?](repeating: nil, count: count)) }

  func set(_ build: LoadedBuild, at index: Int) { builds.withLock { $0[index] = build } }

  var all: [LoadedBuild] { builds.withLock { $0.compactMap { $0 } } }
}

extension Architecture {
  /// The name of the architecture that a file is for, for people.
  static func name(of header: ElfHeader) -> String {
    Architecture(of: header)?.name
      ?? "\(header.machine) with \(header.elfClass.addressSize * 8)-bit addresses"
  }
}
