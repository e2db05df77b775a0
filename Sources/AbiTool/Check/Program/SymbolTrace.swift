internal import AbiModel
internal import Findings
internal import Mangling
public import Support
public import SystemPackage

/// How the dynamic linker comes to a symbol: the path from a program to the object that has it.
public struct SymbolTrace: Sendable {
  private let check: ProgramCheck

  /// Traces symbols as `check` binds them.
  public init(_ check: ProgramCheck) { self.check = check }

  /// The story of each symbol of the program at `path` that `pattern` names: mangled, demangled
  /// or as `NAME@VERSION`. Empty when there is none.
  ///
  /// - Throws: `InputError` when the file is no program or library.
  public func text(of pattern: String, in path: FilePath) throws(InputError) -> String {
    guard let program = try check.object(at: path) else { return "" }
    let process = try check.load(program, at: path.string)
    let story = Story(process: process, file: path.string)
    var text = ""
    for index in process.loaded.indices {
      let object = process.loaded[index].object
      for reference in object.references where matches(pattern, reference, of: object) {
        text += story.text(of: reference, wantedBy: index)
      }
    }
    return text
  }

  private func matches(
    _ pattern: String, _ reference: LinkObject.Reference, of object: LinkObject
  ) -> Bool {
    let name = object.name(of: reference)
    let glob = Glob(pattern)
    if name.bytes.withUnsafeBytes(glob.matches) { return true }
    if let version = object.version(at: reference.version)?.name,
      pattern == "\(name.spelled)@\(version.spelled)"
        || pattern == "\(name.spelled)@@\(version.spelled)"
    {
      return true
    }
    return pattern.contains("(") && Demangler.demangle(name.bytes) == pattern
  }
}

private struct Story {
  let process: LoadedProcess
  let file: String

  private func name(of index: Int) -> String {
    index == 0 ? file : process.loaded[index].object.path
  }

  func text(of reference: LinkObject.Reference, wantedBy index: Int) -> String {
    let object = process.loaded[index].object
    let version = object.version(at: reference.version)
    var words = object.name(of: reference)
      .words(version: version.map { "@" + $0.name.spelled } ?? "")
    if reference.isWeak { words += ", weak" }
    if let size = reference.copySize { words += ", copy of \(size) bytes" }
    var text = "\(words)\n  wanted by  \(chainWords(to: index))\n"
    if let file = version?.file { text += "  of         \(file.spelled), as it was linked\n" }
    let match = process.scope.lookUp(reference, of: object)
    for place in process.loaded.indices {
      if let match, place > match.object { break }
      text += line(place, reference, object, match)
    }
    if let match {
      let after = process.loaded.indices.filter { place in
        place > match.object
          && object.withName(reference.nameOffset, reference.nameLength) {
            process.loaded[place].object.definition(
              of: $0, hash: reference.hash, version: version) != nil
          }
      }
      for place in after { text += "  too late   \(name(of: place)) has it as well\n" }
    } else {
      text +=
        reference.isWeak ? "  not found: it is 0, which a weak symbol may be\n" : "  not found\n"
    }
    return text
  }

  private func line(
    _ place: Int, _ reference: LinkObject.Reference, _ object: LinkObject,
    _ match: LookupScope.Match?
  ) -> String {
    let candidate = process.loaded[place].object
    let others = candidate.definitions(of: object.name(of: reference))
    if let match, match.object == place {
      let found = candidate.version(at: match.definition.version)?.name
      let version = found.map { (match.definition.isHidden ? "@" : "@@") + $0.spelled } ?? ""
      return "  found in   \(chainWords(to: place))"
        + (version.isEmpty ? "\n" : " as \(version)\n")
    }
    guard !others.isEmpty, !(place == 0 && reference.copySize != nil) else {
      return "  not in     \(name(of: place))\n"
    }
    let versions = others.compactMap { candidate.version(at: $0.version)?.name.spelled }
    return
      "  not in     \(name(of: place)), which has version \(versions.joined(separator: ", "))\n"
  }

  /// `tool -> libfoo.so.1 (by the RUNPATH of tool) -> …`.
  private func chainWords(to index: Int) -> String {
    process.chain(to: index).map { place in
      let loaded = process.loaded[place]
      guard place > 0 else { return file }
      return "\(loaded.object.path) (\(loaded.name.spelled), \(loaded.step.words))"
    }.joined(separator: " -> ")
  }
}
