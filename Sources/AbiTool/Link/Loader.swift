public import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// Finds what is loaded for a program, as glibc's `_dl_map_object_deps` and `_dl_map_object` do
/// (elf/dl-deps.c, elf/dl-load.c): NEEDED breadth first, run paths, `ld.so.cache`, default
/// directories. `LD_LIBRARY_PATH`, `LD_PRELOAD` and `DT_FILTER` are not followed.
public struct Loader: Sendable {
  let cache: ObjectCache
  let sysroot: Sysroot?
  let providers: [Provider]
  let configuration: LinkerConfiguration?

  /// - Parameters:
  ///   - sysroot: nil when only `providers` may be needed.
  ///   - providers: found before everything else, by their names.
  public init(cache: ObjectCache, sysroot: Sysroot?, providers: [Provider]) {
    self.cache = cache
    self.sysroot = sysroot
    self.providers = providers
    configuration = sysroot.map { LinkerConfiguration($0) }
  }

  /// The ABIs among what was given.
  public var promisedAbis: [Abi] { providers.compactMap(\.abi) }

  /// The process of a program, or of a library as if it was one.
  func load(_ program: LinkObject, at path: String) -> LoadedProcess {
    var process = LoadedProcess()
    let directory = Self.directory(ofProgram: path)
    process.loaded.append(
      LoadedProcess.Loaded(
        object: program, name: ByteName(path), path: path,
        directory: sysroot?.systemPath(of: directory) ?? directory, loader: nil, step: .path))
    guard let header = program.header else { return process }
    var known: [ByteName: Int] = [:]
    if let soname = program.soname { known[soname] = 0 }
    var next = 0
    while next < process.loaded.count {
      let needed = process.loaded[next].object.needed
      for name in needed {
        let index = load(name, neededBy: next, header, &known, into: &process)
        process.loaded[next].needed.append(index)
      }
      next += 1
    }
    return process
  }

  /// `$ORIGIN` of a program is where its file really is.
  private static func directory(ofProgram path: String) -> String {
    let real = RealPath.of(path) ?? path
    return String(real[..<(real.lastIndex(of: "/") ?? real.startIndex)])
  }

  private func load(
    _ name: ByteName, neededBy loader: Int, _ header: ElfHeader, _ known: inout [ByteName: Int],
    into process: inout LoadedProcess
  ) -> Int? {
    if let index = known[name] { return index }
    var found = given(name, neededBy: loader, header)
    if found == nil, sysroot != nil {
      var search = Search(loader: self, process: process, header: header)
      found = search.find(name, neededBy: loader)
      if found == nil {
        process.missing.append(
          LoadedProcess.Missing(
            name: name, loader: loader, unusable: search.unusable, directories: search.searched))
      }
    } else if found == nil {
      process.missing.append(
        LoadedProcess.Missing(name: name, loader: loader, unusable: [], directories: []))
    }
    guard let found else { return nil }
    // The same file by another name is loaded once.
    if let index = process.loaded.firstIndex(where: { $0.object === found.object }) {
      known[name] = index
      return index
    }
    let index = process.loaded.count
    process.loaded.append(found)
    known[name] = index
    if let soname = found.object.soname, known[soname] == nil { known[soname] = index }
    return index
  }

  /// The libraries given that are builds of an ABI given.
  func builds(of abi: LinkObject) -> [Provider] {
    guard let text = providers.first(where: { $0.isAbi && $0.path == abi.path }) else { return [] }
    let common = ByteName(text.commonName)
    return providers.filter { provider in
      let file = provider.path.split(separator: "/").last.map { ByteName(String($0)) }
      return !provider.isAbi
        && [provider.soname, file].contains { name in
          name.map { $0 == common || KernelName.isKernelSpecific($0, of: common) } ?? false
        }
    }
  }

  private func given(_ name: ByteName, neededBy loader: Int, _ header: ElfHeader)
    -> LoadedProcess.Loaded?
  {
    var second: (Provider, LinkObject)?
    for provider in providers {
      guard let match = provider.match(name), let object = provider.object(for: header) else {
        continue
      }
      switch match {
      case .exact: return loaded(object, provider, name, loader, isKernelSpecific: false)
      case .kernelSpecific: second = second ?? (provider, object)
      }
    }
    return second.map { loaded($0.1, $0.0, name, loader, isKernelSpecific: true) }
  }

  private func loaded(
    _ object: LinkObject, _ provider: Provider, _ name: ByteName, _ loader: Int,
    isKernelSpecific: Bool
  ) -> LoadedProcess.Loaded {
    var loaded = LoadedProcess.Loaded(
      object: object, name: name, path: provider.isAbi ? nil : provider.path, directory: "",
      loader: loader, step: .given)
    loaded.isKernelSpecificName = isKernelSpecific
    if !provider.isAbi { loaded.directory = Self.directory(ofProgram: provider.path) }
    return loaded
  }
}

/// The search for one NEEDED entry.
private struct Search {
  let loader: Loader
  let process: LoadedProcess
  let header: ElfHeader
  private(set) var unusable: [String] = []
  private(set) var searched: [String] = []

  init(loader: Loader, process: LoadedProcess, header: ElfHeader) {
    self.loader = loader
    self.process = process
    self.header = header
  }

  mutating func find(_ name: ByteName, neededBy index: Int) -> LoadedProcess.Loaded? {
    let text = String(decoding: name.bytes, as: UTF8.self)
    if text.contains("/") { return findPath(text, name, neededBy: index) }
    for directory in runPaths(of: index) {
      if let found = probe("\(directory.path)/\(text)", directory.step, name, index) {
        return found
      }
      searched.append(directory.path)
    }
    let isRestricted = process.loaded[index].object.dynamic.ignoresDefaultDirectories
    let defaults = LinkerConfiguration.defaultDirectories(for: Architecture(of: header))
    if let cache = loader.configuration?.cache {
      for path in cache[text] ?? [] {
        if isRestricted, defaults.contains(Self.directory(of: path)) { continue }
        if let found = probe(path, .cache, name, index) { return found }
      }
    } else {
      for directory in loader.configuration?.directories ?? [] {
        if let found = probe("\(directory)/\(text)", .configuration, name, index) { return found }
        searched.append(directory)
      }
    }
    guard !isRestricted else { return nil }
    for directory in defaults {
      if let found = probe("\(directory)/\(text)", .defaultDirectory, name, index) { return found }
      searched.append(directory)
    }
    return nil
  }

  private mutating func findPath(_ text: String, _ name: ByteName, neededBy index: Int)
    -> LoadedProcess.Loaded?
  {
    for path in tokens(of: index).expand(text) {
      if let found = probe(path, .path, name, index) { return found }
      searched.append(path)
    }
    return nil
  }

  private func tokens(of index: Int) -> DynamicTokens {
    DynamicTokens(
      origin: process.loaded[index].directory, architecture: Architecture(of: header))
  }

  /// `DT_RUNPATH` is for the object's own entries. `DT_RPATH`, which it replaces, is for those of
  /// what the object loads, too.
  private func runPaths(of index: Int) -> [SearchDirectory] {
    let own = process.loaded[index]
    if let runpath = own.object.dynamic.runpath {
      return tokens(of: index).directories(of: runpath).map {
        SearchDirectory(path: $0, step: .runpath(own.object.fileName))
      }
    }
    var result: [SearchDirectory] = []
    var current: Int? = index
    while let place = current {
      let loaded = process.loaded[place]
      if loaded.object.dynamic.runpath == nil, let rpath = loaded.object.dynamic.rpath {
        result += tokens(of: place).directories(of: rpath).map {
          SearchDirectory(path: $0, step: .rpath(loaded.object.fileName))
        }
      }
      current = loaded.loader
    }
    return result
  }

  /// A file of the wrong class or machine is passed over, as by the dynamic linker.
  private mutating func probe(
    _ path: String, _ step: SearchStep, _ name: ByteName, _ index: Int
  ) -> LoadedProcess.Loaded? {
    let file = path.hasPrefix("/") ? loader.sysroot?.locate(path) : path
    guard let file else { return nil }
    switch loader.cache.entry(at: file) {
    case .absent: return nil
    case .unusable(let error):
      unusable.append("\(path): \(error.description)")
      return nil
    case .object(let object):
      guard let own = object.header, own.isLoadable(with: header) else {
        unusable.append("\(path) is for \(object.header?.targetName ?? "another target")")
        return nil
      }
      return LoadedProcess.Loaded(
        object: object, name: name, path: file, directory: Self.directory(of: path),
        loader: index, step: step)
    }
  }

  private static func directory(of path: String) -> String {
    String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }
}

extension ElfHeader {
  /// The architecture's name, or class and machine where it has none.
  var targetName: String {
    Architecture(of: self)?.name ?? "\(elfClass.addressSize * 8)-bit \(machine)"
  }
}
