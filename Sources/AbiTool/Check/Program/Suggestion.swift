package import AbiModel
internal import ElfKit
internal import Findings
internal import Mangling
public import Support
public import SystemPackage

/// The lines to add to ABI texts for the weak C++ symbols that programs refer to and that extraction
/// dropped: explicit instantiations and inline functions that the library was to provide.
public struct Suggestion: Sendable {
  private let check: ProgramCheck
  /// The implementations of the ABIs, which tell kind and size.
  private let libraries: [FilePath]
  /// What programs want and do not find, by name.
  private var wanted: [ByteName: Wanted] = [:]

  private struct Wanted: Sendable {
    var type: SymbolType
    var copySize: UInt64?
  }

  /// Collects what `check` does not find; `libraries` tell kind and size.
  public init(_ check: ProgramCheck, implementations libraries: [FilePath]) {
    self.check = check
    self.libraries = libraries
  }

  /// Takes note of what the program at `path` needs.
  ///
  /// - Throws: `InputError` when it is no program or library.
  public mutating func add(_ path: FilePath) throws(InputError) {
    guard let program = try check.object(at: path) else { return }
    let process = try check.load(program, at: path.string)
    let scope = process.scope
    for reference in program.references where scope.lookUp(reference, of: program) == nil {
      let name = program.name(of: reference)
      // What a library that was not given may have is not the ABI's affair.
      guard WeakCxx.isCxx(name),
        !process.missing.contains(where: { $0.mayProvide(reference, of: program) })
      else { continue }
      wanted[name] = Wanted(type: reference.type, copySize: reference.copySize)
    }
  }

  /// What to add to one ABI text.
  public struct Addition: Sendable {
    /// The text; nil when it is not known which of several.
    public var path: FilePath?
    /// Sorted.
    package var lines: [AbiLine] = []
    /// What cannot be put into lines, a sentence each.
    public var remarks: [String] = []

    /// For people, and for a text: the lines under the name of the file.
    public var text: String {
      let place = path?.string ?? "which ABI is not known: name its library with --library"
      return (["# \(place)"] + lines.map(\.text) + remarks.map { "# \($0)" })
        .map { $0 + "\n" }.joined()
    }
  }

  /// What to add to each text, in the order in which they were given. Where nothing tells the size
  /// of data, a remark.
  ///
  /// - Throws: `InputError` when an implementation cannot be read.
  public func additions() throws(InputError) -> [Addition] {
    let abis = check.loader.providers.filter(\.isAbi)
    var additions = (abis.map { FilePath($0.path) } + [nil]).map { Addition(path: $0) }
    var rest = Set(wanted.keys)
    for library in libraries {
      let lines = try lines(of: library, &rest)
      guard !lines.isEmpty else { continue }
      let soname = try LinkObject(path: library).soname ?? ByteName(library.string)
      let owner = abis.firstIndex { $0.match(soname) != nil }
      additions[owner ?? (abis.count == 1 ? 0 : abis.count)].lines += lines
    }
    if libraries.isEmpty {
      for name in rest.sorted() {
        let owner = abis.count == 1 ? 0 : abis.count
        if let line = line(name, wanted[name]) {
          additions[owner].lines.append(line)
        } else {
          additions[owner].remarks.append(
            "\(name.spelled): data; give the implementation with --library to know its size")
        }
      }
    }
    for index in additions.indices { additions[index].lines.sort() }
    return additions.filter { !$0.lines.isEmpty || !$0.remarks.isEmpty }
  }

  /// What an implementation has as a weak symbol; what is strong in it was left out on purpose.
  private func lines(of library: FilePath, _ rest: inout Set<ByteName>) throws(InputError)
    -> [AbiLine]
  {
    var options = Extraction.Options()
    options.profile = .complete
    let abi = try Extraction.extract(from: library, options: options).abi
    let printer = AbiPrinter(abi)
    var lines: [AbiLine] = []
    for symbol in abi.symbols where symbol.binding == .weak || symbol.binding == .unique {
      let name = ByteName(abi.nameBytes(of: symbol))
      guard symbol.storage != .undefined, rest.remove(name) != nil else { continue }
      var copy = symbol
      // Its other names need not be in the text.
      copy.aliasGroup = 0
      var line: [UInt8] = []
      printer.appendLine(of: copy, to: &line)
      lines.append(AbiLine(Array(line.dropLast())))
    }
    return lines
  }

  /// Nil for data of unknown size.
  private func line(_ name: ByteName, _ wanted: Wanted?) -> AbiLine? {
    if let size = wanted?.copySize { return AbiLine(Array("\(name.spelled) V \(size)".utf8)) }
    return isFunction(name, wanted?.type) ? AbiLine(Array("\(name.spelled) W".utf8)) : nil
  }

  private func isFunction(_ name: ByteName, _ type: SymbolType?) -> Bool {
    switch type {
    case .function?, .indirectFunction?: return true
    case .object?, .tls?, .common?: return false
    default: break
    }
    var parser = MangledNameParser()
    switch (try? parser.parse(name.bytes))?.nameClass {
    case .function?, .constructor?, .destructor?, .conversionOperator?, .operatorFunction?,
      .thunk?, .tlsInit?, .tlsWrapper?, .transactionClone?, .moduleInitializer?:
      return true
    default: return false
    }
  }
}
