internal import AbiModel
internal import ElfKit
public import Findings
public import Support
public import SystemPackage

/// Checks that programs and libraries find everything that they refer to: in the ABIs and
/// libraries that are given, or in a system as its dynamic linker would.
public struct ProgramCheck: Sendable {
  /// What is asked beside whether all is there.
  public struct Options: Sendable {
    /// Reject what exists on some kernels only.
    public var isKernelAgnostic = false
    /// Report what each symbol of the checked files is bound to.
    public var listsBindings = false
    /// What ties the code of a file to a kernel, for kernel-agnostic checks.
    public var kernelTies: (@Sendable (FilePath) throws(InputError) -> [Finding])?

    /// Only whether all is there.
    public init() {}
  }

  let loader: Loader
  let options: Options

  /// A check of programs that are loaded by `loader`.
  public init(loader: Loader, options: Options = Options()) {
    self.loader = loader
    self.options = options
  }

  /// The findings about one file.
  ///
  /// - Parameter wasFound: the file was not named but found in a directory, so one without dynamic
  ///   symbols, such as separate debug information, is no mistake.
  /// - Throws: `InputError` when it is no program or library.
  public func check(_ path: FilePath, wasFound: Bool = false) throws(InputError) -> [Finding] {
    let ties = options.isKernelAgnostic ? try options.kernelTies?(path) ?? [] : []
    guard let program = try object(at: path, wasFound: wasFound) else { return ties }
    var check = ProcessCheck(
      process: try load(program, at: path.string), loader: loader, options: options,
      file: path.string)
    check.run()
    // What was found by linking has the better words, and the version.
    let known = Set(check.findings.map(Self.tie))
    return check.findings + ties.filter { !known.contains(Self.tie($0)) }
  }

  /// The process of a program, with the ABIs as they are on its target.
  func load(_ program: LinkObject, at path: String) throws(InputError) -> LoadedProcess {
    if let header = program.header {
      for provider in loader.providers { try provider.prepare(for: header) }
    }
    return loader.load(program, at: path)
  }

  private static func tie(_ finding: Finding) -> Finding.Identity {
    var identity = finding.identity
    identity.version = nil
    return identity
  }

  /// Nil for a statically linked program, which needs nothing.
  func object(at path: FilePath, wasFound: Bool = false) throws(InputError) -> LinkObject? {
    if !wasFound { _ = try InputFile.readable(path) }
    switch loader.cache.entry(at: path.string) {
    case .object(let object):
      guard object.isStub else { return object }
      // A directory may have the stubs that its programs were linked with.
      if wasFound { return nil }
      throw StubMarker.refused(path.string)
    case .absent:
      throw InputError(
        .cannotRead, path: path.string, Errno.noSuchFileOrDirectory.description)
    case .unusable(let error):
      if error.code == .absent, wasFound || Self.isStaticProgram(path) { return nil }
      throw InputError(path: path.string, error)
    }
  }

  private static func isStaticProgram(_ path: FilePath) -> Bool {
    guard let file = try? ElfFile(path: InputFile.asRead(path)) else { return false }
    let isLoaded = file.header.type == .executable || file.header.type == .shared
    return isLoaded && !file.segments.contains { $0.kind == .dynamic }
  }
}
