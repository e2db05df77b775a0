public import AbiModel
internal import ElfKit
internal import Findings
public import Support
public import SystemPackage

/// The two sides of a comparison, made comparable.
public struct DiffInputs: Sendable {
  /// The old version.
  public var old: AbiInput
  /// The new version.
  public var new: AbiInput

  /// - Parameters:
  ///   - profile: what is kept of libraries.
  ///   - selector: for which kernel and architecture texts are read; where it says nothing, and
  ///     one side is a library, that of the library.
  /// - Throws: `InputError` when a file is neither text nor library, or when both are libraries
  ///   for different architectures.
  public init(
    old oldPath: FilePath, new newPath: FilePath, profile: Extraction.Profile,
    selector: Abi.Selector
  ) throws(InputError) {
    var options = Extraction.Options()
    options.profile = profile
    options.recordsWeakNames = true
    old = try AbiInput(path: oldPath, options: options)
    new = try AbiInput(path: newPath, options: options)
    try old.requireSound()
    try new.requireSound()
    // Two promises can be compared, and a promise with a library. That a stub has all that a
    // library had says nothing of a new library.
    if new.isStub, !old.isPromise { throw StubMarker.refused(newPath.string) }
    try keepWhatIsPromised(options)
    try select(selector)
  }

  /// A weak C++ symbol that a text or stub lists was put there on purpose, and one that is strong in
  /// the other library is there all the same: what one side has is kept of the other.
  private mutating func keepWhatIsPromised(_ options: Extraction.Options) throws(InputError) {
    guard [old, new].contains(where: { !$0.weakNames.isEmpty }) else { return }
    var options = options
    for side in [old, new] {
      if side.isStub {
        var complete = Extraction.Options()
        complete.profile = .complete
        try AbiInput(path: FilePath(side.path), options: complete).abi
          .addNames(to: &options.neededNames)
      } else {
        side.abi.addNames(to: &options.neededNames)
      }
    }
    try old.keep(options)
    try new.keep(options)
  }

  private mutating func select(_ selector: Abi.Selector) throws(InputError) {
    if let one = old.header, let other = new.header, !one.isLoadable(with: other) {
      throw InputError(
        .wrongArchitecture, path: new.path,
        "is for \(other.targetName), and \(old.path) is for \(one.targetName); versions of a library are compared on one architecture"
      )
    }
    var selector = selector
    if let header = old.header ?? new.header {
      selector.architecture = selector.architecture ?? Architecture(of: header)
      selector.addressSize = header.elfClass.addressSize
    }
    // Two joint texts are compared as they are.
    guard selector.architecture != nil || selector.kernels != .unspecified else { return }
    old.abi = try old.abi.selection(selector, path: old.path)
    new.abi = try new.abi.selection(selector, path: new.path)
  }
}

extension AbiInput {
  /// The file's name without directories and links: it tells the version of a library.
  public var realName: String {
    (RealPath.of(path) ?? path).split(separator: "/").last.map(String.init) ?? path
  }
}
