public import AbiModel
internal import ElfKit
public import Support
public import SystemPackage

/// Renews an ABI file that people edit: comments, sections and accepted lines stay where they are,
/// facts are brought up to date, what no library has any more goes, and what is new comes in order
/// into the largest section.
///
/// Lines for kernels and architectures of which there is no library stay, and a plain symbol file
/// (``GenodeFormat``) stays one. Where nothing has changed, no byte does.
public struct AbiUpdate {
  /// A line each of what changed: `+`, `-` or `~` and the symbol's line; `?` and what is left to
  /// the user.
  public private(set) var changes: [String] = []

  private let path: FilePath
  private let bytes: [UInt8]
  private let old: Abi
  /// Whether lines are `NAME KIND [SIZE]`.
  private let isPlain: Bool
  private var sources: [Source] = []

  /// Reads the file that is to be renewed.
  ///
  /// - Parameter isPlain: whether new lines are `NAME KIND [SIZE]`, whatever the file has.
  /// - Throws: `InputError` when it cannot be read or parsed.
  public init(of path: FilePath, isPlain: Bool = false) throws(InputError) {
    self.path = path
    let input = try InputBytes(path: path)
    (bytes, old) = try input.withBytes { raw throws(InputError) in
      ([UInt8](raw), try AbiParser.parse(raw, path: path.string))
    }
    self.isPlain = isPlain || old.isPlain
  }

  /// Adds the names of the file to those that extraction keeps although a rule drops them: somebody
  /// has accepted them.
  public func addNames(to options: inout Extraction.Options) {
    old.addNames(to: &options.neededNames)
  }

  /// Adds a library, or a text that stands for one, extracted with the names of the file.
  public mutating func add(_ abi: Abi, path: FilePath) {
    var abi = abi
    if isOfOneKernel(abi) { abi.soname = old.soname }
    sources.append(Source(abi, path: path))
  }

  /// Whether a library has a kernel's own name for what the file is of.
  private func isOfOneKernel(_ abi: Abi) -> Bool {
    guard let own = abi.soname, let common = old.soname else { return false }
    return KernelName.isKernelSpecific(own, of: common)
  }

  /// - Throws: `InputError` when the file says by its SONAME that it is of another library.
  public func requireSoname(of abi: Abi, path library: FilePath) throws(InputError) {
    guard let soname = old.soname, soname != abi.soname, !isOfOneKernel(abi) else { return }
    let other = abi.soname.map { "its SONAME is \($0.spelled)" } ?? "it has no SONAME"
    throw InputError(
      .usage, path: library.string,
      """
      \(other), and \(path) is the ABI of \(soname.spelled); if this is its library, change the \
      #%soname line first
      """)
  }

  /// A library, or a text that stands for one.
  private struct Source {
    let abi: Abi
    let path: FilePath
    let index: SymbolIndex
    let printer: AbiPrinter
    /// By symbol, whether the file has a line for it.
    var isListed: [Bool]

    init(_ abi: Abi, path: FilePath) {
      self.abi = abi
      self.path = path
      index = SymbolIndex(abi)
      printer = AbiPrinter(abi)
      isListed = [Bool](repeating: false, count: abi.symbols.count)
    }

    var wordSize: Int { abi.architecture?.elfClass.addressSize ?? 8 }

    func meets(_ condition: Abi.Condition) -> Bool {
      guard let architecture = abi.architecture else { return condition.archs.isEmpty }
      return condition.archs.isEmpty || condition.archs.contains(architecture.name)
    }

    /// The symbol that a line of the file stands for.
    func match(_ symbol: Symbol, of old: Abi) -> Int? {
      let spelled = old.withSpelledName(of: symbol) { name in
        symbol.hasAlternatives ? Spelling.resolve([UInt8](name), wordSize: wordSize) : [UInt8](name)
      }
      return spelled.withUnsafeBytes { index.symbols(spelled: $0) }.first { place in
        abi.version(of: abi.symbols[place]) == old.version(of: symbol)
          && abi.symbols[place].isHidden == symbol.isHidden
      }
    }
  }

  private enum Piece {
    case old(Range<Int>, isSymbol: Bool)
    case new([UInt8])

    var isSymbol: Bool {
      switch self {
      case .old(_, let isSymbol): isSymbol
      case .new: true
      }
    }
  }

  // MARK: The text

  /// The text, brought up to date.
  public mutating func text() -> [UInt8] {
    var pieces: [Piece] = []
    var oldDirectives: [AbiLine] = []
    var directivePlace: Int?
    let symbols = symbolsByLine()
    let foreign = foreignSymbols()
    for (number, range) in lines().enumerated() {
      let symbol = Int(symbols[number])
      if symbol >= 0 {
        if foreign.contains(symbol) {
          pieces.append(.old(range, isSymbol: true))
        } else if let piece = renewed(old.symbols[symbol], range) {
          pieces.append(piece)
        }
      } else if bytes[range].starts(with: "#%".utf8), hasNewDirectives(AbiLine(Array(bytes[range])))
      {
        oldDirectives.append(AbiLine(Array(bytes[range])))
        directivePlace = directivePlace ?? pieces.count
      } else {
        pieces.append(.old(range, isSymbol: false))
      }
    }
    insert(newLines(), into: &pieces, &directivePlace)
    if let directivePlace {
      var directives = self.directives(oldDirectives)
      if Set(directives) == Set(oldDirectives) { directives = oldDirectives }
      pieces.insert(contentsOf: directives.map { .new($0.bytes) }, at: directivePlace)
    }
    return joined(pieces)
  }

  /// The text with further lines, in order in its largest section. Those that it has stay as they
  /// are.
  package mutating func text(adding lines: [AbiLine]) -> [UInt8] {
    let known = Set(old.symbols.flatMap { old.heads(of: $0) })
    let added = lines.filter { !known.contains(Head(of: $0)) }
    changes += added.map { "+ " + $0.text }
    let symbols = symbolsByLine()
    var pieces = self.lines().enumerated().map { number, range in
      Piece.old(range, isSymbol: symbols[number] >= 0)
    }
    var directivePlace: Int?
    insert(added.map(\.bytes), into: &pieces, &directivePlace)
    return joined(pieces)
  }

  /// Without the newlines; what is behind the last one is no line.
  private func lines() -> [Range<Int>] {
    var result: [Range<Int>] = []
    var start = 0
    for (place, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      result.append(start..<place)
      start = place + 1
    }
    if start < bytes.count { result.append(start..<bytes.count) }
    return result
  }

  /// By line, counted from 0, the symbol that stands in it, or -1.
  private func symbolsByLine() -> [Int32] {
    var result = [Int32](repeating: -1, count: bytes.count { $0 == UInt8(ascii: "\n") } + 1)
    for (place, symbol) in old.symbols.enumerated() {
      result[Int(symbol.sourceLine) - 1] = Int32(place)
    }
    return result
  }

  private func joined(_ pieces: [Piece]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    for piece in pieces {
      switch piece {
      case .old(let range, _): text += bytes[range]
      case .new(let line): text += line
      }
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }

  // MARK: Lines that are there

  /// The symbols of a file for all architectures that are the names of one of which there is no
  /// library.
  private func foreignSymbols() -> Set<Int> {
    guard isPlain || old.isUnion, Set(sources.map(\.wordSize)).count == 1 else { return [] }
    let missing = old.symbols.indices.filter { place in
      !sources.contains { $0.match(old.symbols[place], of: old) != nil }
    }
    let names = missing.map { ByteName(old.nameBytes(of: old.symbols[$0])) }
    var found: Set<Int> = []
    for source in sources {
      var others = OtherArchNames(of: source.abi, for: source.abi.architecture)
      found.formUnion(others.find(among: names))
    }
    return Set(found.map { missing[$0] })
  }

  /// What becomes of a line; nil when it goes.
  private mutating func renewed(_ symbol: Symbol, _ range: Range<Int>) -> Piece? {
    let condition = old.condition(of: symbol)
    var applies = false
    var found = false
    var others: [[UInt8]] = []
    for number in sources.indices where sources[number].meets(condition) {
      applies = true
      guard let place = sources[number].match(symbol, of: old) else { continue }
      found = true
      sources[number].isListed[place] = true
      if !isSame(symbol, range, number, place) { others.append(line(of: place, in: number)) }
    }
    let keeps = Piece.old(range, isSymbol: true)
    // That a library lacks it tells nothing of one kernel, or of undefined symbols that were not
    // asked for.
    guard condition.kernels.isEmpty, applies else { return keeps }
    let text = String(decoding: bytes[range], as: UTF8.self)
    guard found else {
      if symbol.storage == .undefined { return keeps }
      changes.append("- " + text)
      return nil
    }
    guard let new = others.first else { return keeps }
    let words = String(decoding: new, as: UTF8.self)
    // A line for several architectures says more than the libraries that are here.
    guard others.allSatisfy({ $0 == new }), others.count == sources.count, condition.isEmpty,
      !symbol.hasAlternatives, symbol.size32 == nil, !new.isEmpty
    else {
      changes.append("? \(text): the library has \(words)")
      return keeps
    }
    changes.append("~ \(text) -> \(words)")
    return .new(new)
  }

  /// Whether a line says of a symbol what the library does, in the form of the file.
  private func isSame(_ symbol: Symbol, _ range: Range<Int>, _ number: Int, _ place: Int) -> Bool {
    let other = sources[number].abi.symbols[place]
    let size = sources[number].wordSize == 4 ? symbol.size32 ?? symbol.size : symbol.size
    if isPlain {
      // Plain files have weak data without a size, or as other data with it.
      return symbol.isData == other.isData
        && (symbol.storage == .undefined) == (other.storage == .undefined)
        && (!other.isData || size == other.size || size == 0 && other.binding == .weak)
    }
    guard symbol.hasAlternatives || symbol.size32 != nil || symbol.conditionIndex != nil else {
      return bytes[range].elementsEqual(line(of: place, in: number))
    }
    return symbol.hasSameFacts(as: other, size: size)
  }

  /// A line as it is written in the form of the file; empty when the form cannot say it.
  private func line(of place: Int, in number: Int) -> [UInt8] {
    let abi = sources[number].abi
    var line: [UInt8] = []
    if isPlain {
      line = GenodeFormat.line(of: abi.symbols[place], in: abi)
    } else {
      sources[number].printer.appendLine(of: abi.symbols[place], index: place, to: &line)
    }
    if line.last == UInt8(ascii: "\n") { line.removeLast() }
    return line
  }

  // MARK: What is new

  /// Lines for what the file does not list, sorted.
  private mutating func newLines() -> [[UInt8]] {
    var lines: [Head: [(source: Int, line: [UInt8])]] = [:]
    for number in sources.indices {
      for (place, isListed) in sources[number].isListed.enumerated() where !isListed {
        let symbol = sources[number].abi.symbols[place]
        let head = sources[number].abi.spelledHead(of: symbol)
        lines[head, default: []].append((number, line(of: place, in: number)))
      }
    }
    var result: [[UInt8]] = []
    var remarks: [String] = []
    for (head, found) in lines {
      let words = String(decoding: head.bytes, as: UTF8.self)
      let isEverywhere = found.count == sources.count
      if found[0].line.isEmpty {
        remarks.append("? \(words): plain symbol files cannot say it")
      } else if found.allSatisfy({ $0.line == found[0].line }), isPlain || isEverywhere {
        result.append(found[0].line)
      } else {
        let names = found.map { sources[$0.source].path.string }.joined(separator: ", ")
        remarks.append("? \(words): \(isEverywhere ? "not the same" : "only") in \(names)")
      }
    }
    result.sort { $0.lexicographicallyPrecedes($1) }
    changes += remarks.sorted() + result.map { "+ " + String(decoding: $0, as: UTF8.self) }
    return result
  }

  /// Directives of the library, in place of those that the file has of these kinds.
  private func directives(_ oldLines: [AbiLine]) -> [AbiLine] {
    var result = sources.first?.printer.directives() ?? []
    for source in sources.dropFirst() {
      result += source.printer.directives().filter { !result.contains($0) }
    }
    // A text for several architectures names none.
    let namesArchitecture =
      old.architecture != nil
      && sources.allSatisfy { $0.abi.architecture == sources[0].abi.architecture }
    return result.filter { namesArchitecture || !$0.bytes.starts(with: "#%arch ".utf8) }
  }

  private func hasNewDirectives(_ line: AbiLine) -> Bool {
    ["#%abi", "#%arch", "#%needed", "#%soname", "#%version", "#%version-order"].contains {
      line.bytes.split(separator: UInt8(ascii: " ")).first?.elementsEqual($0.utf8) == true
    }
  }

  private func insert(
    _ lines: [[UInt8]], into pieces: inout [Piece], _ directivePlace: inout Int?
  ) {
    guard !lines.isEmpty else { return }
    var largest = pieces.count..<pieces.count
    var start: Int?
    for index in 0...pieces.count {
      if index < pieces.count, pieces[index].isSymbol {
        start = start ?? index
      } else if let first = start {
        if index - first > largest.count { largest = first..<index }
        start = nil
      }
    }
    var merged: [Piece] = []
    var rest = lines[...]
    for piece in pieces[largest] {
      while let next = rest.first, precedes(next, piece) {
        merged.append(.new(next))
        rest = rest.dropFirst()
      }
      merged.append(piece)
    }
    merged += rest.map { .new($0) }
    let growth = merged.count - largest.count
    pieces.replaceSubrange(largest, with: merged)
    if let place = directivePlace, place > largest.lowerBound { directivePlace = place + growth }
  }

  private func precedes(_ line: [UInt8], _ piece: Piece) -> Bool {
    switch piece {
    case .old(let range, _): line.lexicographicallyPrecedes(bytes[range])
    case .new(let other): line.lexicographicallyPrecedes(other)
    }
  }
}

extension Symbol {
  /// Whether a line says the same of a symbol, apart from its name, its aliases and where it holds.
  fileprivate func hasSameFacts(as other: Symbol, size: UInt64) -> Bool {
    binding == other.binding && type == other.type && storage == other.storage
      && isProtected == other.isProtected && otherBits == other.otherBits && size == other.size
      && (!isData || alignmentShift == nil || alignmentShift == other.alignmentShift)
  }
}
