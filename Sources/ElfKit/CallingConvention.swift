/// What two files have to agree on so that one can call the other, beside their symbols: what
/// link editors compare when they merge `e_flags` and object attributes (`merge_private_bfd_data`
/// of bfd), and dynamic linkers when they load a file (`elf_machine_matches_host` of glibc).
public struct CallingConvention: Hashable, Sendable {
  /// A question on which files may differ.
  public enum Aspect: UInt8, Hashable, Sendable, CaseIterable {
    /// Class, byte order and machine.
    case target
    /// The ABI as a whole, where a machine has several.
    case abi
    /// Where floating-point arguments are, and what does the arithmetic.
    case floatArguments
    /// How numbers that are none are encoded.
    case notANumber
    /// The format of `long double`.
    case longDouble
    /// Where vector arguments are.
    case vectorArguments
    /// How small structures are returned.
    case structReturn
    /// Which registers there are, or what a register is for.
    case registers
    /// How the stack is aligned.
    case stackAlignment
    /// What instructions both must have, so that a call changes between none that exclude another.
    case instructions
    /// What a pointer to a function points to.
    case functionPointers
    /// The size of enumerations.
    case enumSize
    /// The size of `wchar_t`.
    case wcharSize
  }

  /// What becomes of files that differ.
  public enum Effect: UInt8, Hashable, Sendable, Comparable {
    /// Nothing notices; arguments are passed wrongly.
    case unnoticed
    /// A link editor warns.
    case warned
    /// A link editor or the dynamic linker refuses the files.
    case refused

    /// By how early it is noticed.
    public static func < (left: Effect, right: Effect) -> Bool { left.rawValue < right.rawValue }
  }

  /// What a file says to one aspect.
  public struct Fact: Hashable, Sendable {
    /// The question.
    public var aspect: Aspect
    /// The answers that the file goes together with, one bit each: a single one, or several
    /// where it is compatible with all of them.
    var answers: UInt64
    /// The answer for the user, such as `double-float ABI`.
    public var words: String
    /// What becomes of files with other answers.
    public var effect: Effect
    /// Whether files of the machine have this answer but for rare ones.
    public var isUsual: Bool

    init(
      _ aspect: Aspect, _ answer: some BinaryInteger, _ words: String, _ effect: Effect,
      isUsual: Bool = false
    ) {
      self.init(aspect, answers: 1 << (UInt64(answer) & 63), words, effect, isUsual: isUsual)
    }

    init(
      _ aspect: Aspect, answers: UInt64, _ words: String, _ effect: Effect, isUsual: Bool = false
    ) {
      self.aspect = aspect
      self.answers = answers
      self.words = words
      self.effect = effect
      self.isUsual = isUsual
    }
  }

  /// An aspect on which two files differ.
  public struct Difference: Hashable, Sendable {
    /// The question.
    public var aspect: Aspect
    /// The answers of the first and of the second file, for the user.
    public var words: (first: String, second: String)
    /// What becomes of it.
    public var effect: Effect

    /// Whether two are the same.
    public static func == (left: Difference, right: Difference) -> Bool {
      left.aspect == right.aspect && left.words == right.words && left.effect == right.effect
    }

    /// Hashes the aspect and both answers.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(aspect)
      hasher.combine(words.first)
      hasher.combine(words.second)
    }
  }

  private let elfClass: ElfHeader.Class
  private let byteOrder: ElfHeader.ByteOrder
  private let machine: Machine
  /// By aspect. Where a file says nothing, or goes together with every answer, there is none.
  public private(set) var facts: [Fact] = []

  /// What the ELF header says. On Arm, MIPS and PowerPC, object attributes say more:
  /// ``ElfFile/callingConvention()``.
  public init(_ header: ElfHeader) {
    self.init(header, attributes: [], abiFlags: nil)
  }

  init(_ header: ElfHeader, attributes: [ObjectAttributes], abiFlags: MipsAbiFlags?) {
    elfClass = header.elfClass
    byteOrder = header.byteOrder
    machine = header.machine
    let source = Source(header: header, attributes: attributes, abiFlags: abiFlags)
    facts = source.facts.sorted { $0.aspect.rawValue < $1.aspect.rawValue }
  }

  /// The answers for the user, such as `o32 ABI, -mfpxx floating point`, but for usual ones. Empty
  /// for machines with one convention only.
  public var words: String {
    facts.filter { !$0.isUsual }.map(\.words).joined(separator: ", ")
  }

  private var target: String {
    let width = elfClass == .elf64 ? 64 : 32
    return "\(width)-bit \(byteOrder == .little ? "little" : "big")-endian \(machine)"
  }

  /// The aspects on which two files differ, so that a link editor or a dynamic linker refuses or
  /// warns, or calls go wrong. Those of which one file says nothing are none.
  public func differences(from other: CallingConvention) -> [Difference] {
    guard elfClass == other.elfClass, byteOrder == other.byteOrder,
      machine.isCompatible(with: other.machine)
    else {
      return [Difference(aspect: .target, words: (target, other.target), effect: .refused)]
    }
    return facts.compactMap { fact in
      guard let counterpart = other.facts.first(where: { $0.aspect == fact.aspect }),
        fact.answers & counterpart.answers == 0
      else { return nil }
      return Difference(
        aspect: fact.aspect, words: (fact.words, counterpart.words),
        effect: max(fact.effect, counterpart.effect))
    }
  }

  /// Whether files of the two conventions can call each other.
  public func isCompatible(with other: CallingConvention) -> Bool {
    differences(from: other).isEmpty
  }
}

extension ElfFile {
  /// What the ELF header and the object attributes say.
  ///
  /// - Throws: `ElfError` when an attributes section does not lie in the file, or is malformed.
  public func callingConvention() throws(ElfError) -> CallingConvention {
    CallingConvention(
      header, attributes: try objectAttributes(), abiFlags: try mipsAbiFlags())
  }

  /// `.MIPS.abiflags`, by `PT_MIPS_ABIFLAGS` as the dynamic linker finds it, or by its section.
  private func mipsAbiFlags() throws(ElfError) -> MipsAbiFlags? {
    guard header.machine == .mips else { return nil }
    if let segment = segments.first(where: { $0.kind == .mipsAbiFlags }) {
      return try withContents(of: segment) { bytes throws(ElfError) in MipsAbiFlags(bytes) }
    }
    guard let section = sections.first(where: { $0.kind == .mipsAbiFlags }) else { return nil }
    return try withContents(of: section) { bytes throws(ElfError) in MipsAbiFlags(bytes) }
  }
}

/// `Elf_MIPS_ABIFlags_v0`, as far as it matters here.
struct MipsAbiFlags {
  /// `fp_abi`.
  var floatABI: UInt8

  /// Nil when there are not enough bytes.
  init?(_ bytes: UnsafeRawBufferPointer) {
    // version (2 bytes), isa_level, isa_rev, gpr_size, cpr1_size, cpr2_size, fp_abi.
    guard bytes.count >= 24 else { return nil }
    floatABI = bytes[7]
  }
}
