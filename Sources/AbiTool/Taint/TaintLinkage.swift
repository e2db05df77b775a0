internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// Finds what a file asks of one kernel when it is linked and started: symbols, libraries, the
/// interpreter, and the marks that an operating system leaves.
enum TaintLinkage {
  static func findings(in file: borrowing ElfFile, _ build: Build, _ options: TaintOptions)
    throws(ElfError) -> [Finding]
  {
    var findings: [Finding] = []
    switch options.kernelNames(for: file.header) {
    case .success(let names): findings += try symbols(file, build, names)
    case .failure(let error): findings.append(Taint.notKnown("symbols", error.description, build))
    }
    findings += try libraries(file, build, options)
    if let interpreter = try interpreter(of: file), !options.isFrameworkInterpreter(interpreter) {
      let name = ByteName(interpreter)
      findings.append(
        finding(.foreignInterpreter, name, "PT_INTERP \(name.spelled)", build))
    }
    let notes = file.readNotes()
    findings += notes.unreadable.map {
      Taint.notKnown("notes", "\($0.place): \($0.reason)", build)
    }
    for note in notes.notes {
      if let system = OperatingSystem.name(of: note, file.header.byteOrder) {
        findings.append(
          finding(.osNote, ByteName(note.owner), "\(system.note): \(system.name)", build))
      }
    }
    if let name = OperatingSystem.name(ofIdentification: file.header.osABI) {
      findings.append(finding(.osNote, ByteName(name), "EI_OSABI: \(name)", build))
    }
    return findings
  }

  private static func finding(_ code: FindingCode, _ name: ByteName, _ fact: String, _ build: Build)
    -> Finding
  {
    Finding(
      code, symbol: name, builds: [build], remark: fact, place: .init(path: build.path),
      message: fact)
  }

  /// Separate debug files keep the program header, whose contents are in the program.
  private static func interpreter(of file: borrowing ElfFile) throws(ElfError) -> [UInt8]? {
    if file.section(named: ".interp")?.kind == .nobits { return nil }
    return try file.interpreter()
  }

  // MARK: Symbols

  private static func symbols(
    _ file: borrowing ElfFile, _ build: Build, _ names: KernelNames
  ) throws(ElfError) -> [Finding] {
    guard !names.isEmpty else { return [] }
    var findings: [Finding] = []
    func collect(_ table: SymbolTable) throws(ElfError) {
      for index in 1..<max(1, table.count) {
        let symbol = try table.symbol(at: index)
        guard !symbol.isDefined, let kernels = names.kernels(of: table.name(of: symbol)) else {
          continue
        }
        let name = ByteName(Array(table.name(of: symbol)))
        let fact = "promised on \(TaintResult.list(kernels)) only"
        findings.append(
          Finding(
            .kernelSymbol, symbol: name, builds: [build], remark: fact,
            place: .init(path: build.path), message: "\(name.demangledOrSpelled) is \(fact)"))
      }
    }
    if file.header.type == .relocatable {
      _ = try file.withSymbols(collect)
    } else {
      try ifDynamic { () throws(ElfError) in try file.withDynamicSymbols(collect) }
    }
    return findings
  }

  private static func libraries(
    _ file: borrowing ElfFile, _ build: Build, _ options: TaintOptions
  ) throws(ElfError) -> [Finding] {
    var findings: [Finding] = []
    try ifDynamic { () throws(ElfError) in
      for name in try file.dynamicSection().needed where options.isKernelLibrary(name) {
        let name = ByteName(name)
        findings.append(finding(.kernelLibrary, name, "NEEDED \(name.spelled)", build))
      }
    }
    return findings
  }

  /// Static programs and objects have no dynamic symbol table, and need nothing.
  private static func ifDynamic(_ body: () throws(ElfError) -> Void) throws(ElfError) {
    do throws(ElfError) {
      try body()
    } catch  where error.code == .absent {
      return
    }
  }
}

/// The names that ABIs promise for some kernels only.
struct KernelNames {
  private var names = NameSet()
  private var everywhere = NameSet()
  private var kernels: [[String]] = []

  /// - Parameter abis: selections that keep the lines of all kernels.
  init(_ abis: [Abi]) {
    for abi in abis {
      for symbol in abi.symbols where symbol.storage != .undefined {
        let condition = abi.condition(of: symbol)
        guard !condition.kernels.isEmpty else {
          abi.withName(of: symbol) { _ = everywhere.insert($0) }
          continue
        }
        let index = abi.withName(of: symbol) { names.insert($0) }
        if index == kernels.count { kernels.append([]) }
        kernels[index] = Set(kernels[index] + condition.kernels).sorted()
      }
    }
  }

  var isEmpty: Bool { names.isEmpty }

  func kernels(of name: UnsafeRawBufferPointer) -> [String]? {
    // One version of a name may be promised everywhere, and another on some kernels.
    guard let index = names.index(of: name), !everywhere.contains(name) else { return nil }
    return kernels[index]
  }
}

extension TaintOptions {
  /// The names that belong to one kernel, as the ABIs spell them for the target of a file.
  func kernelNames(for header: ElfHeader) -> Result<KernelNames, InputError> {
    let selector = Abi.Selector(
      kernels: .all, architecture: Architecture(of: header),
      addressSize: header.elfClass.addressSize)
    do throws(InputError) {
      return .success(
        KernelNames(
          try abis.map { abi throws(InputError) in
            try abi.selection(selector, path: abi.soname?.spelled ?? "--abi")
          }))
    } catch {
      return .failure(error)
    }
  }
}

/// The marks of operating systems.
enum OperatingSystem {
  /// The system that a note names, with the name of the note.
  static func name(of note: Note, _ byteOrder: ElfHeader.ByteOrder) -> (
    note: String, name: String
  )? {
    func word(_ index: Int) -> UInt32 {
      guard note.descriptor.count >= index * 4 + 4 else { return 0 }
      let bytes = note.descriptor[(index * 4)..<(index * 4 + 4)]
      let ordered = byteOrder == .big ? Array(bytes) : bytes.reversed()
      return ordered.reduce(0) { $0 << 8 | UInt32($1) }
    }
    switch (String(decoding: note.owner, as: UTF8.self), note.type) {
    case ("GNU", 1):
      // glibc, abi-tags: the system and its oldest version.
      let systems = ["Linux", "Hurd", "Solaris", "FreeBSD", "NetBSD", "Syllable", "NaCl"]
      guard note.descriptor.count >= 16 else { return nil }
      let system = Int(word(0)) < systems.count ? systems[Int(word(0))] : "system \(word(0))"
      return ("NT_GNU_ABI_TAG", "\(system) \(word(1)).\(word(2)).\(word(3))")
    case ("FreeBSD", 1), ("NetBSD", 1), ("OpenBSD", 1), ("DragonFly", 1):
      return ("ABI tag", String(decoding: note.owner, as: UTF8.self))
    case ("Android", 1): return ("ABI tag", "Android API \(word(0))")
    default: return nil
    }
  }

  /// `EI_OSABI` (gABI ch. 4 "ELF Identification"). ELFOSABI_GNU tells of IFUNC and unique symbols, not
  /// of a system.
  static func name(ofIdentification osABI: UInt8) -> String? {
    switch osABI {
    case 1: "HP-UX"
    case 2: "NetBSD"
    case 6: "Solaris"
    case 7: "AIX"
    case 8: "IRIX"
    case 9: "FreeBSD"
    case 12: "OpenBSD"
    case 13: "OpenVMS"
    case 17: "CloudABI"
    default: nil
    }
  }
}
