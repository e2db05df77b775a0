internal import AbiModel
internal import Findings
internal import Support

/// Sets of builds in words.
struct BuildWords: Sendable {
  private let builds: [LoadedBuild]
  /// In the order in which the user named them, as are all lists.
  private let kernels: [String]
  private let archs: [String]

  /// `builds` by number.
  init(_ builds: [LoadedBuild]) {
    self.builds = builds
    let ordered = builds.sorted { $0.order < $1.order }.map(\.build)
    kernels = Self.unique(ordered.map(\.kernel))
    archs = Self.unique(ordered.map(\.arch))
  }

  private func ordered(_ set: BuildSet) -> [Build] {
    set.numbers.map { builds[$0] }.sorted { $0.order < $1.order }.map(\.build)
  }

  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  /// `nova, hw`, `x86_64`, or `linux (x86_64, x86_32), nova`.
  func describe(_ set: BuildSet) -> String {
    let chosen = ordered(set)
    if kernels.count == 1 { return Self.unique(chosen.map(label)).joined(separator: ", ") }
    let perKernel = kernels.compactMap { kernel -> (kernel: String, archs: [String])? in
      let archs = chosen.filter { $0.kernel == kernel }.map(\.arch)
      return archs.isEmpty ? nil : (kernel, archs)
    }
    if let first = perKernel.first, perKernel.count == kernels.count,
      perKernel.allSatisfy({ $0.archs == first.archs }), first.archs.count < archs.count
    {
      return first.archs.joined(separator: ", ")
    }
    return perKernel.map { kernel, archs in
      archs.count == self.archs.count ? kernel : "\(kernel) (\(archs.joined(separator: ", ")))"
    }.joined(separator: ", ")
  }

  /// The place of the first build in the order in which the user named them.
  func rank(_ set: BuildSet) -> Int { set.numbers.map { builds[$0].order }.min() ?? 0 }

  /// The architectures of a set.
  func archs(of set: BuildSet) -> String {
    Self.unique(ordered(set).map(\.arch)).joined(separator: ", ")
  }

  private func label(_ build: Build) -> String {
    archs.count > 1 ? build.arch : build.label
  }
}
