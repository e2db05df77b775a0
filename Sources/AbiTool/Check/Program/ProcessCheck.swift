internal import AbiModel
internal import ElfKit
package import Findings
package import Support

/// The check of one process.
struct ProcessCheck {
  let process: LoadedProcess
  let scope: LookupScope
  let loader: Loader
  let options: ProgramCheck.Options
  /// The file that is checked, as the user named it.
  let file: String
  var findings: [Finding] = []
  /// Names that were perhaps meant, by object.
  var relatives = NearestDefinitions()
  /// Objects whose symbols the file uses, by index.
  var used: Set<Int> = []
  /// Symbols that are not found and may be in a library that is missing, by the library that the
  /// reference names.
  var unbound: [ByteName?: Set<ByteName>] = [:]
  /// Symbols that are bound to a text which does not tell whether each build has them, by object.
  var openInUnion: [Int: Set<ByteName>] = [:]

  init(process: LoadedProcess, loader: Loader, options: ProgramCheck.Options, file: String) {
    self.process = process
    scope = process.scope
    self.loader = loader
    self.options = options
    self.file = file
  }

  mutating func run() {
    checkInterpreter()
    checkRunPaths()
    for index in process.loaded.indices { checkLoaded(index) }
    for index in process.loaded.indices {
      checkConvention(of: index)
      checkVersionNeeds(of: index)
      checkReferences(of: index)
    }
    for missing in process.missing { report(missing) }
    reportUnions()
    checkUnusedNeeds()
  }

  /// The program, as opposed to a library that is checked by itself.
  var isProgram: Bool { process.loaded[0].object.isExecutable }

  /// A library that is checked without ABIs: what it needs may be in the program that loads it.
  var isWithoutProgram: Bool { !isProgram && !loader.providers.contains(where: \.isAbi) }

  /// How messages name an object.
  func name(of index: Int) -> String {
    index == 0 ? file : process.loaded[index].object.path
  }

  /// Reports what is wrong with an object of the process.
  mutating func report(
    _ code: FindingCode, severity: Severity? = nil, symbol: ByteName? = nil,
    version: ByteName? = nil, needed: ByteName? = nil, symbols: [ByteName] = [], of index: Int,
    _ message: String, cure: String? = nil
  ) {
    let object = name(of: index)
    findings.append(
      Finding(
        code, severity: severity, object: object, symbol: symbol, version: version,
        needed: needed, builds: [Build(path: file)], symbols: symbols,
        place: Finding.Place(path: object), message: message, cure: cure))
  }

  /// Reports what an object of the process needs and does not get. That is one finding, however
  /// many objects need it.
  ///
  /// - Parameter object: the file at fault, where there is one.
  mutating func reportNeed(
    _ code: FindingCode, severity: Severity? = nil, object: String? = nil,
    symbol: ByteName? = nil, version: ByteName? = nil, needed: ByteName? = nil,
    symbols: [ByteName] = [], of index: Int, _ message: String, cure: String? = nil
  ) {
    let user = name(of: index)
    findings.append(
      Finding(
        code, severity: severity, object: object, symbol: symbol, version: version,
        needed: needed, builds: [Build(path: file)], neededBy: [user], symbols: symbols,
        place: Finding.Place(path: user), message: message, cure: cure))
  }
}
