public import AbiModel
public import ElfKit
internal import Findings
public import Support
public import SystemPackage

/// An ABI that a command was given: a text, or an ELF file whose ABI is meant.
public struct AbiInput: Sendable {
  /// How messages name the file.
  public var path: String
  /// What the text says, or what was extracted.
  public var abi: Abi
  /// What is wrong with the form of a text.
  public var flaws: [AbiParser.Flaw] = []
  /// Of an ELF file.
  public var header: ElfHeader?
  /// Weak C++ names of an ELF file that the ABI leaves out, if the options ask for them.
  var weakNames = NameSet()
  /// The ELF file is a stub.
  public var isStub = false

  /// What a library is to have, and not what one has: a text, or a stub made from one.
  var isPromise: Bool { header == nil || isStub }

  /// Reads the file at `path`, whatever it is.
  ///
  /// - Parameter options: what is kept of an ELF file.
  /// - Throws: `InputError` when it is neither.
  public init(path: FilePath, options: Extraction.Options = .init()) throws(InputError) {
    self.path = path.string
    let input = try InputBytes(path: path)
    if input.withBytes({ $0.starts(with: [0x7f, 0x45, 0x4c, 0x46]) }) {
      let result = try Extraction.extract(from: path, options: options)
      abi = result.abi
      header = result.header
      isStub = result.isStub
      weakNames = result.weakNames
    } else {
      let result = try input.withBytes { text throws(InputError) in
        try AbiParser.parseWithFlaws(text, path: path.string)
      }
      abi = result.abi
      flaws = result.flaws
    }
  }

  /// Reads an ELF file again when it has weak C++ symbols among those that `options` keeps.
  mutating func keep(_ options: Extraction.Options) throws(InputError) {
    guard !weakNames.isDisjoint(with: options.neededNames) else { return }
    self = try AbiInput(path: FilePath(path), options: options)
  }

  /// The text, refused when lines contradict each other.
  public func requireSound() throws(InputError) {
    for flaw in flaws where flaw.kind == .duplicate || flaw.kind == .unknownDirective {
      throw InputError(
        .syntax, path: path, line: flaw.line, column: flaw.column.bytes, flaw.message)
    }
  }
}
