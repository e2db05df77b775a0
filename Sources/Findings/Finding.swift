internal import Mangling
public import Support

/// One thing that a check found.
public struct Finding: Hashable, Sendable {
  /// What is the case in some of the builds: a cell of the matrix.
  public struct Detail: Hashable, Sendable {
    /// The builds that are alike in it, sorted.
    public var builds: [Build]
    /// A few words, such as `D 64`, `absent` or `unsigned long`.
    public var value: String

    /// What is the case in `builds`.
    public init(_ builds: [Build], _ value: String) {
      self.builds = builds
      self.value = value
    }
  }

  /// A place in a text: an ABI or an allow file.
  public struct Place: Hashable, Sendable {
    /// The file, as the user named it.
    public var path: String
    /// Counted from 1.
    public var line: Int?
    /// Counted from 1.
    public var column: TextColumn?

    /// A file, or a place in it.
    public init(path: String, line: Int? = nil, column: TextColumn? = nil) {
      self.path = path
      self.line = line
      self.column = column
    }
  }

  /// The entry of the allow file that accepts a finding.
  public struct Allowance: Hashable, Sendable {
    /// The line of the entry.
    public var place: Place
    /// What the entry says after `#`.
    public var reason: String
    /// Whether the joint ABI leaves the symbol out.
    public var isOmitted = false
  }

  /// What kind of finding it is.
  public var code: FindingCode
  /// How grave it is.
  public var severity: Severity
  /// The file that is at fault: a program, a library or a text, as the user named it. Nil when the
  /// cause is in no single file.
  public var object: String?
  /// The mangled name. Of names that are paired, the first.
  public var symbol: ByteName?
  /// `VERSION`, without its `@`.
  public var version: ByteName?
  /// Whether the version is the default one (`@@`).
  public var isDefaultVersion: Bool
  /// The name of the library that it is about, as a NEEDED entry (`DT_NEEDED`), a version need
  /// (`vn_file`) or an interpreter (`PT_INTERP`) spells it.
  public var needed: ByteName?
  /// What it is about where no name tells: an instruction's address, a question.
  public var part: String?
  /// The builds that the finding is about, or the files in whose processes it was met, sorted.
  public var builds: [Build]
  /// The files that need ``needed`` or refer to ``symbol``, sorted, where the cause is in none of
  /// them.
  public var neededBy: [String] = []
  /// The symbols that it concerns, sorted, where it is about more than ``symbol``.
  public var symbols: [ByteName] = []
  /// The facts side by side.
  public var details: [Detail]
  /// The names that one declaration has in the builds, where they are not the same.
  public var spellings: [Detail] = []
  /// A few words that stand behind the name in a table: `parameter 2`, `x86_64 only`.
  public var remark: String?
  /// Where to look first: the line of the ABI text, or the file that is checked.
  public var place: Place?
  /// The line of source from which the code at fault comes. Only debug information tells, which may
  /// or may not be installed beside a file: where to look, and never a part of identity or order.
  public var source: Place?
  /// What is the case, in one sentence without a full stop. Without counts and examples, which are
  /// in ``builds``, ``neededBy`` and ``symbols``.
  public var message: String
  /// What to do about this very finding; the code's cure otherwise.
  public var cure: String
  /// Set when an allow file accepts the finding; it does not count then.
  public var allowance: Allowance?

  /// - Parameters:
  ///   - severity: that of the code when nil.
  ///   - object: when nil, the file of the only build or else of `place`. Findings with `neededBy`
  ///     have none then.
  ///   - cure: that of the code when nil.
  public init(
    _ code: FindingCode, severity: Severity? = nil, object: String? = nil,
    symbol: ByteName? = nil, version: ByteName? = nil, isDefaultVersion: Bool = false,
    needed: ByteName? = nil, part: String? = nil, builds: [Build] = [], neededBy: [String] = [],
    symbols: [ByteName] = [], details: [Detail] = [], remark: String? = nil, place: Place? = nil,
    message: String, cure: String? = nil
  ) {
    self.code = code
    self.severity = severity ?? code.severity
    self.object = object ?? (neededBy.isEmpty ? Self.file(of: builds) ?? place?.path : nil)
    self.symbol = symbol
    self.version = version
    self.isDefaultVersion = isDefaultVersion
    self.needed = needed
    self.part = part
    self.builds = builds
    self.neededBy = neededBy
    self.symbols = symbols
    self.details = details
    self.remark = remark
    self.place = place
    self.message = message
    self.cure = cure ?? code.cure
  }

  /// The file that a finding about one file is about. Builds of kernels and architectures stand for
  /// the library that they are builds of, and have none.
  private static func file(of builds: [Build]) -> String? {
    builds.count == 1 ? builds.first.flatMap { $0.isPlainFile ? $0.path : nil } : nil
  }

  /// Where a reader is led: to the source, where it is known.
  package var location: Place? { source ?? place }

  /// A question that was asked and has no answer. It decides the exit status whatever its severity.
  public var isNotKnown: Bool { code == .notKnown }

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
      return (one.path, one.line ?? 0, one.column ?? 1)
        < (other.path, other.line ?? 0, other.column ?? 1)
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
