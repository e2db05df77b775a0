internal import AbiModel
internal import ElfKit
public import Support

/// The forms in which a stub is written.
public enum StubForm: String, CaseIterable, Sendable {
  case assembly, library, object
  case versionScript = "version-script"

  /// What names of files in this form end in.
  public var suffix: String {
    switch self {
    case .assembly: ".s"
    case .library: ".abi.so"
    case .object: ".o"
    case .versionScript: ".map"
    }
  }

  /// What the name of an output asks for.
  public init(forOutput path: String) {
    self =
      if OutputNames.isSharedObject(path) { .library } else if path.hasSuffix(".o") {
        .object
      } else if path.hasSuffix(".map") || path.hasSuffix(".ver") { .versionScript } else {
        .assembly
      }
  }

  /// Whether it is for one architecture. Assembly and version scripts may be good for all.
  public var needsArchitecture: Bool { self == .library || self == .object }
}

/// Writes stubs.
public struct StubWriter: Sendable {
  /// What is written.
  public var form: StubForm
  /// Libraries are written without tools, unless the user asks for some.
  public var tools: Toolchain.Choice
  /// Told each command before it is run, and what the tools say when they succeed.
  public var report: @Sendable (StubBuild.Message) -> Void

  /// Writes stubs in a form, with the tools that the user chose.
  public init(
    _ form: StubForm, tools: Toolchain.Choice = .init(),
    report: @escaping @Sendable (StubBuild.Message) -> Void = { _ in }
  ) {
    self.form = form
    self.tools = tools
    self.report = report
  }

  /// Hands the bytes of a stub to `body`.
  public func withBytes(
    of plan: StubPlan, _ body: (UnsafeRawBufferPointer) throws(InputError) -> Void
  ) async throws(InputError) {
    if form == .library, tools.isEmpty {
      let library = try plan.library()
      try library.withBytes { bytes throws(InputError) in try body(bytes) }
      return
    }
    let contents = try await contents(of: plan)
    try contents.span.bytes.withUnsafeBytes { bytes throws(InputError) in try body(bytes) }
  }

  private func contents(of plan: StubPlan) async throws(InputError) -> [UInt8] {
    switch form {
    case .assembly: try AssemblyText.text(of: plan)
    case .versionScript: try VersionScript.text(of: plan)
    case .object: try await build(plan).object()
    case .library: try await build(plan).library()
    }
  }

  private func build(_ plan: StubPlan) throws(InputError) -> StubBuild {
    let tools = try Toolchain(for: plan.architecture ?? .host, tools)
    return StubBuild(plan, with: tools, report: report)
  }
}

extension Toolchain.Choice {
  /// Whether everything is to be picked.
  public var isEmpty: Bool {
    assembler == nil && linker == nil && march == nil && mabi == nil
  }
}
