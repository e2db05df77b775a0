/// Says sets of builds as `kernel=` and `arch=` conditions.
struct BuildConditions {
  private let builds: [Build]
  private let kernels: Set<String>
  private let archs: Set<String>

  /// `builds` by number: every kernel on every architecture.
  init(_ builds: [Build]) {
    self.builds = builds
    kernels = Set(builds.map(\.kernel))
    archs = Set(builds.map(\.arch))
  }

  /// Conditions that hold for exactly the builds of a set, no two for the same build.
  func conditions(for set: BuildSet) -> [Abi.Condition] {
    let chosen = set.numbers.map { builds[$0] }
    if chosen.count == builds.count { return [Abi.Condition()] }
    let byKernel = condense(chosen, \.kernel, \.arch).map { condition(kernels: $0, archs: $1) }
    let byArch = condense(chosen, \.arch, \.kernel).map { condition(kernels: $1, archs: $0) }
    return byKernel.count <= byArch.count ? byKernel : byArch
  }

  /// Keys with the same values are taken together.
  private func condense(
    _ chosen: [Build], _ key: KeyPath<Build, String>, _ value: KeyPath<Build, String>
  ) -> [(Set<String>, Set<String>)] {
    var values: [String: Set<String>] = [:]
    for build in chosen { values[build[keyPath: key], default: []].insert(build[keyPath: value]) }
    var keys: [Set<String>: Set<String>] = [:]
    for (key, values) in values { keys[values, default: []].insert(key) }
    return keys.map { ($0.value, $0.key) }.sorted { $0.0.sorted().lexicographicallyPrecedes($1.0.sorted()) }
  }

  private func condition(kernels chosen: Set<String>, archs chosenArchs: Set<String>)
    -> Abi.Condition
  {
    Abi.Condition(
      kernels: chosen == kernels ? [] : Array(chosen),
      archs: chosenArchs == archs ? [] : Array(chosenArchs))
  }
}
