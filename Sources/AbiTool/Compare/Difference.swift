internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// One thing in which what is there differs from what is promised.
struct Difference {
  /// What is different. A kind has one finding code, whichever command reports it.
  enum Kind: Hashable {
    /// No symbol of the name.
    case missing
    /// Gone, and one symbol is there that differs in the width or constness of a type only.
    case renamed
    /// The name is there in other versions only.
    case version
    /// The version is there, and no longer or only now what new programs are linked to.
    case defaultMoved
    /// The version is there, and no version of the name is the default one any more.
    case defaultLost
    /// Had no version, and has one.
    case versionAdded
    /// Had a version, and has none.
    case versionUnchecked
    case fact(SymbolFact, isGreater: Bool)
    /// Data has another size on 32-bit targets.
    case size32(isGreater: Bool)
    /// Names of one object are names of two.
    case aliasSplit
    /// Names of two objects are names of one.
    case aliasJoined
    /// The kernels and architectures that have it.
    case condition(isLess: Bool)
    /// The program is to define it.
    case wanted(isNew: Bool)
    /// The program may define it, or another library does.
    case weaklyWanted
    case notWanted
    /// Not promised.
    case added
    /// Class, byte order or machine of the library.
    case target
    /// The calling convention that the ELF flags tell.
    case flags
    case soname
    /// A version node is not defined.
    case node(isUsed: Bool)
    case nodeAdded
    /// The library has no version nodes at all.
    case nodes
    case needed(isNew: Bool)
  }

  var kind: Kind
  /// Index into the symbols of what is promised.
  var promised: Int?
  /// Index into the symbols of what is there; of aliases the other name, promised as well.
  var actual: Int?
  /// Of a version node or a needed library.
  var name: ByteName?
}

/// For what a comparison is made: the table of severities.
enum Measure {
  /// A text that a library is to keep. What it leaves open is open.
  case promise
  /// An older version, which programs are linked with.
  case change
}

extension Difference {
  var code: FindingCode {
    switch kind {
    case .missing: .missing
    case .condition(let isLess): isLess ? .missing : .madeWeaker
    case .renamed: .renamed
    case .version: .versionDiffers
    case .defaultMoved: .defaultMoved
    case .defaultLost: .defaultVersionDiffers
    case .versionAdded, .weaklyWanted, .notWanted, .needed: .madeWeaker
    case .versionUnchecked, .nodes: .versionUnchecked
    case .fact(.size, let isGreater), .size32(let isGreater): isGreater ? .tooSmall : .tooLarge
    case .fact(let fact, _): fact.code
    case .aliasSplit, .aliasJoined: .aliasDiffers
    case .wanted: .mustDefine
    case .added, .nodeAdded: .added
    case .target: .archDiffers
    case .flags: .flagsDiffer
    case .soname: .sonameDiffers
    case .node: .versionNodeMissing
    }
  }
}

extension Comparison {
  /// What a difference means to a program that was linked with what is promised and runs with what
  /// is there. An error is what some program notices.
  func severity(of difference: Difference, as measure: Measure) -> Severity {
    switch difference.kind {
    case .missing, .renamed, .version, .wanted, .target, .flags, .soname: return .error
    case .defaultMoved, .versionAdded, .weaklyWanted, .notWanted, .added, .nodeAdded, .needed:
      return .information
    // Programs that exist run, and new ones do not link.
    case .defaultLost: return .warning
    // The dynamic linker says "no version information available" and takes what it finds.
    case .versionUnchecked, .nodes: return .warning
    case .condition(let isLess): return isLess ? .error : .information
    // Programs need the versions of symbols that they use; linkers add few others.
    case .node(let isUsed): return isUsed ? .error : .warning
    case .size32(let isGreater): return isGreater || measure == .change ? .error : .information
    case .aliasSplit, .aliasJoined:
      // Linkers merge equal constants, and a copy of one is as good as the other.
      return isReadOnly(difference) ? .information : .error
    case .fact(let fact, let isGreater):
      guard let symbol = difference.promised, let other = difference.actual else { return .error }
      return fact.severity(
        promised: promised.symbols[symbol], actual: actual.symbols[other], isGreater, measure)
    }
  }

  private func isReadOnly(_ difference: Difference) -> Bool {
    [difference.promised, difference.actual].allSatisfy { place in
      place.map { promised.symbols[$0].storage == .readOnly } ?? false
    }
  }
}

extension SymbolFact {
  fileprivate func severity(
    promised: Symbol, actual: Symbol, _ isGreater: Bool, _ measure: Measure
  ) -> Severity {
    switch self {
    case .kind, .tls, .other: return .error
    // The dynamic linker binds weak definitions as others, and does not look at the type.
    case .type: return .information
    case .binding:
      return promised.binding == .unique || actual.binding == .unique ? .error : .information
    case .size:
      // Plain symbol files leave the size of weak data open.
      if promised.size == 0 || actual.size == 0 { return .information }
      // Room for growth is what a text may promise; of an older version programs use all.
      return isGreater || measure == .change ? .error : .information
    case .storage:
      return promised.isWritable == actual.isWritable ? .information : .error
    case .visibility:
      guard actual.isProtected else { return .information }
      return promised.isData ? .error : .warning
    case .alignment:
      // A copy in a program is aligned as is promised. Up to the alignment that compilers give to
      // large arrays it is an accident of the layout.
      return isGreater && actual.impliedAlignment > 32 ? .warning : .information
    }
  }
}
