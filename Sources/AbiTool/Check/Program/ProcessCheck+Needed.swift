internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support
internal import SystemPackage

// What is loaded, and from where.
extension ProcessCheck {
  mutating func checkInterpreter() {
    guard let interpreter = process.loaded[0].object.interpreter else { return }
    let path = String(decoding: interpreter.bytes, as: UTF8.self)
    reportKernelLinker(path.split(separator: "/").last.map(String.init) ?? path, of: 0, "names")
    guard let sysroot = loader.sysroot, path.hasPrefix("/"), sysroot.locate(path) == nil else {
      return
    }
    reportNeed(
      .interpreterMissing, needed: interpreter, of: 0,
      "the dynamic linker \(path) that the program names is not there")
  }

  /// Without a sysroot nothing is searched for, but a stub beside the program would be found.
  mutating func checkRunPaths() {
    guard loader.sysroot == nil else { return }
    let program = process.loaded[0]
    guard let runPath = program.object.dynamic.runpath ?? program.object.dynamic.rpath else {
      return
    }
    let tokens = DynamicTokens(
      origin: program.directory,
      architecture: program.object.header.flatMap { Architecture(of: $0) })
    for directory in tokens.directories(of: runPath) {
      for name in program.object.needed {
        let path = "\(directory)/\(String(decoding: name.bytes, as: UTF8.self))"
        guard loader.cache.entry(at: path).object?.isStub == true else { continue }
        report(
          .stubAtRunTime, needed: name, of: 0,
          "the run path leads to \(path), which is a stub for linking")
      }
    }
  }

  mutating func checkLoaded(_ index: Int) {
    let loaded = process.loaded[index]
    if loaded.isKernelSpecificName, let loader = loaded.loader {
      reportKernelLinker(loaded.name.spelled, of: loader, "needs")
    }
    guard index > 0, loaded.object.isStub, loaded.step != .given, let by = loaded.loader else {
      return
    }
    report(
      .stubAtRunTime, needed: loaded.name, of: by,
      "\(loaded.name.spelled) is found \(loaded.step.words) as \(loaded.path ?? ""), which is a stub for linking"
    )
  }

  private mutating func reportKernelLinker(_ name: String, of index: Int, _ verb: String) {
    for provider in loader.providers
    where provider.isAbi
      && KernelName.isKernelSpecific(ByteName(name), of: ByteName(provider.commonName))
    {
      report(
        .kernelLibrary, symbol: ByteName(name), of: index,
        "\(verb) \(name), the library of one kernel, where \(provider.commonName) is meant")
      return
    }
  }

  mutating func report(_ missing: LoadedProcess.Missing) {
    let name = missing.name.spelled
    let message: String
    var cure: String?
    if loader.sysroot == nil {
      message = "\(name): no ABI or library of that name was given"
      cure = "give its ABI with --abi or the library with --library, or a system with --sysroot"
    } else if missing.unusable.isEmpty {
      message = "\(name) is not there"
      if !missing.directories.isEmpty {
        cure = "searched: \(Self.unique(missing.directories).joined(separator: ", "))"
      }
    } else {
      message = "\(name) cannot be loaded: \(missing.unusable.joined(separator: "; "))"
    }
    // What the program that loads a library has loaded already need not be found again.
    reportNeed(
      .neededNotFound, severity: isWithoutProgram ? .warning : nil, needed: missing.name,
      symbols: symbols(perhapsIn: missing), of: missing.loader, message, cure: cure)
  }

  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  /// Symbols that are not found and may be in a library that is missing: by the name of the library
  /// that they are wanted of, or, when they are wanted of none by name, any.
  private func symbols(perhapsIn missing: LoadedProcess.Missing) -> [ByteName] {
    (unbound[missing.name] ?? []).union(unbound[nil] ?? []).sorted()
  }

  mutating func checkUnusedNeeds() {
    guard process.loaded[0].object.needed.count > 1 || !used.isEmpty else { return }
    for (name, index) in zip(process.loaded[0].object.needed, process.loaded[0].needed) {
      guard let index, index != 0, !used.contains(index) else { continue }
      report(
        .neededUnused, needed: name, of: 0, "needs \(name.spelled) and uses nothing of it")
    }
  }
}
