internal import AbiModel
internal import Mangling
internal import Support

/// Names of a text that are another architecture's: a hand-kept text may list what each architecture
/// calls one function, `_Znwj` beside `_Znwm`.
struct OtherArchNames {
  private let actual: Abi
  private let models: (own: DataModel, others: [DataModel])?
  private var parser = MangledNameParser()

  /// - Parameter architecture: that of the build; nil when it is not known, and nothing is.
  init(of actual: Abi, for architecture: Architecture?) {
    self.actual = actual
    models = architecture.map { architecture in
      // One for each way in which names depend on the architecture.
      let others = ["x86_64", "i386", "arm", "aarch64"].compactMap { Architecture(named: $0) }
      return (
        architecture.dataModel,
        others.filter { $0.elfClass != architecture.elfClass }.map(\.dataModel)
      )
    }
  }

  /// Those of the names that the build has in its own spelling, or that the run-time library of
  /// another architecture has, by their places.
  mutating func find(among missing: [ByteName]) -> Set<Int> {
    var result = Set(missing.indices.filter { RuntimeNames.contains(missing[$0]) })
    guard let models else { return result }
    var places: [Int] = []
    var parsed: [MangledName] = []
    for (place, name) in missing.enumerated() where !result.contains(place) && name.isMangled {
      guard let name = try? parser.parse(name.bytes), WidthTraits(name).dependsOnWidth else {
        continue
      }
      places.append(place)
      parsed.append(name)
    }
    guard !parsed.isEmpty else { return result }
    let names = names(like: places.map { missing[$0] })
    for model in models.others {
      for pair in NamePairing(parsed, model, names, models.own).pairs {
        result.insert(places[pair.first])
      }
    }
    return result
  }

  /// The C++ names of the build that look like one of `others`.
  private mutating func names(like others: [ByteName]) -> [MangledName] {
    let shapes = Set(others.map { $0.bytes.withUnsafeBytes(Self.shape) })
    var names: [MangledName] = []
    for symbol in actual.symbols where symbol.storage != .undefined {
      let name = actual.withName(of: symbol) { name in
        MangledName.isMangled(name) && shapes.contains(Self.shape(of: name))
          ? try? parser.parse([UInt8](name)) : nil
      }
      if let name, WidthTraits(name).dependsOnWidth { names.append(name) }
    }
    return names
  }

  /// A hash of what word sizes spell alike: all but the letters of integer types, and the numbers of
  /// thunks and literals. It spares parsing a million names; what is equal is judged by structure.
  private static func shape(of name: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    // `_ZTh`, `_ZTv`, `_ZTc` and a number; `L`, a letter and a number.
    var skipsDigits = name.count > 3 && name[2] == UInt8(ascii: "T")
    var previous: UInt8 = 0
    for byte in name {
      switch byte {
      case UInt8(ascii: "i"), UInt8(ascii: "j"), UInt8(ascii: "l"), UInt8(ascii: "m"),
        UInt8(ascii: "x"), UInt8(ascii: "y"):
        skipsDigits = skipsDigits || previous == UInt8(ascii: "L")
      case UInt8(ascii: "0")...UInt8(ascii: "9") where skipsDigits: break
      default:
        // The end of a thunk's offset, or of a literal.
        let endsNumber = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(previous)
        if endsNumber, byte == UInt8(ascii: "_") || byte == UInt8(ascii: "E") {
          skipsDigits = false
        }
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
      }
      previous = byte
    }
    return hash
  }
}

/// Names of the compilers' run-time libraries that only some architectures have.
enum RuntimeNames {
  /// Run-time ABI for the Arm architecture; libgcc, "Integer library routines" and "Soft float
  /// library routines"; Power architecture ELF ABI, "register saving and restoring functions".
  private static let patterns = [
    "__aeabi_*", "__gnu_unwind_*", "__gnu_Unwind_*", "__gnu_*_ieee", "__gnu_thumb1_case_*",
    "__sync_*_[1248]", "__sync_*_16", "__sync_synchronize", "__clear_cache",
    "_savegpr*_*", "_restgpr*_*", "_savefpr_*", "_restfpr_*", "_savevr_*", "_restvr_*",
    "__riscv_save_*", "__riscv_restore_*", "__aarch64_*_acq*", "__aarch64_*_rel*",
    "__aarch64_*_relax",
  ].map { Glob($0) }

  private static let operations: Set<String> = {
    var names: Set<String> = []
    for operation in [
      "add", "sub", "mul", "neg", "div", "udiv", "mod", "umod", "divmod", "udivmod", "ashl",
      "ashr", "lshr", "cmp", "ucmp", "clz", "ctz", "ffs", "parity", "popcount", "bswap", "abs",
    ] {
      for mode in ["s", "d", "t"] {
        for end in ["i2", "i3", "i4"] {
          names.insert("__\(operation)\(mode)\(end)")
          names.insert("__\(operation)v\(mode)\(end)")
        }
      }
    }
    names.formUnion(["__mulosi4", "__mulodi4", "__muloti4"])
    return names
  }()

  static func contains(_ name: ByteName) -> Bool {
    guard name.bytes.starts(with: "_".utf8) else { return false }
    return operations.contains(String(decoding: name.bytes, as: UTF8.self))
      || name.bytes.withUnsafeBytes { bytes in patterns.contains { $0.matches(bytes) } }
  }
}
