internal import AbiModel
internal import Findings
internal import Mangling
internal import Support

/// What differs between the names that a declaration has on the architectures.
struct ArchitectureCheck {
  private let matrix: SymbolMatrix
  private let words: BuildWords
  private var parser = MangledNameParser()

  init(_ matrix: SymbolMatrix) {
    self.matrix = matrix
    words = matrix.words
  }

  /// A difference of one class, as the names show it.
  private struct Spot {
    var difference: NameDifference
    /// The position in the names of the declaration of the one that differs from the first.
    var other: Int
  }

  /// One finding for each class of differences.
  mutating func findings(about declaration: Declaration) -> [Finding] {
    guard declaration.isPaired, let first = parse(declaration.name) else { return [] }
    let isAllocation = first.isSizedAllocationOperator
    let traits = WidthTraits(first)
    var spots: [FindingCode: [Spot]] = [:]
    for (number, differences) in declaration.differences.enumerated() {
      for difference in differences {
        let code = Self.code(of: difference, isAllocation: isAllocation, isThunk: traits.isThunk)
        spots[code, default: []].append(Spot(difference: difference, other: number + 1))
      }
    }
    // A thunk goes with its function, whose types have findings of their own.
    if spots[.thunkOffset] != nil { spots = spots.filter { $0.key == .thunkOffset } }
    return spots.sorted { $0.key.rank < $1.key.rank }.map { code, spots in
      finding(code, spots, declaration, first)
    }
  }

  private mutating func parse(_ name: Int) -> MangledName? {
    matrix.withSpelledName(name) { try? parser.parse($0) }
  }

  // MARK: Classes

  private static func code(of difference: NameDifference, isAllocation: Bool, isThunk: Bool)
    -> FindingCode
  {
    if case .thunkOffset = difference.kind { return .thunkOffset }
    if isThunk, difference.place == .name { return .thunkOffset }
    switch difference.kind {
    case .thunkOffset: return .thunkOffset
    case .pointerWidth:
      if case .templateArgument = difference.place { return .templateArgument }
      return .pointerWidthType
    case .vaList: return .vaListType
    case .longDouble: return .longDoubleType
    case .int128: return .int128Type
    case .literalValue, .arrayBound: return .templateArgument
    case .integer(let typedefs):
      if case .templateArgument = difference.place { return .templateArgument }
      if isAllocation, typedefs.contains(.size) { return .allocationOperator }
      if typedefs.contains(.size) { return .sizeType }
      if typedefs.contains(.ptrdiff) { return .pointerDifferenceType }
      if typedefs.contains(.uintptr) { return .sizeType }
      if typedefs.contains(.intptr) { return .pointerDifferenceType }
      return typedefs.isEmpty ? .otherWidth : .fixedWidthType
    case .other: return .otherWidth
    }
  }

  // MARK: Findings

  private mutating func finding(
    _ code: FindingCode, _ spots: [Spot], _ declaration: Declaration, _ first: MangledName
  ) -> Finding {
    let shown = spots[0]
    var values: [(builds: BuildSet, value: String)] = []
    for (position, name) in declaration.names.enumerated() {
      let builds = matrix.presence[name]
      var value = spelling(shown.difference, .first, in: first, builds)
      // The difference from the first name at the same place; none means that it is the same.
      if position > 0,
        let spot = spots.first(where: {
          $0.other == position && $0.difference.place == shown.difference.place
        }), let parsed = parse(name)
      {
        value = spelling(spot.difference, .second, in: parsed, builds)
      }
      if let same = values.firstIndex(where: { $0.value == value }) {
        values[same].builds.formUnion(builds)
      } else {
        values.append((builds, value))
      }
    }
    values.sort { words.rank($0.builds) < words.rank($1.builds) }
    let parts = Self.parts(of: spots)
    let name = matrix.name(declaration.name)
    let list = values.map { "\($0.value) on \(words.describe($0.builds))" }
    return Finding(
      code, symbol: name, builds: matrix.builds(declaration.presence),
      details: values.map { Finding.Detail(matrix.builds($0.builds), $0.value) },
      remark: parts,
      message: "\(name.spelled): \(parts): \(list.joined(separator: "; "))")
  }

  /// `parameter 1: size_t, parameter 3: size_t`.
  private static func parts(of spots: [Spot]) -> String {
    var parts: [String] = []
    for spot in spots {
      var part = place(spot.difference.place)
      if case .integer(let typedefs) = spot.difference.kind, let name = typedefName(typedefs) {
        part += ": \(name)"
      }
      if case .vaList = spot.difference.kind { part += ": va_list" }
      if !parts.contains(part) { parts.append(part) }
    }
    return parts.filter { part in !parts.contains { $0.hasPrefix(part + ":") } }
      .joined(separator: ", ")
  }

  private static func typedefName(_ typedefs: [DataModel.Typedef]) -> String? {
    let order: [DataModel.Typedef] = [
      .size, .ptrdiff, .uint64, .int64, .uintptr, .intptr, .uint32, .int32,
    ]
    return order.first(where: typedefs.contains)?.rawValue
  }

  private static func place(_ place: NameDifference.Place) -> String {
    switch place {
    case .name: "name"
    case .returnType: "return type"
    case .parameter(let number): "parameter \(number + 1)"
    case .templateArgument(let number): "template argument \(number + 1)"
    case .conversionType: "conversion"
    case .thunk: "offset"
    }
  }

  private enum Side {
    case first
    case second
  }

  /// What stands at the place on one side: as C++ spells it, or the bytes of the name.
  private func spelling(
    _ difference: NameDifference, _ side: Side, in name: MangledName, _ builds: BuildSet
  ) -> String {
    if case .vaList = difference.kind,
      let model = matrix.archs(builds).first.flatMap({ matrix.archs[$0].model })
    {
      return model.vaList.words
    }
    let type = side == .first ? difference.firstType : difference.secondType
    if let type { return type.spelling }
    let range = side == .first ? difference.first : difference.second
    guard range.upperBound <= name.bytes.count else { return "?" }
    let text = String(decoding: name.bytes[range], as: UTF8.self)
    guard case .thunkOffset = difference.kind else { return text }
    // `hn16_` is -16, `v0_n24_` is 0 and -24 (Itanium C++ ABI 5.1.4, <call-offset>).
    return text.split { "hv_".contains($0) }.joined(separator: " ").replacing("n", with: "-")
  }
}

extension DataModel.VaList {
  /// The type behind the name.
  var words: String {
    switch self {
    case .charPointer: "char *"
    case .voidPointer: "void *"
    case .tagArray: "__va_list_tag *"
    case .stdStruct: "std::__va_list"
    case .plainStruct: "__va_list"
    }
  }
}
