internal import AbiModel
internal import Glibc
public import Support
public import SystemPackage

/// The ABI text that is checked in, with which each new state of a library is compared.
public struct Baseline: Sendable {
  private let path: FilePath
  private let profile: Extraction.Profile

  /// - Parameter profile: what it holds of the library.
  public init(_ path: FilePath, profile: Extraction.Profile) {
    self.path = path
    self.profile = profile
  }

  /// The state to compare with, or to keep.
  ///
  /// - Throws: `InputError` when it is a stub, which follows the baseline and not the library.
  private func state(_ new: FilePath, _ options: Extraction.Options) throws(InputError) -> Abi {
    let input = try AbiInput(path: new, options: options)
    guard !input.isStub else { throw StubMarker.refused(new.string) }
    return input.abi
  }

  /// Writes the first baseline. False when there is one.
  ///
  /// - Parameter new: a library or an ABI text.
  public func create(from new: FilePath) throws(InputError) -> Bool {
    guard access(path.string, F_OK) != 0 else { return false }
    var options = Extraction.Options()
    options.profile = profile
    let abi = try state(new, options)
    try OutputFile(path).write(AbiPrinter(abi).text())
    return true
  }

  /// Brings the baseline up to date. Its comments and order stay.
  public func renew(from new: FilePath) throws(InputError) {
    var update = try AbiUpdate(of: path)
    var options = Extraction.Options()
    options.profile = profile
    update.addNames(to: &options)
    update.add(try state(new, options), path: new)
    try OutputFile(path, onlyIfChanged: true).write(update.text())
  }
}
