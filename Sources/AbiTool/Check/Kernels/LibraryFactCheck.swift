internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// What is different about the libraries as wholes: SONAME, version nodes, ELF flags.
struct LibraryFactCheck {
  private let matrix: SymbolMatrix
  private let words: BuildWords

  init(_ matrix: SymbolMatrix) {
    self.matrix = matrix
    words = matrix.words
  }

  func findings() -> [Finding] { soname() + versionNodes() + flags() }

  private func soname() -> [Finding] {
    let groups = grouped(matrix.allBuilds) { number in
      // A text need not say it.
      let one = matrix.builds[number]
      return one.header == nil && one.abi.soname == nil
        ? nil : one.commonSoname.map(\.spelled) ?? "no SONAME"
    }
    return groups.count > 1 ? [finding(.sonameDiffers, nil, "SONAME", groups, .error)] : []
  }

  private func versionNodes() -> [Finding] {
    var names: Set<ByteName> = []
    for one in matrix.builds { names.formUnion(one.abi.versions.map(\.name)) }
    var findings: [Finding] = []
    for name in names.sorted() {
      let groups = grouped(matrix.allBuilds) { number in
        guard let node = matrix.builds[number].abi.versions.first(where: { $0.name == name }) else {
          return "not defined"
        }
        let parents = node.parents.map(\.spelled).sorted()
        return parents.isEmpty ? "no parent" : "inherits \(parents.joined(separator: ", "))"
      }
      guard groups.count > 1 else { continue }
      // Architectures that are younger than a library begin with a later version.
      let isWithinArch = matrix.buildsOfArch.contains { builds in
        groups.values.contains { $0.meets(builds) && !$0.isSuperset(of: builds) }
      }
      findings.append(
        finding(
          .versionNodesDiffer, name, "version \(name.spelled)", groups,
          isWithinArch ? .error : .warning))
    }
    return findings
  }

  private func flags() -> [Finding] {
    matrix.buildsOfArch.flatMap { builds -> [Finding] in
      let conventions = builds.numbers.compactMap { number in
        matrix.builds[number].header.map { CallingConvention($0) }
      }
      guard let first = conventions.first,
        conventions.contains(where: { !$0.isCompatible(with: first) })
      else { return [] }
      let groups = grouped(builds) { number in
        matrix.builds[number].header.map { "0x\(String($0.flags, radix: 16))" }
      }
      return [finding(.flagsDiffer, nil, "ELF flags", groups, .error)]
    }
  }

  private func grouped(_ builds: BuildSet, by value: (Int) -> String?) -> [String: BuildSet] {
    var groups: [String: BuildSet] = [:]
    for number in builds.numbers {
      if let value = value(number) { groups[value, default: BuildSet()].insert(number) }
    }
    return groups
  }

  private func finding(
    _ code: FindingCode, _ symbol: ByteName?, _ what: String, _ groups: [String: BuildSet],
    _ severity: Severity
  ) -> Finding {
    let sorted = groups.sorted { (words.rank($0.value), $0.key) < (words.rank($1.value), $1.key) }
    var builds = BuildSet()
    for group in sorted { builds.formUnion(group.value) }
    let list = sorted.map { "\($0.key) on \(words.describe($0.value))" }
    return Finding(
      code, severity: severity, symbol: symbol, builds: matrix.builds(builds),
      details: sorted.map { Finding.Detail(matrix.builds($0.value), $0.key) },
      message: "\(what): \(list.joined(separator: "; "))")
  }
}
