internal import AbiModel
internal import ElfKit
internal import Findings
internal import Mangling
internal import Support

/// Tells what kind of C++ symbol a name stands for, by its first letters (Itanium C++ ABI 5.1.4
/// "Special Names"). Only ever asked about names that are to be dropped, and to explain the others.
enum WeakCxx {
  /// Whether a name is that of a C++ entity: it begins with `_Z`, and is not that of a vector
  /// variant, which a C function may have.
  @inline(__always)
  static func isCxx(_ name: UnsafeRawBufferPointer) -> Bool {
    guard MangledName.isMangled(name) else { return false }
    return name[2] != UInt8(ascii: "G")
      || !VectorFunctionName.hasPrefix(name.assumingMemoryBound(to: UInt8.self).span)
  }

  static func isCxx(_ name: ByteName) -> Bool { name.bytes.withUnsafeBytes { isCxx($0) } }

  static func isVtable(_ name: UnsafeRawBufferPointer) -> Bool { has(name, "T", "V") }

  /// Whether a name is that of the virtual table of a base while an object is made. The name has
  /// an offset in it, and the constructors of the class alone refer to it.
  @inline(__always)
  static func isConstructionVtable(_ name: UnsafeRawBufferPointer) -> Bool { has(name, "T", "C") }

  @inline(__always)
  private static func has(
    _ name: UnsafeRawBufferPointer, _ first: Unicode.Scalar, _ second: Unicode.Scalar
  ) -> Bool {
    name.count > 4 && name[2] == UInt8(ascii: first) && name[3] == UInt8(ascii: second)
  }

  static func reason(_ name: UnsafeRawBufferPointer, isData: Bool) -> DropReason {
    switch NameClass(specialNamePrefix: name.assumingMemoryBound(to: UInt8.self).span) {
    case .vtable?, .vtt?: return .weakVtable
    case .constructionVtable?: return .constructionVtable
    case .typeinfo?, .typeinfoName?: return .weakTypeInfo
    case .thunk?: return .weakThunk
    case .guardVariable?: return .weakGuardVariable
    default: break
    }
    if isData { return name[2] == UInt8(ascii: "Z") ? .weakStaticData : .weakInlineVariable }
    return hasTemplateArguments(name) ? .weakTemplateInstance : .weakFunction
  }

  /// Whether a name is that of a global `operator new` or `operator delete` that programs may
  /// replace, which is never inline (C++ [new.delete]): of size_t (`j`, `m`), an alignment, or
  /// without exceptions.
  static func isReplaceableAllocation(_ name: UnsafeRawBufferPointer) -> Bool {
    guard name.count > 4 else { return false }
    var rest = name[4...]
    func skip(_ text: String) -> Bool {
      guard rest.starts(with: text.utf8) else { return false }
      rest = rest.dropFirst(text.utf8.count)
      return true
    }
    let isNew = name[2] == UInt8(ascii: "n") && "wa".utf8.contains(name[3])
    let isDelete = name[2] == UInt8(ascii: "d") && "la".utf8.contains(name[3])
    guard isNew || isDelete, !isDelete || skip("Pv") else { return false }
    guard skip("m") || skip("j") || isDelete else { return false }
    _ = skip("St11align_val_t")
    _ = skip("RKSt9nothrow_t")
    return rest.isEmpty
  }

  /// Whether a strong symbol is of a kind that is weak as a rule: of a template instance, or data of
  /// an inline function.
  static func isOfInlineCode(_ name: UnsafeRawBufferPointer) -> Bool {
    // Nearly all names are of functions.
    switch name[2] {
    case UInt8(ascii: "G"), UInt8(ascii: "T"), UInt8(ascii: "Z"): break
    default: return hasTemplateArguments(name)
    }
    return switch NameClass(specialNamePrefix: name.assumingMemoryBound(to: UInt8.self).span) {
    case .vtable?, .vtt?, .typeinfo?, .typeinfoName?: hasTemplateArguments(name, from: 4)
    case .guardVariable?: true
    case nil: name[2] == UInt8(ascii: "Z") || hasTemplateArguments(name)
    default: false
    }
  }

  /// Whether the entity or a scope of it is a template instance: template arguments come before
  /// the end of the (nested) name. Read without a full parse: `I` follows a complete name.
  static func hasTemplateArguments(
    _ name: UnsafeRawBufferPointer, from start: Int = 2
  ) -> Bool {
    guard name.firstPlace(of: UInt8(ascii: "I"), from: start) != nil else { return false }
    var index = start
    let nested = name[index] == UInt8(ascii: "N")
    if nested { index += 1 }
    while index < name.count {
      let byte = name[index]
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        var length = 0
        while index < name.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(name[index]) {
          length = min(length * 10 + Int(name[index] - UInt8(ascii: "0")), name.count)
          index += 1
        }
        index += length
        if !nested { return index < name.count && name[index] == UInt8(ascii: "I") }
      case UInt8(ascii: "a")...UInt8(ascii: "z") where !nested:
        // An operator; what follows are its parameters.
        return index + 2 < name.count && name[index + 2] == UInt8(ascii: "I")
      case UInt8(ascii: "C"), UInt8(ascii: "D"):
        // C1, CI1, D0: the digit is no length.
        let isInheriting = index + 1 < name.count && name[index + 1] == UInt8(ascii: "I")
        index += isInheriting ? 3 : 2
      case UInt8(ascii: "I"): return true
      case UInt8(ascii: "E"): return false
      case UInt8(ascii: "S"):
        // St, Sa, Sb, Ss, Si, So, Sd or a substitution that ends in an underscore.
        index += 1
        if index < name.count, name[index] >= UInt8(ascii: "a") {
          // Ss, Si, So and Sd are instances of basic_string and the streams.
          if name[index] != UInt8(ascii: "t"), name[index] != UInt8(ascii: "a"),
            name[index] != UInt8(ascii: "b")
          {
            return true
          }
          index += 1
        } else {
          while index < name.count, name[index] != UInt8(ascii: "_") { index += 1 }
          index += 1
        }
      default:
        index += 1
      }
    }
    return false
  }
}
