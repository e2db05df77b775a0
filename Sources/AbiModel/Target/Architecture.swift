public import ElfKit
internal import Support

/// A processor architecture with the ABI that is usual for it: everything that tells a stub for
/// one from a stub for another.
public struct Architecture: Hashable, Sendable {
  /// The name that this tool prints, which is GNU's.
  public let name: String
  /// Other spellings, Genode's and LLVM's among them. In lower case.
  public let aliases: [String]
  /// `e_ident[EI_CLASS]`.
  public let elfClass: ElfHeader.Class
  /// `e_ident[EI_DATA]`.
  public let byteOrder: ElfHeader.ByteOrder
  /// `e_machine`.
  public let machine: Machine
  /// `e_flags` of libraries in the usual ABI, by the processor supplement of the psABI.
  public let flags: UInt32
  /// The prefix of GNU's tools.
  public let gnuTriple: String
  /// What `clang --target=` takes.
  public let clangTarget: String
  /// `-m` of GNU ld, gold, lld and mold.
  public let emulation: String
  /// What GNU as is told so that it assembles for the usual ABI.
  public let assemblerArguments: [String]
  /// What clang is told beside `--target=`.
  public let clangArguments: [String]
  /// Directives at the start of a text that is for this architecture only: object attributes
  /// that both assemblers leave to the compiler.
  public let assemblyPrologue: String
  /// The alignment that linkers give segments, in bytes (`-z max-page-size` of GNU ld).
  public let maxPageSize: UInt64

  /// In bits.
  public var wordSize: Int { elfClass.addressSize * 8 }

  /// All names under which it is known, the printed one first.
  public var spellings: [String] { [name] + aliases }
}

extension Architecture {
  /// The architecture of a name in any spelling, upper or lower case. Nil when there is none.
  public init?(named name: some StringProtocol) {
    let lower = name.lowercased()
    guard let found = Self.all.first(where: { $0.name == lower || $0.aliases.contains(lower) })
    else { return nil }
    self = found
  }

  /// The architecture that a file is for, by class, byte order and machine. Nil for one that is
  /// not in the table. The flags are those of the usual ABI, not of the file.
  public init?(of header: ElfHeader) {
    guard
      let found = Self.all.first(where: {
        $0.machine == header.machine && $0.elfClass == header.elfClass
          && $0.byteOrder == header.byteOrder
      })
    else { return nil }
    self = found
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
    #elseif arch(s390x)
      s390x
    #else
      #error("the table of architectures lacks this host")
    #endif
  }

  /// An ELF header for a shared library.
  public var header: ElfHeader {
    ElfHeader(
      elfClass: elfClass, byteOrder: byteOrder, type: .shared, machine: machine, flags: flags)
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

extension Architecture {
  /// What stands before `-as` and `-ld` in the names of cross tools: GNU's triple, and the prefix
  /// of Genode's tool chain.
  package var toolPrefixes: [String] {
    var prefixes = [gnuTriple]
    switch machine {
    case .x86_64, .i386: prefixes.append("genode-x86")
    case .arm: prefixes += ["arm-linux-gnueabi", "genode-arm"]
    case .aarch64 where byteOrder == .little: prefixes.append("genode-aarch64")
    // GNU's tools for RISC-V are for both word sizes.
    case .riscv: prefixes += [Architecture.riscv64.gnuTriple, "genode-riscv"]
    default: break
    }
    return prefixes
  }

  /// Whether the plain `as` and `ld` of a host can be told to work for this architecture.
  package func isSupportedByToolsOf(_ host: Architecture) -> Bool {
    let isX86: (Architecture) -> Bool = { $0.machine == .x86_64 || $0.machine == .i386 }
    return self == host || (isX86(self) && isX86(host))
  }
}
