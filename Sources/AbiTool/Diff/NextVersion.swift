internal import AbiModel
internal import Findings
internal import Support

/// What the version and the SONAME of a library should be next.
public struct NextVersion: Sendable {
  /// Which part of a semantic version goes up (semver.org).
  public enum Step: String, Sendable {
    case major, minor, patch
  }

  /// Which part of the version goes up.
  public let step: Step
  /// The SONAME to use; nil when the old one stays, or when no rule tells the next.
  public let soname: String?
  /// The new library has another SONAME than the old one, as breaking changes ask for.
  private let isChanged: Bool
  /// The version number, when the old file's name tells its own.
  public let number: String?

  /// - Parameters:
  ///   - soname: that of the old library.
  ///   - newSoname: that of the new library.
  ///   - fileName: the name of the old file, such as `libdemo.so.1.2.3`.
  public init(after verdict: AbiDiff.Verdict, soname: String?, newSoname: String?, fileName: String)
  {
    step =
      switch verdict {
      case .identical: .patch
      case .compatible: .minor
      case .breaking: .major
      }
    isChanged = soname != newSoname
    self.soname =
      verdict != .breaking ? nil : isChanged ? newSoname : soname.flatMap(Self.nextSoname)
    number = Self.nextNumber(in: fileName, step)
  }

  /// `libdemo.so.2` for `libdemo.so.1`. Nil for names without a number of that kind.
  static func nextSoname(_ soname: String) -> String? {
    guard let numbers = numbers(of: soname), let first = numbers.first, first < .max else {
      return soname.hasSuffix(".so") && !soname.hasSuffix(".lib.so") ? soname + ".1" : nil
    }
    let next = [first + 1] + numbers.dropFirst().map { _ in 0 }
    return stem(of: soname) + next.map { ".\($0)" }.joined()
  }

  private static func nextNumber(in fileName: String, _ step: Step) -> String? {
    guard var numbers = numbers(of: fileName), numbers.count >= 2,
      numbers.allSatisfy({ $0 < .max })
    else { return nil }
    while numbers.count < 3 { numbers.append(0) }
    switch step {
    case .major: numbers = [numbers[0] + 1, 0, 0]
    case .minor: numbers = [numbers[0], numbers[1] + 1, 0]
    case .patch: numbers[2] += 1
    }
    return numbers.prefix(3).map(String.init).joined(separator: ".")
  }

  /// The numbers behind `.so.`.
  private static func numbers(of name: String) -> [UInt]? {
    guard let range = rangeOfSuffix(name) else { return nil }
    let parts = name[range].split(separator: ".", omittingEmptySubsequences: false).dropFirst()
    let numbers = parts.compactMap { UInt($0) }
    return numbers.count == parts.count && !numbers.isEmpty ? numbers : nil
  }

  private static func stem(of name: String) -> String {
    rangeOfSuffix(name).map { String(name[..<$0.lowerBound]) } ?? name
  }

  /// What follows the last `.so`.
  private static func rangeOfSuffix(_ name: String) -> Range<String.Index>? {
    var end = name.endIndex
    while end > name.startIndex, let last = name[..<end].last, last.isNumber || last == "." {
      end = name.index(before: end)
    }
    return name[..<end].hasSuffix(".so") && end < name.endIndex ? end..<name.endIndex : nil
  }

  /// For the last line of a report.
  public func words(_ verdict: AbiDiff.Verdict, current: String?) -> String {
    let version =
      "next version: \(number.map { "\($0) (\(step.rawValue))" } ?? "a larger \(step.rawValue) number")"
    switch verdict {
    case .identical: return version
    case .compatible: return version + (current.map { ", SONAME stays \($0)" } ?? "")
    case .breaking where isChanged:
      return version + ", SONAME is \(soname ?? "none") already"
    case .breaking: return version + ", SONAME \(soname ?? "a new one")"
    }
  }
}
