internal import AbiModel
internal import ElfKit
public import Findings
public import Support

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
    for missing in process.missing { report(missing) }
    for index in process.loaded.indices {
      checkVersionNeeds(of: index)
      checkReferences(of: index)
    }
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

  mutating func report(
    _ code: FindingCode, severity: Severity? = nil, symbol: ByteName? = nil,
    version: ByteName? = nil, of index: Int, place: Finding.Place? = nil, _ message: String,
    cure: String? = nil
  ) {
    findings.append(
      Finding(
        code, severity: severity, symbol: symbol, version: version,
        builds: [Build(path: file)],
        place: place ?? Finding.Place(path: name(of: index)), message: message, cure: cure))
  }
}
