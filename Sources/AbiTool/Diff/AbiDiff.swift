internal import AbiModel
internal import ElfKit
public import Findings
internal import Mangling
internal import Support

/// What changed from one version of a library to the next, and what that means to programs that
/// are linked with the old one.
public struct AbiDiff: Sendable {
  /// What the changes come to.
  public enum Verdict: String, Sendable {
    /// Nothing changed that a program can notice.
    case identical
    /// Programs that are linked with the old version work with the new one.
    case compatible
    /// Some programs do not.
    case breaking
  }

  /// In the order of reports.
  public private(set) var findings: [Finding] = []
  /// The old version and the new one.
  public let builds: [Build]
  private let comparison: Comparison
  private let headers: (old: ElfHeader?, new: ElfHeader?)

  /// Compares two versions.
  public init(from old: AbiInput, to new: AbiInput) {
    builds = [Build(role: "old", path: old.path), Build(role: "new", path: new.path)]
    headers = (old.header, new.header)
    comparison = Comparison(
      Comparison.Side(abi: old.abi, header: old.comparableHeader(beside: new)),
      with: Comparison.Side(abi: new.abi, header: new.comparableHeader(beside: old)))
    findings = comparison.differences.map { finding($0) }
    findings.sort(by: Finding.precedes)
  }

  /// What the findings come to; those that an allow file accepts do not count.
  public static func verdict(of findings: [Finding]) -> Verdict {
    if findings.contains(where: { $0.severity == .error && $0.allowance == nil }) {
      return .breaking
    }
    return findings.isEmpty ? .identical : .compatible
  }

  private func finding(_ difference: Difference) -> Finding {
    let (old, new) = (comparison.promised, comparison.actual)
    // What is new is named as the new version has it.
    let isNew = difference.promised == nil
    let abi = isNew ? new : old
    let symbol = (difference.promised ?? difference.actual).map { abi.symbols[$0] }
    let change = ChangeWords(comparison, headers).words(for: difference)
    var finding = Finding(
      difference.code, severity: comparison.severity(of: difference, as: .change),
      symbol: symbol.map { ByteName(abi.nameBytes(of: $0)) },
      version: symbol.flatMap(abi.version) ?? (symbol == nil ? difference.name : nil),
      isDefaultVersion: symbol?.isDefaultVersion ?? false, builds: builds,
      details: [
        Finding.Detail([builds[0]], change.old), Finding.Detail([builds[1]], change.new),
      ],
      remark: change.remark, message: change.sentence, cure: difference.code.cureOfChange)
    if let name = finding.symbol, let symbol {
      finding.message = "\(name.words(version: abi.versionMark(of: symbol))): \(change.sentence)"
    }
    return finding
  }
}

extension AbiInput {
  /// The header by which targets are compared. A text that was extracted on one architecture may be
  /// compared with a library of another, where functions are called in another way.
  fileprivate func comparableHeader(beside other: AbiInput) -> ElfHeader? {
    if let header { return header }
    guard let own = abi.architecture?.header,
      let other = other.header ?? other.abi.architecture?.header, other.isLoadable(with: own)
    else { return nil }
    return own
  }
}
