internal import AbiModel
internal import ElfKit
internal import Findings
internal import Mangling
internal import Support

/// Which builds have a declaration: what some kernels or architectures lack, and what is internal.
struct PresenceCheck {
  let matrix: SymbolMatrix
  let words: BuildWords
  let denied: DenyList
  /// Whether a build was read from an ABI text.
  private let hasTexts: Bool
  private var parser = MangledNameParser()

  init(_ matrix: SymbolMatrix, denied: DenyList) {
    self.matrix = matrix
    self.denied = denied
    hasTexts = matrix.builds.contains { $0.header == nil }
    words = matrix.words
  }

  /// At most one finding for each declaration, in the order of what to do about it.
  mutating func finding(about declaration: Declaration) -> Finding? {
    if let finding = internalFinding(declaration) { return finding }
    if declaration.presence == matrix.allBuilds { return nil }
    if let finding = bindingFinding(declaration) { return finding }
    let isKernelSpecific = matrix.buildsOfArch.contains { builds in
      declaration.presence.meets(builds) && !declaration.presence.isSuperset(of: builds)
    }
    return isKernelSpecific ? kernelSpecific(declaration) : archSpecific(declaration)
  }

  // MARK: Internal symbols

  private func internalFinding(_ declaration: Declaration) -> Finding? {
    guard !denied.isEmpty || hasTexts else { return nil }
    for name in declaration.names {
      let bytes = matrix.name(name)
      if let pattern = bytes.bytes.withUnsafeBytes(denied.pattern(denying:)) {
        return finding(
          .internalSymbol, declaration, name,
          "\(bytes.spelled) is on the deny list (\(pattern)), and \(has(declaration.presence)) it")
      }
      if isArtefact(name) {
        return finding(
          .internalSymbol, declaration, name,
          "\(bytes.spelled) is put into every file by linkers; it is no promise of the library")
      }
    }
    return nil
  }

  /// Extraction leaves artefacts out, so only texts can have them. Names such as `end` are a
  /// linker's only when it defined them, which a text does not tell.
  private func isArtefact(_ name: Int) -> Bool {
    let isInText = matrix.presence[name].numbers.contains { matrix.builds[$0].header == nil }
    return isInText
      && matrix.withSpelledName(name) {
        $0.first == UInt8(ascii: "_") && LinkerArtefacts.contains($0)
      }
  }

  // MARK: Weak C++ symbols

  /// What only seems to be missing: the other builds have it as a weak symbol, which extraction
  /// leaves out.
  private func bindingFinding(_ declaration: Declaration) -> Finding? {
    let lacking = matrix.allBuilds.subtracting(declaration.presence)
    let isWeak = lacking.numbers.allSatisfy { build in
      declaration.names.contains { name in
        matrix.withSpelledName(name, matrix.builds[build].weakNames.contains)
      }
    }
    guard isWeak else { return nil }
    let name = matrix.name(declaration.name)
    let here = words.describe(declaration.presence)
    let there = words.describe(lacking)
    // Of a class whose key function only some builds have.
    let isWeakEverywhere = declaration.presence.numbers.allSatisfy {
      matrix.symbol(declaration.name, in: $0)?.binding == .weak
    }
    var finding = Finding(
      .bindingDiffers, symbol: name, builds: matrix.builds(matrix.allBuilds),
      details: [
        Finding.Detail(
          matrix.builds(declaration.presence), isWeakEverywhere ? "key function" : "global"),
        Finding.Detail(matrix.builds(lacking), "weak"),
      ],
      message: isWeakEverywhere
        ? "\(name.spelled): the key function of its class is on \(here), and not on \(there), "
          + "where it is no promise"
        : "\(name.spelled): global on \(here), weak on \(there), which is no promise in C++")
    if isWeakEverywhere {
      finding.cure = "define the same virtual functions of the class out of line in every build"
    }
    return finding
  }

  // MARK: Kernels

  private func kernelSpecific(_ declaration: Declaration) -> Finding {
    // Architectures that have it nowhere are another matter.
    let archs = matrix.archs(declaration.presence)
    let concerned = archs.reduce(into: BuildSet()) { $0.formUnion(matrix.buildsOfArch[$1]) }
    let lacking = concerned.subtracting(declaration.presence)
    let name = matrix.name(declaration.name)
    var finding = finding(
      .kernelSpecific, declaration, declaration.name,
      "\(name.spelled) exists on \(words.describe(declaration.presence)); "
        + "not on \(words.describe(lacking))")
    var remarks: [String] = []
    if matrix.kernels(declaration.presence).count == matrix.kernelCount {
      // All kernels have it on some architecture, so the columns of the kernels show nothing.
      remarks.append(words.describe(declaration.presence))
    } else if archs.count < matrix.archs.count {
      remarks.append(words.archs(of: declaration.presence) + " only")
    }
    for other in declaration.furtherNames {
      let labels = words.archs(of: matrix.presence[other])
      remarks.append("\(labels): \(matrix.name(other).spelled)")
    }
    if !remarks.isEmpty { finding.remark = remarks.joined(separator: "; ") }
    return finding
  }

  // MARK: Architectures

  private mutating func archSpecific(_ declaration: Declaration) -> Finding {
    let name = matrix.name(declaration.name)
    let lacking = words.describe(matrix.allBuilds.subtracting(declaration.presence))
    let here = words.describe(declaration.presence)
    let parsed = matrix.withSpelledName(declaration.name) { try? parser.parse($0) }
    let traits = parsed.map { WidthTraits($0) }
    if traits?.hasInt128 == true {
      return finding(
        .int128Type, declaration, declaration.name,
        "\(name.spelled) takes __int128, which \(lacking) has not")
    }
    if traits?.isThunk == true {
      var finding = finding(
        .thunkOffset, declaration, declaration.name,
        "\(name.spelled) is a thunk of \(here) without a counterpart on \(lacking)")
      finding.remark = "without a counterpart"
      return finding
    }
    return finding(
      .archSpecific, declaration, declaration.name,
      "\(name.spelled) exists on \(here), and nothing of its structure on \(lacking)")
  }

  // MARK: Findings

  private func finding(
    _ code: FindingCode, _ declaration: Declaration, _ name: Int, _ message: String
  ) -> Finding {
    var details: [String: BuildSet] = [:]
    for name in declaration.names {
      for build in matrix.presence[name].numbers {
        guard let symbol = matrix.symbol(name, in: build) else { continue }
        details[String(KindLetter(of: symbol).character), default: BuildSet()].insert(build)
      }
    }
    return Finding(
      code, symbol: matrix.name(name), builds: matrix.builds(declaration.presence),
      details: details.sorted { $0.key < $1.key }
        .map { Finding.Detail(matrix.builds($0.value), $0.key) },
      message: message)
  }

  private func has(_ builds: BuildSet) -> String {
    words.describe(builds) + (builds.count == 1 ? " has" : " have")
  }
}
