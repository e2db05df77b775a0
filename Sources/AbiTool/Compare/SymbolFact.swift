internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// The facts about a symbol that a program linked against it depends on, and the words for them.
///
/// One list of facts serves all comparisons: build against build, and build against ABI.
enum SymbolFact: CaseIterable {
  case kind
  case tls
  case type
  case binding
  case size
  case storage
  case visibility
  case other
  case alignment

  var code: FindingCode {
    switch self {
    case .kind: .kindDiffers
    case .tls: .tlsDiffers
    case .type: .typeDiffers
    case .binding: .bindingDiffers
    case .size: .sizeDiffers
    case .storage: .storageDiffers
    case .visibility: .visibilityDiffers
    case .other: .otherDiffers
    case .alignment: .alignmentDiffers
    }
  }

  /// A number that is equal for symbols that agree.
  @inline(__always)
  func value(of symbol: Symbol) -> UInt64 {
    switch self {
    case .kind: UInt64(symbol.kindClass.rawValue)
    case .tls: symbol.isTls ? 1 : 0
    case .type: UInt64(symbol.type.rawValue)
    case .binding: UInt64(symbol.binding.rawValue)
    case .size: symbol.size
    case .storage: UInt64(symbol.storage.rawValue)
    case .visibility: symbol.isProtected ? 1 : 0
    case .other: UInt64(symbol.otherBits)
    case .alignment: symbol.impliedAlignment
    }
  }

  /// What a cell of the matrix says.
  func words(for symbol: Symbol) -> String {
    switch self {
    case .kind:
      String(KindLetter(of: symbol).character) + (symbol.isData ? " \(symbol.size)" : "")
    case .tls: symbol.isTls ? "thread-local" : "global"
    case .type: TypeName.name(of: symbol.type).uppercased()
    case .binding:
      switch symbol.binding {
      case .local: "local"
      case .global: "global"
      case .weak: "weak"
      case .unique: "unique"
      }
    case .size: "\(symbol.size)"
    case .storage:
      switch symbol.storage {
      case .data: "writable (D)"
      case .bss: "writable (B)"
      case .readOnly: "read-only"
      case .relro: "RELRO"
      case .undefined, .absolute, .text: String(KindLetter(of: symbol).character)
      }
    case .visibility: symbol.isProtected ? "protected" : "default"
    case .other: "0x\(String(symbol.otherBits, radix: 16))"
    case .alignment: "\(symbol.alignment)"
    }
  }

  /// The facts that are worth comparing when two symbols are of one kind.
  static func concerning(_ symbol: Symbol) -> [SymbolFact] {
    symbol.isData
      ? [.tls, .type, .binding, .size, .storage, .visibility, .other, .alignment]
      : [.type, .binding, .visibility, .other]
  }
}

extension SymbolFact {
  /// The facts in which what is there differs from what is promised, as far as a text says them:
  /// plain symbol files leave the size of weak data and all alignments open.
  static func differences(promised: Symbol, actual: Symbol) -> [SymbolFact] {
    // The common case, without a list of facts.
    if promised.hasFacts(of: actual) { return [] }
    guard promised.kindClass == actual.kindClass else { return [.kind] }
    return concerning(promised).filter { fact in
      guard fact.value(of: promised) != fact.value(of: actual) else { return false }
      switch fact {
      // Where an object without an alignment of its own comes to lie is an accident.
      case .alignment: return promised.impliedAlignment != actual.impliedAlignment
      case .size: return !(promised.size == 0 && promised.binding == .weak)
      case .storage: return !(promised.isWritable && actual.isWritable)
      // Thread-local or not is a fact of its own.
      case .type: return !promised.isTls && !actual.isTls
      case .kind, .tls, .binding, .visibility, .other: return true
      }
    }
  }

  /// A value as a part of a sentence.
  func phrase(_ value: String) -> String {
    switch self {
    case .size: "\(value) bytes"
    case .alignment: "aligned to \(value) bytes"
    case .type: "of type \(value)"
    case .other: "st_other \(value)"
    case .kind, .tls, .binding, .storage, .visibility: value
    }
  }
}

/// What kind of thing a symbol is, before all details.
enum KindClass: UInt64 {
  case function
  case data
  case absolute
  case undefined
}

extension Symbol {
  var kindClass: KindClass {
    switch storage {
    case .text: .function
    case .data, .bss, .readOnly, .relro: .data
    case .absolute: .absolute
    case .undefined: .undefined
    }
  }

  /// Whether programs can tell two symbols apart by anything but names and addresses.
  @inline(__always)
  func hasFacts(of other: Symbol) -> Bool {
    binding == other.binding && type == other.type && storage == other.storage
      && isProtected == other.isProtected && otherBits == other.otherBits && size == other.size
      && alignmentShift == other.alignmentShift
  }
  /// Writable data; whether it has contents is nothing that a program can tell.
  var isWritable: Bool { storage == .data || storage == .bss }

  /// The alignment that a type of the object's size can have: the size of a C object is a multiple
  /// of its alignment.
  var impliedAlignment: UInt64 {
    size == 0 ? 1 : min(alignment, size & (0 &- size))
  }
}
