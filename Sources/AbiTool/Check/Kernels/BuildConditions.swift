internal import AbiModel
internal import Findings
internal import Support

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

  /// A condition, and the builds that meet it.
  struct Part {
    var condition: Abi.Condition
    var builds: BuildSet
  }

  /// Conditions that hold for exactly the builds of a set, no two for the same build.
  func parts(of set: BuildSet) -> [Part] {
    if set.count == builds.count { return [Part(condition: Abi.Condition(), builds: set)] }
    let byKernel = condense(set, \.kernel, \.arch).map { part(kernels: $0, archs: $1) }
    let byArch = condense(set, \.arch, \.kernel).map { part(kernels: $1, archs: $0) }
    return byKernel.count <= byArch.count ? byKernel : byArch
  }

  /// Keys with the same values are taken together.
  private func condense(
    _ set: BuildSet, _ key: KeyPath<Build, String>, _ value: KeyPath<Build, String>
  ) -> [(Set<String>, Set<String>)] {
    var values: [String: Set<String>] = [:]
    for number in set.numbers {
      values[builds[number][keyPath: key], default: []].insert(builds[number][keyPath: value])
    }
    var keys: [Set<String>: Set<String>] = [:]
    for (key, values) in values { keys[values, default: []].insert(key) }
    return keys.map { ($0.value, $0.key) }
      .sorted { $0.0.sorted().lexicographicallyPrecedes($1.0.sorted()) }
  }

  private func part(kernels chosen: Set<String>, archs chosenArchs: Set<String>) -> Part {
    var set = BuildSet()
    for (number, build) in builds.enumerated()
    where chosen.contains(build.kernel) && chosenArchs.contains(build.arch) {
      set.insert(number)
    }
    return Part(
      condition: Abi.Condition(
        kernels: chosen == kernels ? [] : Array(chosen),
        archs: chosenArchs == archs ? [] : Array(chosenArchs)),
      builds: set)
  }
}
