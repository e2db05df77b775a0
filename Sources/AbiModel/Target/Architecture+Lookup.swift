public import ElfKit
internal import Support

extension Architecture {
  /// All that are known, in the order in which messages list them. Where ELF files do not tell
  /// two apart, the usual one comes first.
  public static let all: [Architecture] = [
    x86_64, i386, x32,
    aarch64, aarch64BigEndian, aarch64ILP32,
    arm, armel,
    riscv64, riscv64SoftFloat, riscv32,
    ppc64le, ppc64leIEEE, ppc64, ppc,
    s390x, s390,
    mips64el, mips64, mipsel, mips, mipsn32el, mipsn32,
    loongarch64,
    sparc64, sparc,
    m68k,
  ]

  private static let bySpelling = Dictionary(
    all.flatMap { one in one.spellings.map { ($0, one) } }, uniquingKeysWith: { first, _ in first })

  /// The architecture of a name in any spelling, upper or lower case. Nil when there is none.
  public init?(named name: some StringProtocol) {
    guard let found = Self.bySpelling[name.lowercased()] else { return nil }
    self = found
  }

  /// The architecture that a file is for: by class, byte order, machine and calling convention.
  ///
  /// A file with a calling convention of its own is taken for one of the usual ABI of its machine;
  /// ``hasCallingConvention(of:)`` tells. Nil when the machine is not in the table.
  public init?(of header: ElfHeader) {
    let candidates = Self.all.filter { one in
      one.machine == header.machine && one.elfClass == header.elfClass
        && one.byteOrder == header.byteOrder
    }
    let exact = candidates.first { $0.hasCallingConvention(of: header) }
    guard let found = exact ?? candidates.first else { return nil }
    self = found
  }

  /// Whether a file is for this architecture, as far as ELF files tell architectures apart.
  public func isTarget(of header: ElfHeader) -> Bool {
    Architecture(of: header)?.header == self.header
  }

  /// The architecture that this tool was built for.
  public static var host: Architecture {
    #if arch(x86_64)
      x86_64
    #elseif arch(arm64)
      aarch64
    #elseif arch(arm)
      arm
    #elseif arch(i386)
      i386
    #elseif arch(riscv64)
      riscv64
    #elseif arch(powerpc64le)
      ppc64le
    #elseif arch(powerpc64)
      ppc64
    #elseif arch(s390x)
      s390x
    #else
      #error("the table of architectures lacks this host")
    #endif
  }

  /// What is said of a name that is none.
  public static func unknown(_ name: String) -> String {
    let nearest = all.flatMap(\.spellings).min {
      EditDistance.between($0, name) < EditDistance.between($1, name)
    }
    let hint = nearest.flatMap { EditDistance.between($0, name) <= 2 ? $0 : nil }
    return "unknown architecture \(name); "
      + (hint.map { "did you mean \($0)?" } ?? "known are \(listing)")
  }

  /// The names for a message that lists what could have been given.
  public static var listing: String { all.map(\.name).joined(separator: ", ") }
}
