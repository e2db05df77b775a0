internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support
internal import Synchronization
internal import SystemPackage

/// Objects by their paths on this machine. Each file is read once, by whichever path it is reached
/// first.
public final class ObjectCache: Sendable {
  /// What is at a path.
  enum Entry: Sendable {
    case object(LinkObject)
    /// A file that is no dynamically linked ELF file, or a damaged one.
    case unusable(ElfError)
    case absent

    var object: LinkObject? {
      if case .object(let object) = self { object } else { nil }
    }
  }

  private struct State {
    var byPath: [String: Entry] = [:]
    var byIdentity: [FileIdentity: Entry] = [:]
    var relocated: [ObjectIdentifier: Set<Int>?] = [:]
  }

  private let state = Mutex(State())

  /// An empty cache.
  public init() {}

  /// What is at `path`. Messages name it by the path without links.
  func entry(at path: String) -> Entry {
    if let known = state.withLock({ $0.byPath[path] }) { return known }
    guard let identity = FileIdentity(path: path) else {
      state.withLock { $0.byPath[path] = .absent }
      return .absent
    }
    if let known = state.withLock({ $0.byIdentity[identity] }) {
      state.withLock { $0.byPath[path] = known }
      return known
    }
    let entry = Self.read(path, named: RealPath.of(path) ?? path)
    return state.withLock { state in
      // Another thread may have read it meanwhile; all are to see the same value.
      let first = state.byIdentity[identity] ?? entry
      state.byIdentity[identity] = first
      state.byPath[path] = first
      return first
    }
  }

  private static func read(_ path: String, named name: String) -> Entry {
    do throws(ElfError) {
      let file = try ElfFile(path: InputFile.asRead(FilePath(path)))
      return .object(try LinkObject(file, path: name))
    } catch {
      if case .unreadable(.noSuchFileOrDirectory) = error.code { return .absent }
      return .unusable(error)
    }
  }

  /// Whether the dynamic linker looks a reference up at all: a relocation refers to it.
  func isRelocated(_ reference: LinkObject.Reference, of object: LinkObject, at path: String)
    -> Bool
  {
    let key = ObjectIdentifier(object)
    let known = state.withLock { $0.relocated[key] }
    let symbols: Set<Int>?
    if let known {
      symbols = known
    } else {
      symbols = try? ElfFile(path: InputFile.asRead(FilePath(path))).relocatedSymbols()
      state.withLock { $0.relocated[key] = symbols }
    }
    return symbols?.contains(Int(reference.index)) ?? true
  }
}
