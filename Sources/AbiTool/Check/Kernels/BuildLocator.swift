internal import AbiModel
public import Findings
internal import Glibc
public import Support
public import SystemPackage

/// Finds the files of the builds that are to be checked against each other.
public struct BuildLocator: Sendable {
  /// `{lib}` in the pattern.
  public var library = "ld"
  /// In the order of the report. Empty when there is one kernel, without a name.
  public var kernels: [String] = []
  /// In the order of the report. Empty when there is one architecture, without a name.
  public var archs: [String] = []
  /// Tried in this order.
  public var directories: [FilePath] = ["."]
  /// The name of a file: `{lib}` and `{kernel}` are filled in. Nil is the usual one.
  public var pattern: String?
  /// Where the file of an architecture is: `{arch}` and `{file}` are filled in.
  public var archPattern = Self.usualArchPattern

  /// The file name of a build, where the user gives no other.
  public static let usualPattern = "{lib}-{kernel}.lib.so"
  /// Where the file of an architecture is, where the user says nothing else.
  public static let usualArchPattern = "{arch}/{file}"

  /// The builds of `ld` in the working directory; no kernel is named.
  public init() {}

  /// The builds, architecture by architecture.
  ///
  /// - Throws: `InputError` when a name is there twice, or a file is missing: with the paths that
  ///   were tried and the files that are there.
  public func builds() throws(InputError) -> [Build] {
    try refuseRepetition(of: kernels, "--kernels")
    try refuseRepetition(of: archs, "--archs")
    let names = (pattern ?? "{kernel}") + archPattern
    guard kernels.count < 2 || names.contains("{kernel}") else {
      throw InputError(
        .usage, path: "--pattern \(pattern ?? "")",
        "all kernels would have one file; expected {kernel} in the pattern")
    }
    var builds: [Build] = []
    for arch in archs.isEmpty ? [""] : archs {
      for kernel in kernels.isEmpty ? [""] : kernels {
        builds.append(Build(kernel: kernel, arch: arch, path: try path(kernel, arch).string))
      }
    }
    guard builds.count <= UInt128.bitWidth else {
      throw InputError(
        .limit, path: "--kernels",
        "\(builds.count) builds; at most \(UInt128.bitWidth) can be compared")
    }
    try refuseSameFile(builds)
    return builds
  }

  private func refuseRepetition(of names: [String], _ option: String) throws(InputError) {
    var seen: Set<String> = []
    for name in names {
      guard !name.isEmpty else {
        throw InputError(.usage, path: option, "an empty name in the list")
      }
      // Spellings of one architecture are one name.
      let canonical = option == "--archs" ? Architecture(named: name)?.name ?? name : name
      guard seen.insert(canonical).inserted else {
        throw InputError(
          .usage, path: option, "\(name) is there twice; a build is compared with others")
      }
    }
  }

  private func path(_ kernel: String, _ arch: String) throws(InputError) -> FilePath {
    let candidates = fileNames(kernel, arch)
    for directory in directories {
      for name in candidates {
        let path = directory.string == "." ? FilePath(name) : directory.appending(name)
        if access(path.string, F_OK) == 0 { return path }
      }
    }
    let build = Build(kernel: kernel, arch: arch, path: library)
    throw InputError(
      .cannotRead,
      path: directories.map { $0.appending(candidates[0]).lexicallyNormalized().string }
        .joined(separator: ", "),
      "no such file for \(build.label); \(whatIsThere(kernel, arch))")
  }

  /// The names that a build may have: with the usual pattern, an ABI text in its place.
  private func fileNames(_ kernel: String, _ arch: String) -> [String] {
    let usual =
      kernels.isEmpty ? ["{lib}.lib.so", "{lib}.abi"] : [Self.usualPattern, "{lib}-{kernel}.abi"]
    return (pattern.map { [$0] } ?? usual).map { pattern in
      let file = filled(pattern, kernel, arch)
      guard !arch.isEmpty else { return file }
      return filled(archPattern, kernel, arch).replacing("{file}", with: file)
    }
  }

  private func filled(_ pattern: String, _ kernel: String, _ arch: String) -> String {
    pattern.replacing("{lib}", with: library).replacing("{kernel}", with: kernel)
      .replacing("{arch}", with: arch)
  }

  /// What could have been meant: files that the pattern matches for other kernels, else all files
  /// of the directory.
  private func whatIsThere(_ kernel: String, _ arch: String) -> String {
    let wanted = FilePath(fileNames("*", arch)[0])
    var places: [String] = []
    for directory in directories {
      let place = directory.pushing(wanted.removingLastComponent()).lexicallyNormalized()
      let shownPlace = place.isEmpty ? "." : place.string
      guard let names = DirectoryListing.names(in: place) else {
        places.append("there is no directory \(shownPlace)")
        continue
      }
      let glob = Glob(wanted.lastComponent?.string ?? "*")
      let matching = names.filter { name in Array(name.utf8).withUnsafeBytes(glob.matches) }
      let shown = (matching.isEmpty ? names : matching).prefix(8)
      let rest = (matching.isEmpty ? names : matching).count - shown.count
      places.append(
        shown.isEmpty
          ? "\(shownPlace) is empty"
          : "\(shownPlace) has \(shown.joined(separator: ", "))"
            + (rest > 0 ? " and \(rest) more" : ""))
    }
    return places.joined(separator: "; ")
  }

  /// Two kernels with one file would agree in everything.
  private func refuseSameFile(_ builds: [Build]) throws(InputError) {
    var seen: [FileIdentity: Build] = [:]
    for build in builds {
      guard let identity = FileIdentity(path: build.path) else {
        throw InputError(.cannotRead, path: build.path, "\(Errno.noSuchFileOrDirectory)")
      }
      if let other = seen[identity] {
        throw InputError(
          .usage, path: build.path,
          "the same file for \(other.label) and \(build.label); "
            + "a build compared with itself proves nothing"
        )
      }
      seen[identity] = build
    }
  }
}
