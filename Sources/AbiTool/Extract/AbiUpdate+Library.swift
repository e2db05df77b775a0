internal import AbiModel
public import Support
public import SystemPackage

extension AbiUpdate {
  /// Renews an ABI file from the library that it is of.
  ///
  /// - Parameters:
  ///   - path: the ABI file.
  ///   - library: the library.
  ///   - promised: what was extracted from the library.
  ///   - form: that of new lines.
  /// - Throws: `InputError` when one of them cannot be read, or when the file says by its SONAME
  ///   that it is of another library.
  public init(
    of path: FilePath, from library: FilePath, promised: Extraction.Result, form: AbiForm
  ) throws(InputError) {
    var everything = Extraction.Options()
    everything.profile = .complete
    let available = try Extraction.extract(from: library, options: everything)
    try self.init(
      of: path, promised: promised.abi, available: available.abi, genode: form == .genode)
    guard let soname, soname != promised.abi.soname else { return }
    let other = promised.abi.soname.map { "its SONAME is \($0.spelled)" } ?? "it has no SONAME"
    throw InputError(
      path: library.string,
      """
      \(other), and \(path) is the ABI of \(soname.spelled); if this is its library, change the \
      #%soname line first
      """)
  }
}
