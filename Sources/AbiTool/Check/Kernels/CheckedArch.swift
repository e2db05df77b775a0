internal import AbiModel
internal import Findings
internal import Mangling
internal import Support

/// An architecture of a check, as the user named it.
struct CheckedArch: Sendable {
  /// Empty when there is one, without a name.
  var label: String
  /// Nil when neither a name nor an ELF file tells.
  var architecture: Architecture?
  /// How it spells types in mangled names.
  var model: DataModel? { architecture?.dataModel }
  /// Size of an address in bytes, where it is known.
  var addressSize: Int? { model?.pointerSize }

  /// The architecture of a name.
  ///
  /// - Throws: `InputError` when there is none of that name.
  init(label: String) throws(InputError) {
    self.label = label
    guard !label.isEmpty else { return }
    architecture = Architecture(named: label)
    guard architecture != nil else {
      throw InputError(
        .usage, path: "--archs", "no architecture \(label); known are \(Architecture.listing)")
    }
  }
}
