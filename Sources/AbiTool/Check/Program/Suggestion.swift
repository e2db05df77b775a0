internal import AbiModel
internal import ElfKit
internal import Findings
internal import Mangling
public import Support
public import SystemPackage

/// The lines to add to an ABI for the weak C++ symbols that programs refer to and that extraction
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

  /// The lines, sorted as in an ABI text. Where nothing tells the size of data, a comment.
  ///
  /// - Throws: `InputError` when an implementation cannot be read.
  public func lines() throws(InputError) -> [UInt8] {
    var lines: [[UInt8]] = []
    var rest = Set(wanted.keys)
    for library in libraries { try addLines(of: library, &rest, to: &lines) }
    if libraries.isEmpty {
      for name in rest { lines.append(line(name, wanted[name])) }
    }
    lines.sort { $0.lexicographicallyPrecedes($1) }
    return lines.flatMap { $0 }
  }

  /// What an implementation has as a weak symbol; what is strong in it was left out on purpose.
  private func addLines(
    of library: FilePath, _ rest: inout Set<ByteName>, to lines: inout [[UInt8]]
  ) throws(InputError) {
    var options = Extraction.Options()
    options.profile = .complete
    let abi = try Extraction.extract(from: library, options: options).abi
    let printer = AbiPrinter(abi)
    for symbol in abi.symbols where symbol.binding == .weak || symbol.binding == .unique {
      let name = ByteName(abi.nameBytes(of: symbol))
      guard symbol.storage != .undefined, rest.remove(name) != nil else { continue }
      var copy = symbol
      // Its other names need not be in the text.
      copy.aliasGroup = 0
      var line: [UInt8] = []
      printer.appendLine(of: copy, to: &line)
      lines.append(line)
    }
  }

  private func line(_ name: ByteName, _ wanted: Wanted?) -> [UInt8] {
    let text: String
    if let size = wanted?.copySize {
      text = "\(name.spelled) V \(size)"
    } else if isFunction(name, wanted?.type) {
      text = "\(name.spelled) W"
    } else {
      text = "# \(name.spelled): data; give the implementation with --library to know its size"
    }
    return Array((text + "\n").utf8)
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
