internal import AbiModel
internal import ElfKit
public import Findings
public import Support
public import SystemPackage

/// Checks that real libraries keep the promise of an ABI text.
public struct LibraryCheck {
  /// For which builds the text is read.
  public struct Options: Sendable {
    /// Which of the lines with `kernel=` apply.
    public var kernel: String?
    /// What the library is to be built for; nil for whatever it is.
    public var architecture: String?

    /// Whatever the library is; without lines that depend on the kernel.
    public init() {}
  }

  /// The findings about the library at `path`, those about the form of the text left out.
  ///
  /// - Throws: `InputError` when it is no library, or the ABI depends on a kernel that was not
  ///   named.
  public static func findings(
    _ path: FilePath, keeps promise: PromisedAbi, options: Options = Options()
  ) throws(InputError) -> [Finding] {
    var extraction = Extraction.Options()
    promise.abi.addNames(to: &extraction.neededNames)
    let library = try LoadedBuild(
      Build(kernel: options.kernel ?? "", path: path.string), options: extraction)
    guard library.header != nil else {
      throw InputError(
        .notElf, path: path.string, "an ABI text, and no library that could keep a promise")
    }
    let wanted = options.architecture.flatMap { Architecture(named: $0) }
    let compared = PromiseCheck.Compared(
      build: Build(path: path.string), header: library.header,
      comparison: try library.comparison(with: promise, wanted: wanted))
    var check = PromiseCheck(promise, [compared], BuildWords([Build(path: path.string)]))
    return check.findings()
  }
}

extension LoadedBuild {
  /// The comparison of what a text promises for this build with what the build has.
  ///
  /// - Parameter wanted: what the build is to be for, if the user said so.
  /// - Throws: `InputError` when the text depends on what is not known of the build.
  func comparison(with promise: PromisedAbi, wanted: Architecture? = nil) throws(InputError)
    -> Comparison
  {
    let selector = Abi.Selector(
      kernels: build.kernel.isEmpty ? .unspecified : .named(build.kernel),
      architecture: wanted ?? architecture, addressSize: addressSize)
    let promised = try promise.abi.selection(selector, path: promise.path)
    var actual = abi
    // A kernel's own name for the library stands for the one that programs know.
    if let common = promised.soname, let own = abi.soname,
      KernelName.isKernelSpecific(own, of: common, kernel: build.kernel)
    {
      actual.soname = common
    }
    // A text that was extracted on one architecture may be kept on another, where functions are
    // called in another way.
    let stated = promised.architecture?.header
    let isComparable = stated.flatMap { header?.isLoadable(with: $0) } ?? false
    return Comparison(
      Comparison.Side(
        abi: promised, header: wanted?.header ?? (isComparable ? stated : nil)),
      with: Comparison.Side(abi: actual, header: header))
  }
}
