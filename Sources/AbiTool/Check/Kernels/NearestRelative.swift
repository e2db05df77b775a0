internal import AbiModel
internal import Findings
internal import Mangling
internal import Support

/// For a symbol that a build lacks, what it has in its place: a hint to the cause.
struct NearestRelative {
  private let matrix: SymbolMatrix
  private var parser = MangledNameParser()
  /// The numbers of names by structure, made when the first symbol is missing.
  private var byStructure: [StructuralKey: [Int]]?
  /// How many names were compared with one that is missing.
  private var comparisons = 0

  /// Where thousands are missing, it is another library, and nobody reads as many hints.
  private static let comparisonLimit = 20_000_000

  init(_ matrix: SymbolMatrix) { self.matrix = matrix }

  /// A sentence about the nearest relative in some of `builds`; nil when there is none.
  mutating func relative(of name: ByteName, in builds: BuildSet) -> String? {
    // The name is there, so it was the version that is not.
    if let number = name.spelledBytes.withUnsafeBytes(matrix.number(ofSpelled:)),
      matrix.presence[number].meets(builds)
    {
      let build = matrix.presence[number].intersection(builds).numbers[0]
      let versions = matrix.symbols(number, in: build).map { symbol in
        matrix.builds[build].abi.version(of: symbol)
          .map { (symbol.isDefaultVersion ? "@@" : "@") + $0.spelled } ?? "without a version"
      }
      return "the library has it \(versions.joined(separator: " and "))"
    }
    let candidate =
      otherWidth(of: name, in: builds) ?? otherConstness(of: name, in: builds)
      ?? nearestSpelling(of: name, in: builds)
    return candidate.map { number in
      let other = matrix.name(number)
      let demangled = Demangler.demangle(other.bytes).map { " (\($0))" } ?? ""
      return "the library has \(other.spelled)\(demangled)"
    }
  }

  private func isThere(_ number: Int, _ builds: BuildSet) -> Bool {
    matrix.presence[number].meets(builds)
  }

  // MARK: C++ names

  /// The same declaration with other integer types: `_Znwj` for `_Znwm`.
  private mutating func otherWidth(of name: ByteName, in builds: BuildSet) -> Int? {
    guard let parsed = try? parser.parse(name.bytes) else { return nil }
    let key = parsed.structuralKey(ignoringValues: true)
    if byStructure == nil { byStructure = structures() }
    return byStructure?[key]?.first { isThere($0, builds) }
  }

  private mutating func structures() -> [StructuralKey: [Int]] {
    var result: [StructuralKey: [Int]] = [:]
    for number in 0..<matrix.nameCount where matrix.withSpelledName(number, WeakCxx.isCxx) {
      guard let parsed = matrix.withSpelledName(number, { try? parser.parse($0) }) else { continue }
      result[parsed.structuralKey(ignoringValues: true), default: []].append(number)
    }
    return result
  }

  /// A member function with `const` more or less (Itanium C++ ABI 5.1.3, `N [<CV-qualifiers>]`).
  private func otherConstness(of name: ByteName, in builds: BuildSet) -> Int? {
    let bytes = name.bytes
    let other: [UInt8]
    if bytes.starts(with: "_ZNK".utf8) {
      other = Array("_ZN".utf8) + bytes.dropFirst(4)
    } else if bytes.starts(with: "_ZN".utf8) {
      other = Array("_ZNK".utf8) + bytes.dropFirst(3)
    } else {
      return nil
    }
    let number = other.withUnsafeBytes(matrix.number(ofSpelled:))
    return number.flatMap { isThere($0, builds) ? $0 : nil }
  }

  // MARK: Spelling

  /// The name with the fewest changes, when it is one that somebody could have mistyped or
  /// renamed: other parameters of the same C++ function, or a few other letters.
  private mutating func nearestSpelling(of name: ByteName, in builds: BuildSet) -> Int? {
    let bytes = name.bytes
    let limit = bytes.starts(with: "_Z".utf8) ? max(2, bytes.count / 4) : max(1, bytes.count / 6)
    guard comparisons < Self.comparisonLimit else { return nil }
    comparisons += matrix.nameCount
    var best: (distance: Int, number: Int)?
    for number in 0..<matrix.nameCount where isThere(number, builds) {
      let distance = matrix.withSpelledName(number) { other -> Int? in
        guard abs(other.count - bytes.count) <= limit, sharesBeginning(bytes, other) else {
          return nil
        }
        return EditDistance.between(bytes, Array(other))
      }
      guard let distance, distance <= limit, distance < best?.distance ?? .max else { continue }
      best = (distance, number)
    }
    return best?.number
  }

  private func sharesBeginning(_ name: [UInt8], _ other: UnsafeRawBufferPointer) -> Bool {
    let count = name.starts(with: "_Z".utf8) ? min(8, name.count * 2 / 3) : 1
    return other.count >= count && name[..<count].elementsEqual(other[..<count])
  }
}

extension ByteName {
  /// The name as the ABI text spells it.
  var spelledBytes: [UInt8] { Array(spelled.utf8) }
}
