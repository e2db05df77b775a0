public import AbiModel
internal import Glibc
public import Support
public import SystemPackage

/// The assembler and the linker by which stubs are made, outside of this process.
public struct Toolchain: Sendable {
  /// Which arguments an assembler understands.
  enum AssemblerKind: Sendable {
    case gnu
    case clang
    case llvmMC
  }

  /// Which arguments a linker understands, and what it makes of sections without contents.
  enum LinkerKind: Sendable {
    case gnu
    case gold
    case lld
    case mold
  }

  /// A program, with the arguments that it is always given.
  public struct Tool: Sendable {
    /// The executable.
    public var path: FilePath
    /// What the user gave behind the tool's name.
    public var arguments: [String]
  }

  /// What the user says in place of what would be picked.
  public struct Choice: Sendable {
    /// A command: the tool, and arguments for it, separated by blanks.
    public var assembler: String?
    /// The linker with arguments, as the user gives it.
    public var linker: String?
    /// `-march` and `-mabi` of the assembler.
    public var march: String?
    /// `-mabi` for the assembler.
    public var mabi: String?

    /// What the user chose; nil for what is usual.
    public init(
      assembler: String? = nil, linker: String? = nil, march: String? = nil, mabi: String? = nil
    ) {
      self.assembler = assembler
      self.linker = linker
      self.march = march
      self.mabi = mabi
    }
  }

  let architecture: Architecture
  /// Makes objects of assembly.
  public let assembler: Tool
  /// Makes libraries of objects.
  public let linker: Tool
  let assemblerKind: AssemblerKind
  let linkerKind: LinkerKind
  private let march: String?
  private let mabi: String?

  /// Picks what fits the architecture: GNU's tools, under their plain names where they are the
  /// host's, else with the triple in front; and where there are none, clang and lld.
  ///
  /// - Throws: `InputError` when there is no tool, or not the one that was asked for.
  public init(for architecture: Architecture, _ choice: Choice = Choice()) throws(InputError) {
    self.architecture = architecture
    march = choice.march
    mabi = choice.mabi
    assembler = try Self.tool(
      "assembler", choice.assembler, Self.candidates("as", for: architecture) + ["clang"],
      architecture)
    linker = try Self.tool(
      "linker", choice.linker, Self.candidates("ld", for: architecture) + ["ld.lld", "ld.mold"],
      architecture)
    assemblerKind = Self.assemblerKind(of: assembler)
    linkerKind = Self.linkerKind(of: linker)
  }

  private static func candidates(_ name: String, for architecture: Architecture) -> [String] {
    let tools = architecture.tools
    return (tools.arePlainToolsOf(.host) ? [name] : []) + tools.prefixes.map { "\($0)-\(name)" }
  }

  private static func tool(
    _ what: String, _ choice: String?, _ candidates: [String], _ architecture: Architecture
  ) throws(InputError) -> Tool {
    guard let choice else {
      for name in candidates {
        if let path = find(name) { return Tool(path: path, arguments: []) }
      }
      throw InputError(
        .tool, path: what,
        "no \(what) for \(architecture.name) in PATH; install one of \(candidates.joined(separator: ", ")) or name one with --\(what)"
      )
    }
    let words = choice.split(separator: " ").map { String($0) }
    guard let name = words.first, let path = find(name) else {
      throw InputError(
        .tool, path: choice, "no such program; --\(what) takes a name in PATH or a path")
    }
    return Tool(path: path, arguments: Array(words.dropFirst()))
  }

  /// Looks a program up as `execvp` does.
  private static func find(_ name: String) -> FilePath? {
    if name.contains("/") { return access(name, X_OK) == 0 ? FilePath(name) : nil }
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    for directory in path.split(separator: ":") {
      let candidate = FilePath(String(directory)).appending(name)
      if access(candidate.string, X_OK) == 0 { return candidate }
    }
    return nil
  }

  // What a tool is, is told from its name, as a symbolic link's target may be a multi-call binary.
  private static func assemblerKind(of tool: Tool) -> AssemblerKind {
    let name = tool.path.lastComponent?.string ?? ""
    if name.hasPrefix("llvm-mc") { return .llvmMC }
    let isDriver = ["clang", "gcc", "cc"].contains {
      name == $0 || name.contains("clang") || name.hasSuffix("-\($0)")
    }
    return isDriver ? .clang : .gnu
  }

  private static func linkerKind(of tool: Tool) -> LinkerKind {
    let name = tool.path.lastComponent?.string ?? ""
    if name.contains("lld") { return .lld }
    if name.contains("gold") { return .gold }
    return name.contains("mold") ? .mold : .gnu
  }

  // MARK: Arguments

  func assemblerArguments(_ source: FilePath, output: FilePath) -> [String] {
    let tools = architecture.tools
    var arguments: [String]
    switch assemblerKind {
    case .gnu: arguments = tools.assemblerArguments
    case .clang:
      arguments = ["--target=\(tools.clangTarget)"] + tools.clangArguments
      arguments += ["-c", "-x", "assembler"]
    case .llvmMC:
      arguments = ["-triple=\(tools.clangTarget)", "-filetype=obj"]
    }
    if let march {
      arguments.removeAll { $0.hasPrefix("-march=") }
      arguments.append("-march=\(march)")
    }
    if let mabi {
      arguments.removeAll { $0.hasPrefix("-mabi=") }
      arguments.append("-mabi=\(mabi)")
    }
    return arguments + assembler.arguments + [source.string, "-o", output.string]
  }

  /// The files of a link.
  struct LinkJob {
    var object: FilePath
    var output: FilePath
    var soname: String
    var versionScript: FilePath?
    var linkerScript: FilePath?
    /// Libraries that are to become `DT_NEEDED`.
    var needed: [FilePath] = []
  }

  func linkerArguments(_ job: LinkJob) -> [String] {
    let emulation = architecture.tools.emulation(
      ofLinker: linker.path.lastComponent?.string ?? "")
    var arguments = ["-shared", "-m", emulation, "-soname", job.soname]
    // Programs see the dynamic symbol table only; the other one would hold the same names again.
    arguments += ["-s", "--build-id=none", "-z", "noexecstack", "-z", "relro"]
    // Nobody loads a stub, so pages cost nothing but space in the file.
    arguments += ["-z", "max-page-size=4096"]
    if let script = job.linkerScript { arguments += ["-T", script.string] }
    if let script = job.versionScript { arguments += ["--version-script", script.string] }
    arguments.append(job.object.string)
    if !job.needed.isEmpty { arguments += ["--no-as-needed"] + job.needed.map(\.string) }
    return arguments + linker.arguments + ["-o", job.output.string]
  }

  /// Whether the linker records what a version node inherits from, which no program sees.
  var writesParents: Bool { linkerKind == .gnu || linkerKind == .gold }

  /// mold reads no such scripts, but places sections without contents as they should be.
  var needsLinkerScript: Bool { linkerKind != .mold }
}
