internal import Mangling
internal import Support

/// What a finding holds as lists, in words: how many there are, and examples.
extension Finding {
  /// How many of a list are shown to people who did not ask for all.
  package static let exampleCount = 3

  /// The files in whose processes it was met, unless they are those that it is about.
  package var metIn: [String] {
    // Builds of kernels and architectures, and the two sides of a comparison, are columns.
    guard builds.allSatisfy(\.isPlainFile) else { return [] }
    let paths = builds.map(\.path)
    let known = Set(neededBy.isEmpty ? [object ?? place?.path].compactMap { $0 } : neededBy)
    return known.isSuperset(of: paths) ? [] : paths
  }

  /// `12 symbols not found without it: a, b, c, …`, `needed by 33 files: …`, `met in 294 files: …`;
  /// each only where it says more than the place.
  ///
  /// - Parameter limit: how many of each list are shown; nil for all.
  package func lists(limit: Int?) -> [String] {
    var lists: [String] = []
    if !symbols.isEmpty {
      let names = symbols.prefix(limit ?? symbols.count).map {
        Demangler.demangle($0.bytes) ?? $0.spelled
      }
      let words = symbols.count == 1 ? "1 symbol" : "\(Report.grouped(symbols.count)) symbols"
      let what = needed == nil ? words : words + " not found without it"
      lists.append("\(what): \(Self.cut(names, of: symbols.count))")
    }
    if neededBy.count > 1 || neededBy.first != place?.path {
      lists += Self.files(neededBy, "needed by", limit)
    }
    lists += Self.files(metIn, "met in", limit)
    // The place is that of the source then.
    if source != nil, let object { lists.append("in \(object)") }
    return lists
  }

  /// The message with ``lists(limit:)`` behind it, in one line.
  package var sentence: String {
    let lists = lists(limit: Self.exampleCount)
    return lists.isEmpty ? message : "\(message) (\(lists.joined(separator: "; ")))"
  }

  private static func files(_ paths: [String], _ words: String, _ limit: Int?) -> [String] {
    guard paths.count > 1 else { return paths.map { "\(words) \($0)" } }
    let shown = Array(paths.prefix(limit ?? paths.count))
    return ["\(words) \(Report.grouped(paths.count)) files: \(cut(shown, of: paths.count))"]
  }

  private static func cut(_ shown: [String], of count: Int) -> String {
    shown.joined(separator: ", ") + (shown.count < count ? ", …" : "")
  }
}
