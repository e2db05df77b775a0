internal import AbiModel
internal import Findings
internal import Support

/// Sets of builds in words.
struct BuildWords: Sendable {
  private let builds: [Build]
  /// The place of each build in the list that the user gave.
  private let order: [Int]
  /// In the order in which the user named them, as are all lists.
  private let kernels: [String]
  private let archs: [String]

  /// - Parameters:
  ///   - builds: by number.
  ///   - order: the place of each in the list that the user gave; nil when that is their order.
  init(_ builds: [Build], order: [Int]? = nil) {
    self.builds = builds
    self.order = order ?? Array(builds.indices)
    let places = self.order
    let ordered = builds.indices.sorted { places[$0] < places[$1] }.map { builds[$0] }
    kernels = Self.unique(ordered.map(\.kernel))
    archs = Self.unique(ordered.map(\.arch))
  }

  private func ordered(_ set: BuildSet) -> [Build] {
    set.numbers.sorted { order[$0] < order[$1] }.map { builds[$0] }
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
  func rank(_ set: BuildSet) -> Int { set.numbers.map { order[$0] }.min() ?? 0 }

  /// The architectures of a set.
  func archs(of set: BuildSet) -> String {
    Self.unique(ordered(set).map(\.arch)).joined(separator: ", ")
  }

  private func label(_ build: Build) -> String {
    archs.count > 1 ? build.arch : build.label
  }
}

extension Build {
  /// Whether it is known by its kernel or architecture, and not by its file.
  var isNamed: Bool { !kernel.isEmpty || !arch.isEmpty }
}
