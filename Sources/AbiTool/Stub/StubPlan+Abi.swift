public import AbiModel
internal import ElfKit
public import Support

// A plan of what a text promises.
extension StubPlan {
  /// Decides what the stub of an ABI consists of.
  ///
  /// - Parameters:
  ///   - abi: parsed or extracted; sorted.
  ///   - path: how messages name the ABI.
  ///   - architecture: nil for a stub that is good for all; the ABI must not depend on it then.
  ///   - kernel: nil when the ABI does not depend on it.
  ///   - soname: what to use when the ABI has no `#%soname`, or in its place.
  /// - Throws: `InputError` with the line that stands in the way.
  public init(
    _ abi: Abi, path: String, architecture: Architecture? = nil, kernel: String? = nil,
    soname: ByteName? = nil
  ) throws(InputError) {
    let selector = Abi.Selector(
      kernels: kernel.map { .named($0) } ?? .agnostic, architecture: architecture)
    let abi = try abi.selection(selector, path: path)
    self.init(path: path, architecture: architecture, object: Self.object(for: architecture))
    object.soname = (soname ?? abi.soname)?.bytes
    object.needed = abi.needed.map(\.bytes)
    names = abi.heads
    let order = try versionOrder(of: abi)
    object.versions = order.map { index in
      let node = abi.versions[index]
      return SharedObject.Version(name: node.name.bytes, parents: node.parents.map(\.bytes))
    }
    try enter(abi, order)
    if entries.contains(where: { $0.type == .indirectFunction || $0.binding == .unique }) {
      object.header.osABI = Self.gnuOsAbi
    }
    try checkNames()
    try layOut(try objects(of: abi))
  }

  /// `ELFOSABI_GNU`: `STT_GNU_IFUNC` or `STB_GNU_UNIQUE` is in use.
  private static let gnuOsAbi: UInt8 = 3

  private static func object(for architecture: Architecture?) -> SharedObject {
    // EM_NONE: only assembly is good for every machine.
    let header =
      architecture?.header
      ?? ElfHeader(
        elfClass: .elf64, byteOrder: .little, type: .shared, machine: Machine(rawValue: 0))
    var object = SharedObject(header: header, maxPageSize: architecture?.maxPageSize ?? 1)
    object.linkSections = architecture?.linkAttributes ?? []
    return object
  }

  // MARK: Versions

  /// The version nodes in the order in which they are numbered.
  private func versionOrder(of abi: Abi) throws(InputError) -> [Int] {
    guard abi.versions.count <= SharedObject.maximumVersionCount else {
      throw InputError(
        .limit, path: path,
        "\(abi.versions.count) versions; a library can have \(SharedObject.maximumVersionCount)")
    }
    switch VersionOrder.implied(by: abi.versions) {
    case .failure(let cycle):
      throw InputError(
        .unsupported, path: path,
        "#%version \(cycle.node.spelled) \(cycle.parent.spelled): the two inherit from each other; remove one of the parents"
      )
    case .success(let implied):
      guard !abi.versionOrder.isEmpty else { return implied }
      var indices: [ByteName: Int] = [:]
      for (index, node) in abi.versions.enumerated() { indices[node.name] = index }
      let stated = abi.versionOrder.compactMap { indices[$0] }
      // Nodes that came to the text later follow.
      let missing = Set(implied).subtracting(stated)
      return stated + implied.filter(missing.contains)
    }
  }

  // MARK: Entries

  /// One entry a symbol, in the order of the ABI.
  private mutating func enter(_ abi: Abi, _ versionOrder: [Int]) throws(InputError) {
    var numbers = [UInt16](repeating: 0, count: versionOrder.count)
    for (place, index) in versionOrder.enumerated() {
      numbers[index] = SharedObject.firstVersion + UInt16(place)
    }
    entries.reserveCapacity(abi.symbols.count)
    origins.reserveCapacity(abi.symbols.count)
    for symbol in abi.symbols {
      origins.append(Origin(line: symbol.sourceLine))
      var entry = entry(of: symbol, in: abi)
      entry.version = version(of: symbol, numbers)
      entries.append(entry)
      guard entry.nameLength > 0 else {
        throw error(at: entries.count - 1, "the name is empty on this architecture")
      }
      guard entry.place != .undefined || entry.version.number == VersionIndex.global.number else {
        throw error(
          at: entries.count - 1,
          "\(abi.head(of: symbol)) is undefined; a version of this library is for what it defines")
      }
    }
  }

  private mutating func entry(of symbol: Symbol, in abi: Abi) -> Entry {
    // Quoted names are kept apart, as they are in bytes.
    var nameOffset = symbol.headOffset
    var entry = abi.withSpelledName(of: symbol) { spelled in
      guard spelled.first == Spelling.quote else {
        return Entry(
          name: spelled, at: nameOffset, place: .undefined, binding: symbol.binding,
          type: symbol.type)
      }
      nameOffset = UInt32(names.count)
      names += Spelling.bytes(ofSpelled: spelled)
      return names[Int(nameOffset)...].withUnsafeBytes { name in
        Entry(
          name: name, at: nameOffset, place: .undefined, binding: symbol.binding,
          type: symbol.type)
      }
    }
    let visibility: SymbolVisibility = symbol.isProtected ? .protected : .default
    entry.other = symbol.otherBits | visibility.rawValue
    entry.size = symbol.size
    entry.place = Self.place(of: symbol)
    if symbol.isData {
      // What aligns an object is its size, unless the text says otherwise.
      entry.alignmentShift =
        symbol.alignmentShift ?? Symbol.naturalAlignmentShift(size: symbol.size)
    }
    return entry
  }

  private func version(of symbol: Symbol, _ numbers: [UInt16]) -> VersionIndex {
    let number = symbol.versionIndex.map { numbers[Int($0)] } ?? VersionIndex.global.number
    return VersionIndex(number: number, isHidden: symbol.isHidden)
  }

  private static func place(of symbol: Symbol) -> Entry.Place {
    switch symbol.storage {
    case .undefined: .undefined
    case .absolute: .absolute
    case .text: .section(.text)
    case .readOnly: .section(.readOnly)
    case .relro: .section(.relro)
    case .data: .section(symbol.isTls ? .threadData : .data)
    case .bss: .section(symbol.isTls ? .threadBss : .bss)
    }
  }

  // MARK: Objects

  /// Which names are of one object, by the aliases of the text.
  private mutating func objects(of abi: Abi) throws(InputError) -> [DataName] {
    var result: [DataName] = []
    /// The first name of each group, and whether a letter has told data with contents from data
    /// without: those of weak and unique data do not, but another name of the object may.
    var leaders: [UInt32: (index: Int, hasLetter: Bool)] = [:]
    for (index, symbol) in abi.symbols.enumerated() where symbol.isData {
      guard !symbol.isTls || symbol.storage == .data || symbol.storage == .bss else {
        throw error(
          at: index, "\(abi.head(of: symbol)): thread-local data is writable; use D or B")
      }
      let hasLetter = symbol.binding == .global
      guard symbol.aliasGroup != 0, let leader = leaders[symbol.aliasGroup] else {
        leaders[symbol.aliasGroup] = (index, hasLetter)
        result.append(DataName(entry: index, leader: index))
        continue
      }
      try join(index, to: leader.index, isCertain: leader.hasLetter && hasLetter)
      if hasLetter, !leader.hasLetter { entries[leader.index].place = entries[index].place }
      leaders[symbol.aliasGroup] = (leader.index, leader.hasLetter || hasLetter)
      result.append(DataName(entry: index, leader: leader.index))
    }
    return result
  }

  /// - Parameter isCertain: whether both names tell data with contents from data without.
  private mutating func join(_ index: Int, to leader: Int, isCertain: Bool) throws(InputError) {
    let (first, second) = (entries[leader], entries[index])
    func fail(_ difference: String) -> InputError {
      error(
        at: index,
        "\(head(of: second)) is the same object as \(head(of: first))\(place(of: leader)), but \(difference)"
      )
    }
    guard first.size == second.size else {
      throw fail("has \(second.size) bytes and not \(first.size)")
    }
    if first.place != second.place {
      let pair = [first.place, second.place]
      let isWritable = [[Section.data, .bss], [.threadData, .threadBss]].contains { kinds in
        pair.allSatisfy { place in kinds.contains { place == .section($0) } }
      }
      guard isWritable, !isCertain else { throw fail("is another kind of data") }
    }
    entries[leader].alignmentShift = max(first.alignmentShift, second.alignmentShift)
  }
}
