internal import AbiModel
internal import Findings
internal import Support

/// The symbols of all builds side by side: a row for each name, a column for each build.
struct SymbolMatrix: Sendable {
  /// Builds by architecture and kernel, whatever the order in which they were named: nothing that
  /// is decided depends on that order.
  let builds: [LoadedBuild]
  let archs: [CheckedArch]
  /// Index into ``archs`` by build.
  let archOfBuild: [Int]
  /// The builds of each architecture.
  let buildsOfArch: [BuildSet]

  /// The names, as the ABI text spells them, by number.
  private var names = NameTable()
  /// Where a name is first seen.
  private var places: [(build: Int32, symbol: Int32)] = []
  /// The builds that have the name, by name.
  private(set) var presence: [BuildSet] = []
  /// The index of the symbol in its ABI plus one, 0 for none: by name and build.
  private var cells: [Int32] = []
  /// Further versions of the name in one build.
  private var furtherVersions: [Int: [Int32]] = [:]

  init(_ loaded: [LoadedBuild]) throws(InputError) {
    var targets: [String: CheckedArch] = [:]
    for one in loaded where targets[one.build.arch]?.architecture == nil {
      var arch = try CheckedArch(label: one.build.arch)
      if arch.architecture == nil {
        arch.architecture = one.header.flatMap { Architecture(of: $0) }
      }
      targets[one.build.arch] = arch
    }
    // 64-bit architectures first: findings show the spelling of the first one.
    func rank(_ build: Build) -> (Int, String, String) {
      (-(targets[build.arch]?.addressSize ?? 0), build.arch, build.kernel)
    }
    builds = loaded.sorted { rank($0.build) < rank($1.build) }
    var archs: [CheckedArch] = []
    var archOfBuild: [Int] = []
    var buildsOfArch: [BuildSet] = []
    for (number, one) in builds.enumerated() {
      if archs.last?.label != one.build.arch || archs.isEmpty {
        if let target = targets[one.build.arch] { archs.append(target) }
        buildsOfArch.append(BuildSet())
      }
      archOfBuild.append(archs.count - 1)
      buildsOfArch[archs.count - 1].insert(number)
    }
    self.archs = archs
    self.archOfBuild = archOfBuild
    self.buildsOfArch = buildsOfArch
    let most = builds.map(\.abi.symbols.count).max() ?? 0
    names = NameTable(capacity: most)
    places.reserveCapacity(most)
    presence.reserveCapacity(most)
    cells.reserveCapacity(most * builds.count)
    for number in builds.indices { addSymbols(of: number) }
  }

  private mutating func addSymbols(of number: Int) {
    let abi = builds[number].abi
    for (index, symbol) in abi.symbols.enumerated() {
      let known = abi.withSpelledName(of: symbol, self.number(ofSpelled:))
      let name = known ?? presence.count
      if known == nil {
        presence.append(BuildSet())
        places.append((Int32(number), Int32(index)))
        cells.append(contentsOf: repeatElement(0, count: builds.count))
        abi.withSpelledName(of: symbol) { _ = names.insert(name, name: $0) { _ in false } }
      }
      let cell = name * builds.count + number
      if cells[cell] == 0 {
        cells[cell] = Int32(index + 1)
        presence[name].insert(number)
      } else {
        furtherVersions[cell, default: []].append(Int32(index))
      }
    }
  }

  /// How sets of the builds are named.
  var words: BuildWords { BuildWords(builds.map(\.build), order: builds.map(\.order)) }

  var nameCount: Int { presence.count }
  var allBuilds: BuildSet { BuildSet(all: builds.count) }

  /// The number of a name, spelled as in the ABI text.
  func number(ofSpelled name: UnsafeRawBufferPointer) -> Int? {
    names.find(name) { withSpelledName($0) { $0.equals(name) } }
  }

  /// The name as the text spells it, in place.
  func withSpelledName<Result>(_ name: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    // In place: a copy of the ABI would count the references of all its parts.
    let place = places[name]
    let symbol = builds[Int(place.build)].abi.symbols[Int(place.symbol)]
    return builds[Int(place.build)].abi.withSpelledName(of: symbol, body)
  }

  /// The name in bytes.
  func name(_ name: Int) -> ByteName {
    withSpelledName(name) { ByteName(Spelling.bytes(ofSpelled: $0)) }
  }

  /// The symbol of a name in a build; the first when there are several versions.
  @inline(__always)
  func symbol(_ name: Int, in build: Int) -> Symbol? {
    let cell = cells[name * builds.count + build]
    return cell == 0 ? nil : builds[build].abi.symbols[Int(cell) - 1]
  }

  /// All symbols of a name in a build, one for each version.
  func symbols(_ name: Int, in build: Int) -> [Symbol] {
    guard let first = symbol(name, in: build) else { return [] }
    let further = furtherVersions[name * builds.count + build] ?? []
    return [first] + further.map { builds[build].abi.symbols[Int($0)] }
  }

  /// Whether some build has several versions of the name.
  func hasSeveralVersions(_ name: Int) -> Bool {
    guard !furtherVersions.isEmpty else { return false }
    return builds.indices.contains { furtherVersions[name * builds.count + $0] != nil }
  }

  /// The builds of a set, for findings.
  func builds(_ set: BuildSet) -> [Build] { set.numbers.map { builds[$0].build }.sorted() }

  /// The kernels that some build of a set is for.
  func kernels(_ set: BuildSet) -> Set<String> { Set(set.numbers.map { builds[$0].build.kernel }) }

  var kernelCount: Int { kernels(allBuilds).count }

  /// The architectures that some build of a set is for.
  func archs(_ set: BuildSet) -> [Int] {
    archs.indices.filter { buildsOfArch[$0].meets(set) }
  }
}
