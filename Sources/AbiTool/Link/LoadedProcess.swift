internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// A program with everything that is loaded for it, in the order of symbol lookup.
struct LoadedProcess {
  /// An object of the process.
  struct Loaded {
    var object: LinkObject
    /// The name by which it was needed; the path of the program itself.
    var name: ByteName
    /// Where the file is on this machine. Nil for an ABI.
    var path: String?
    /// Its directory in terms of the system: `$ORIGIN`.
    var directory: String
    /// Index of the object that needed it first. Nil for the program.
    var loader: Int?
    var step: SearchStep
    /// The indices of what its NEEDED entries led to, nil for what is missing.
    var needed: [Int?] = []
    /// It was needed by the name of an implementation for one kernel, `ld-nova.lib.so`.
    var isKernelSpecificName = false

    func isNamed(_ other: ByteName) -> Bool { name == other || object.soname == other }
  }

  /// A NEEDED entry that led nowhere.
  struct Missing {
    var name: ByteName
    /// Index of the object that needs it.
    var loader: Int
    /// Files that were found and could not be used, with the reason.
    var unusable: [String]
    /// Directories that were searched.
    var directories: [String]

    /// Whether it can be the library that has a symbol: the symbol's version says so, or nothing
    /// says where it is.
    func mayProvide(_ reference: LinkObject.Reference, of object: LinkObject) -> Bool {
      guard let file = object.version(at: reference.version)?.file else { return true }
      return file == name
    }
  }

  var loaded: [Loaded] = []
  var missing: [Missing] = []

  var scope: LookupScope { LookupScope(objects: loaded.map(\.object)) }

  /// The names from the program to an object: why it is loaded.
  func chain(to index: Int) -> [Int] {
    var chain = [index]
    while let loader = loaded[chain[chain.count - 1]].loader { chain.append(loader) }
    return chain.reversed()
  }
}
