internal import AbiModel
internal import ElfKit
internal import Findings
internal import Mangling
internal import Support

// Symbols: what each reference is bound to.
extension ProcessCheck {
  mutating func checkReferences(of index: Int) {
    let object = process.loaded[index].object
    if object.origin == .abi {
      checkWanted(by: index)
      return
    }
    var left: [ByteName] = []
    for reference in object.references {
      guard let match = scope.lookUp(reference, of: object) else {
        if !reference.isWeak { reportUnbound(reference, of: index, &left) }
        continue
      }
      if index == 0 { used.insert(match.object) }
      check(reference, of: index, boundTo: match)
    }
    if !left.isEmpty { reportLeft(left, of: index) }
  }

  // MARK: Bound

  private mutating func check(
    _ reference: LinkObject.Reference, of index: Int, boundTo match: LookupScope.Match
  ) {
    let provider = process.loaded[match.object]
    let definition = match.definition
    if let clash = Self.clash(reference.type, definition.type) {
      reportSymbol(
        .typeClash, reference, of: index,
        "\(clash.wanted), and \(name(of: match.object)) has \(clash.given) of that name")
    }
    if let size = reference.copySize { checkCopy(size, reference, of: index, match) }
    guard provider.step == .given else {
      if index == 0, options.listsBindings { reportBinding(reference, match) }
      return
    }
    if options.isKernelAgnostic { checkKernel(reference, of: index, match) }
    checkUnion(reference, of: index, match)
    checkFoundTwice(reference, of: index, match)
    if index == 0, options.listsBindings { reportBinding(reference, match) }
  }

  private static func clash(_ wanted: SymbolType, _ given: SymbolType) -> (
    wanted: String, given: String
  )? {
    func kind(_ type: SymbolType) -> String? {
      switch type {
      case .function, .indirectFunction: "a function"
      case .object, .common: "data"
      case .tls: "thread-local data"
      default: nil
      }
    }
    guard let wanted = kind(wanted), let given = kind(given), wanted != given else { return nil }
    return ("wants \(wanted)", given)
  }

  private mutating func checkCopy(
    _ size: UInt64, _ reference: LinkObject.Reference, of index: Int, _ match: LookupScope.Match
  ) {
    let definition = match.definition
    let provider = name(of: match.object)
    if definition.isProtected {
      reportSymbol(
        .copyProtected, reference, of: index,
        "holds a copy, and it is protected in \(provider)")
    }
    // Plain symbol files do not tell the size of weak data.
    guard definition.size > 0, definition.size != size else { return }
    reportSymbol(
      size < definition.size ? .copyCut : .copyLarger, reference, of: index,
      "holds a copy of \(size) bytes, and the object has \(definition.size) bytes in \(provider)")
  }

  private mutating func checkKernel(
    _ reference: LinkObject.Reference, of index: Int, _ match: LookupScope.Match
  ) {
    guard match.definition.source >= 0, let abi = process.loaded[match.object].object.abi else {
      return
    }
    let symbol = abi.symbols[Int(match.definition.source)]
    let kernels = abi.condition(of: symbol).kernels
    guard !kernels.isEmpty else { return }
    reportSymbol(
      .kernelSymbol, reference, of: index,
      "uses it, and it exists on \(kernels.joined(separator: ", ")) only (\(place(match)))")
  }

  /// What a union lists, each of its builds has that is given with it.
  private mutating func checkUnion(
    _ reference: LinkObject.Reference, of index: Int, _ match: LookupScope.Match
  ) {
    guard process.loaded[match.object].object.abi?.isUnion == true,
      let header = process.loaded[0].object.header
    else { return }
    let object = process.loaded[index].object
    let version = object.version(at: reference.version)
    let builds = loader.builds(of: process.loaded[match.object].object)
    if builds.isEmpty { openInUnion[match.object, default: []].insert(object.name(of: reference)) }
    for build in builds {
      let isThere = object.withName(reference.nameOffset, reference.nameLength) {
        build.object(for: header)?.definition(of: $0, hash: reference.hash, version: version) != nil
      }
      if !isThere {
        reportNeededSymbol(
          .undefinedSymbol, object: build.path, reference, of: index,
          "\(build.path) does not define it, which is a build of \(name(of: match.object))")
      }
    }
  }

  /// Unions do not tell what one build has.
  mutating func reportUnions() {
    for (index, symbols) in openInUnion.sorted(by: { $0.key < $1.key }) {
      let text = name(of: index)
      report(
        .notKnown, symbols: symbols.sorted(), of: index,
        "\(text) lists what any of its builds has; whether each has what is needed is not known",
        cure: "give its builds with --library, too")
    }
  }

  private mutating func checkFoundTwice(
    _ reference: LinkObject.Reference, of index: Int, _ match: LookupScope.Match
  ) {
    let object = process.loaded[index].object
    let version = object.version(at: reference.version)
    for other in process.loaded.indices where other > match.object {
      guard process.loaded[other].step == .given else { continue }
      let isThere = object.withName(reference.nameOffset, reference.nameLength) {
        scope.objects[other].definition(of: $0, hash: reference.hash, version: version) != nil
      }
      guard isThere else { continue }
      let (first, second) = (name(of: match.object), name(of: other))
      reportNeededSymbol(
        .foundTwice, object: second, reference, of: index,
        "is bound to \(first), which is needed before \(second); both have the symbol")
      return
    }
  }

  private mutating func reportBinding(
    _ reference: LinkObject.Reference, _ match: LookupScope.Match
  ) {
    let provider = process.loaded[match.object].object
    let version = provider.version(at: match.definition.version)
    var message = "\(provider.path) provides \(describe(reference, of: 0))"
    if let version {
      message +=
        " as \(match.definition.isHidden ? "@" : "@@")\(version.name.spelled)"
    }
    report(
      .provided, symbol: provider.name(of: match.definition),
      version: process.loaded[0].object.version(at: reference.version)?.name, of: 0, message)
  }

  // MARK: Not bound

  /// - Parameter left: takes what a library leaves to the program that loads it.
  private mutating func reportUnbound(
    _ reference: LinkObject.Reference, of index: Int, _ left: inout [ByteName]
  ) {
    let object = process.loaded[index].object
    let version = object.version(at: reference.version)
    if let version, isNodeMissing(version) { return }
    let name = object.name(of: reference)
    if process.missing.contains(where: { $0.mayProvide(reference, of: object) }) {
      unbound[version?.file, default: []].insert(name)
      return
    }
    let path = process.loaded[index].path ?? object.path
    guard loader.cache.isRelocated(reference, of: object, at: path) else { return }
    if let other = objectWithOtherVersion(of: name, for: reference, of: index) {
      let versions = versionsWords(of: name, in: other)
      reportNeededSymbol(
        .versionMissing, reference, of: index, "\(self.name(of: other)) has it \(versions)")
      return
    }
    let elsewhere = providerElsewhere(of: name, version)
    if let elsewhere, let abi = promise(of: elsewhere) {
      reportNeededSymbol(
        .undefinedSymbol, reference, of: index,
        "\(abi.path) does not promise it, although \(elsewhere.path) has it",
        cure: WeakCxx.isCxx(name) ? "--suggest prints the line to add to the ABI" : nil)
      return
    }
    if let provider = elsewhere {
      reportSymbol(
        .notLinked, severity: isProgram ? nil : .warning, reference, of: index,
        "wants it of \(provider.path), which nothing that is loaded needs",
        cure: "link with \(provider.commonName), or with its stub")
      return
    }
    guard isProgram || !isWithoutProgram else {
      left.append(name)
      return
    }
    let file = version?.file.flatMap { file in
      process.loaded.firstIndex { $0.isNamed(file) }.map { self.name(of: $0) }
    }
    reportNeededSymbol(
      .undefinedSymbol, reference, of: index,
      file.map { "\($0) does not define it" } ?? "nothing that is loaded defines it",
      cure: relativeCure(of: name))
  }

  /// One finding for all symbols: a plug-in may have hundreds.
  private mutating func reportLeft(_ names: [ByteName], of index: Int) {
    report(
      .leftToProgram, symbols: Set(names).sorted(), of: index,
      "leaves symbols to the program that loads it")
  }

  private func objectWithOtherVersion(
    of name: ByteName, for reference: LinkObject.Reference, of index: Int
  ) -> Int? {
    process.loaded.indices.first { other in
      // The copy that a program has is no object that could be copied.
      if reference.copySize != nil, other == index { return false }
      return !process.loaded[other].object.definitions(of: name).isEmpty
    }
  }

  private func versionsWords(of name: ByteName, in index: Int) -> String {
    let object = process.loaded[index].object
    let names = object.definitions(of: name).compactMap { object.version(at: $0.version)?.name }
    return names.isEmpty
      ? "without a version"
      : "as \(Set(names).sorted().map(\.spelled).joined(separator: ", ")) only"
  }

  private func providerElsewhere(of name: ByteName, _ version: LinkObject.Version?) -> Provider? {
    guard let header = process.loaded[0].object.header else { return nil }
    return loader.providers.first { provider in
      guard let object = provider.object(for: header),
        !scope.objects.contains(where: { $0 === object })
      else { return false }
      return name.bytes.withUnsafeBytes {
        object.definition(of: $0, hash: NameTable.hash($0), version: version) != nil
      }
    }
  }

  /// The ABI that a given library is an implementation of.
  private func promise(of library: Provider) -> Provider? {
    guard !library.isAbi else { return nil }
    return loader.providers.first { abi in
      abi.isAbi && (library.soname.map { abi.match($0) == .exact } ?? false)
    }
  }

  /// Names the promised symbol that is the most like one that is not.
  private mutating func relativeCure(of name: ByteName) -> String? {
    for (index, loaded) in process.loaded.enumerated() where loaded.step == .given {
      guard let relative = relatives.find(like: name, in: loaded.object) else { continue }
      return "\(self.name(of: index)) has \(relative.words()); is that one meant?"
    }
    return nil
  }

  // MARK: What an ABI wants of the program

  private mutating func checkWanted(by index: Int) {
    guard isProgram, process.missing.isEmpty else { return }
    let object = process.loaded[index].object
    guard process.loaded[index].needed.allSatisfy({ $0 != nil }) else { return }
    for reference in object.references where !reference.isWeak {
      guard scope.lookUp(reference, of: object) == nil else { continue }
      let line = object.abi.map { Int($0.symbols[Int(reference.index)].sourceLine) } ?? 0
      let name = object.name(of: reference)
      report(
        .mustDefine, symbol: name, of: 0,
        "does not define \(name.words()), which \(object.path)\(line > 0 ? ":\(line)" : "") wants of the program"
      )
    }
  }

  // MARK: Words

  /// Reports what is wrong with the way in which an object refers to a symbol.
  private mutating func reportSymbol(
    _ code: FindingCode, severity: Severity? = nil, _ reference: LinkObject.Reference,
    of index: Int, _ message: String, cure: String? = nil
  ) {
    let object = process.loaded[index].object
    report(
      code, severity: severity, symbol: object.name(of: reference),
      version: object.version(at: reference.version)?.name, of: index,
      "\(describe(reference, of: index)): \(message)", cure: cure)
  }

  /// Reports a symbol that is not there, or there twice, for an object that refers to it.
  private mutating func reportNeededSymbol(
    _ code: FindingCode, object: String? = nil, _ reference: LinkObject.Reference, of index: Int,
    _ message: String, cure: String? = nil
  ) {
    let wanting = process.loaded[index].object
    let version = wanting.version(at: reference.version)
    reportNeed(
      code, object: object, symbol: wanting.name(of: reference), version: version?.name,
      needed: version?.file, of: index, "\(describe(reference, of: index)): \(message)", cure: cure)
  }

  /// The place of a definition in an ABI text.
  private func place(_ match: LookupScope.Match) -> String {
    let object = process.loaded[match.object].object
    guard match.definition.source >= 0, let abi = object.abi else { return object.path }
    let line = abi.symbols[Int(match.definition.source)].sourceLine
    return line == 0 ? object.path : "\(object.path):\(line)"
  }

  func describe(_ reference: LinkObject.Reference, of index: Int) -> String {
    let object = process.loaded[index].object
    let version = object.version(at: reference.version).map { "@" + $0.name.spelled } ?? ""
    return object.name(of: reference).words(version: version)
  }
}
