internal import AbiModel
internal import Findings
internal import Mangling
internal import Support

/// What a name alone tells about its dependence on the architecture.
///
/// With one architecture: what the language fixes is certain, the rest is unproven. With several,
/// names that are the same everywhere although their types have different widths.
struct WidthCheck {
  private let matrix: SymbolMatrix
  private let rejectsUnproven: Bool
  private var parser = MangledNameParser()
  /// The names of what is not rejected, by the types that may depend on the architecture.
  private var unproven: [String: [Int]] = [:]

  init(_ matrix: SymbolMatrix, rejectsUnproven: Bool) {
    self.matrix = matrix
    self.rejectsUnproven = rejectsUnproven
  }

  /// Whether there is a second architecture that decides.
  private var isProven: Bool { matrix.archs.count > 1 }

  private var widthsDiffer: Bool {
    Set(matrix.archs.map(\.addressSize)).count > 1
  }

  mutating func findings(about declaration: Declaration) -> [Finding] {
    guard !declaration.isPaired, !isProven || widthsDiffer,
      matrix.withSpelledName(declaration.name, WeakCxx.isCxx)
    else { return [] }
    let parsed = matrix.withSpelledName(declaration.name) { try? parser.parse($0) }
    guard let parsed else { return [] }
    let traits = WidthTraits(parsed)
    return isProven ? sameName(declaration, traits) : alone(declaration, traits)
  }

  // MARK: Several architectures

  private func sameName(_ declaration: Declaration, _ traits: WidthTraits) -> [Finding] {
    guard declaration.presence == matrix.allBuilds else { return [] }
    var findings: [Finding] = []
    if traits.hasLongDouble {
      findings.append(
        finding(
          .longDoubleType, .information, declaration,
          "one name everywhere, but long double has several formats"))
    }
    if traits.integers.contains(.long) || traits.integers.contains(.unsignedLong) {
      findings.append(
        finding(
          .longType, .information, declaration,
          "one name everywhere, but long is as wide as a pointer"))
    }
    return findings
  }

  // MARK: One architecture

  private mutating func alone(_ declaration: Declaration, _ traits: WidthTraits) -> [Finding] {
    if traits.isThunk {
      return [finding(.thunkOffset, nil, declaration, "the name holds an offset in bytes")]
    }
    if traits.isAllocationOperator {
      return [
        finding(.allocationOperator, nil, declaration, "the language gives it a size_t parameter")
      ]
    }
    if traits.hasInt128 {
      return [finding(.int128Type, nil, declaration, "32-bit targets have no __int128")]
    }
    if traits.hasVaList {
      return [finding(.vaListType, nil, declaration, "va_list is another type on each target")]
    }
    // Without a model any of them may be a type definition.
    let types = matrix.archs.first?.model.map { traits.unproven(in: $0) } ?? traits.integers
    guard !types.isEmpty else { return [] }
    let names = types.map(\.spelling).joined(separator: ", ")
    guard rejectsUnproven else {
      unproven[names, default: []].append(declaration.name)
      return []
    }
    return [
      finding(.widthUnproven, .error, declaration, Self.unprovenMessage(names), remark: names)
    ]
  }

  private static func unprovenMessage(_ types: String) -> String {
    "\(types) may be size_t or a fixed-width type"
  }

  /// What one architecture does not prove, in the names that were asked about: a note for each list
  /// of types.
  func unprovenFindings() -> [Finding] {
    unproven.sorted { $0.key < $1.key }.map { types, names in
      Finding(
        .widthUnproven, severity: .information, builds: matrix.builds(matrix.allBuilds),
        symbols: names.map(matrix.name).sorted(), remark: types,
        message: Self.unprovenMessage(types))
    }
  }

  private func finding(
    _ code: FindingCode, _ severity: Severity?, _ declaration: Declaration, _ message: String,
    remark: String? = nil
  ) -> Finding {
    let name = matrix.name(declaration.name)
    return Finding(
      code, severity: severity, symbol: name, builds: matrix.builds(declaration.presence),
      remark: remark, message: "\(name.spelled): \(message)")
  }
}
