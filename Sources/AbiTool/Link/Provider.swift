public import AbiModel
internal import ElfKit
internal import Findings
public import Support
internal import Synchronization
internal import SystemPackage

/// An ABI or a library that a program may be bound to, given by the user.
public final class Provider: Sendable {
  private enum Source: Sendable {
    case abi(Abi)
    case library(LinkObject)
  }

  /// How messages name it.
  public let path: String
  private let source: Source
  /// The name under which programs need it, where the user says so.
  private let alias: ByteName?
  private let kernels: Abi.Selector.Kernels
  /// An ABI as it is on each architecture.
  private let objects = Mutex<[String: LinkObject]>([:])

  /// An ABI text.
  ///
  /// - Parameter kernel: leaves out what the ABI has for other kernels; nil keeps all.
  public init(abi: Abi, path: String, kernel: String?) {
    self.path = path
    source = .abi(abi)
    alias = nil
    kernels = kernel.map { .named($0) } ?? .all
  }

  /// A library.
  ///
  /// - Parameter name: the name under which programs need it, if neither its SONAME nor that of the
  ///   file is.
  /// - Throws: `InputError` for a stub: programs run with implementations.
  public init(library: LinkObject, name: ByteName? = nil) throws(InputError) {
    guard !library.isStub else { throw StubMarker.refused(library.path) }
    alias = name
    path = library.path
    source = .library(library)
    kernels = .all
  }

  /// Nil for a library.
  var abi: Abi? { if case .abi(let abi) = source { abi } else { nil } }

  var isAbi: Bool { abi != nil }

  /// The SONAME; nil when there is none.
  var soname: ByteName? {
    switch source {
    case .abi(let abi): abi.soname
    case .library(let library): library.soname
    }
  }

  /// The name of the library: `ld` for `ld.abi` and `ld.lib.so`.
  var stem: String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let name = file.hasSuffix(".abi") ? String(file.dropLast(4)) : file
    return OutputNames.name(for: FilePath(name))
  }

  /// What it is on the target of a program. Nil for a library of another target.
  func object(for header: ElfHeader) -> LinkObject? {
    switch source {
    case .library(let library):
      return library.header.map { $0.isLoadable(with: header) } == true ? library : nil
    case .abi: return objects.withLock { $0[Self.key(header)] }
    }
  }

  private static func key(_ header: ElfHeader) -> String { header.targetName }

  /// Reads an ABI for the target of a program, before ``object(for:)`` is asked.
  ///
  /// - Throws: `InputError` with the first line that depends on what is not known of the target.
  func prepare(for header: ElfHeader) throws(InputError) {
    guard case .abi(let abi) = source, object(for: header) == nil else { return }
    let architecture = Architecture(of: header)
    let selection = try abi.selection(
      Abi.Selector(
        kernels: kernels, architecture: architecture, addressSize: header.elfClass.addressSize),
      path: path)
    let object = LinkObject(selection, path: path, architecture: architecture)
    // Another thread may have been faster; all are to see the same value.
    objects.withLock { if $0[Self.key(header)] == nil { $0[Self.key(header)] = object } }
  }

  /// How a NEEDED entry means this provider.
  enum NameMatch {
    case exact
    /// By a name for one kernel, `ld-nova.lib.so` for `ld.lib.so`.
    case kernelSpecific
  }

  func match(_ needed: ByteName) -> NameMatch? {
    // With a path it is opened by the path; the file is known by its name all the same.
    let last = needed.bytes.split(separator: UInt8(ascii: "/")).last.map { ByteName(Array($0)) }
    let names = [needed, last ?? needed]
    let file = path.split(separator: "/").last.map(String.init) ?? path
    if let alias, names.contains(alias) { return .exact }
    if let soname, names.contains(soname) { return .exact }
    if !isAbi || soname == nil, names.contains(ByteName(file)) { return .exact }
    let name = String(decoding: names[1].bytes, as: UTF8.self)
    if soname == nil, isAbi, OutputNames.name(for: FilePath(name)) == stem { return .exact }
    return isAbi && KernelName.isKernelSpecific(names[1], of: ByteName(commonName))
      ? .kernelSpecific : nil
  }

  /// The name that programs are to need: the SONAME, or what the file's name says.
  var commonName: String {
    soname.map { String(decoding: $0.bytes, as: UTF8.self) } ?? stem + ".lib.so"
  }
}

extension ElfHeader {
  /// Whether a library with this header can be loaded into a program with `other`.
  func isLoadable(with other: ElfHeader) -> Bool {
    elfClass == other.elfClass && byteOrder == other.byteOrder && machine == other.machine
  }
}
