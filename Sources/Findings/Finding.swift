internal import Mangling
public import Support

/// One thing that a check found.
public struct Finding: Hashable, Sendable {
  /// What is the case in some of the builds: a cell of the matrix.
  public struct Detail: Hashable, Sendable {
    public var builds: [Build]
    /// A few words, such as `D 64`, `absent` or `unsigned long`.
    public var value: String

    public init(_ builds: [Build], _ value: String) {
      self.builds = builds
      self.value = value
    }
  }

  /// A place in a text: an ABI or an allow file.
  public struct Place: Hashable, Sendable {
    public var path: String
    /// Counted from 1.
    public var line: Int?
    /// In bytes, counted from 1.
    public var column: Int?

    public init(path: String, line: Int? = nil, column: Int? = nil) {
      self.path = path
      self.line = line
      self.column = column
    }
  }

  /// The entry of the allow file that accepts a finding.
  public struct Allowance: Hashable, Sendable {
    public var place: Place
    public var reason: String
  }

  public var code: FindingCode
  public var severity: Severity
  /// The mangled name. Of names that are paired, the first.
  public var symbol: ByteName?
  /// `VERSION`, without its `@`.
  public var version: ByteName?
  public var isDefaultVersion: Bool
  /// The builds that the finding is about, sorted.
  public var builds: [Build]
  /// The facts side by side.
  public var details: [Detail]
  /// The names that one declaration has in the builds, where they are not the same.
  public var spellings: [Detail] = []
  /// A few words that stand behind the name in a table: `parameter 2`, `x86_64 only`.
  public var remark: String?
  /// Where to look first: the line of the ABI text, or the file that is checked.
  public var place: Place?
  /// What is the case, in one sentence without a full stop.
  public var message: String
  /// What to do about this very finding; the code's cure otherwise.
  public var cure: String
  /// Set when an allow file accepts the finding; it does not count then.
  public var allowance: Allowance?

  public init(
    _ code: FindingCode, severity: Severity? = nil, symbol: ByteName? = nil,
    version: ByteName? = nil, isDefaultVersion: Bool = false, builds: [Build] = [],
    details: [Detail] = [], remark: String? = nil, place: Place? = nil, message: String,
    cure: String? = nil
  ) {
    self.code = code
    self.severity = severity ?? code.severity
    self.symbol = symbol
    self.version = version
    self.isDefaultVersion = isDefaultVersion
    self.builds = builds
    self.details = details
    self.remark = remark
    self.place = place
    self.message = message
    self.cure = cure ?? code.cure
  }

  /// The name as C++ spells it; nil when it is no C++ name.
  public var demangled: String? { symbol.flatMap { Demangler.demangle($0.bytes) } }

  /// `NAME[@VERSION|@@VERSION]` as the ABI text spells it.
  public var head: String? {
    guard let symbol else { return nil }
    guard let version else { return symbol.spelled }
    return symbol.spelled + (isDefaultVersion ? "@@" : "@") + version.spelled
  }

  /// The order of reports: graver findings first, then by code, place, symbol and version.
  public static func precedes(_ left: Finding, _ right: Finding) -> Bool {
    if left.severity != right.severity { return left.severity < right.severity }
    if left.code != right.code { return left.code.rank < right.code.rank }
    let places = (left.place, right.place)
    if let one = places.0, let other = places.1, one != other {
      return (one.path, one.line ?? 0, one.column ?? 0)
        < (other.path, other.line ?? 0, other.column ?? 0)
    }
    let names = (left.symbol?.bytes ?? [], right.symbol?.bytes ?? [])
    if names.0 != names.1 { return names.0.lexicographicallyPrecedes(names.1) }
    if left.version != right.version {
      return (left.version?.bytes ?? []).lexicographicallyPrecedes(right.version?.bytes ?? [])
    }
    if left.builds != right.builds { return left.builds.lexicographicallyPrecedes(right.builds) }
    return left.message < right.message
  }
}
