internal import AbiModel
internal import ElfKit
internal import Findings
internal import Support

/// Tells what kind of weak C++ symbol a name stands for, by its first letters (Itanium C++ ABI
/// 5.1.4 "Special Names"). Only ever asked about names that are to be dropped.
enum WeakCxx {
  /// Whether a name is that of a C++ entity: it begins with `_Z`.
  @inline(__always)
  static func isCxx(_ name: UnsafeRawBufferPointer) -> Bool {
    name.count > 2 && name[0] == UInt8(ascii: "_") && name[1] == UInt8(ascii: "Z")
  }

  static func isCxx(_ name: ByteName) -> Bool { name.bytes.withUnsafeBytes { isCxx($0) } }

  static func reason(_ name: UnsafeRawBufferPointer, isData: Bool) -> DropReason {
    let first = name[2]
    let second = name.count > 3 ? name[3] : 0
    switch (first, second) {
    case (UInt8(ascii: "T"), UInt8(ascii: "V")), (UInt8(ascii: "T"), UInt8(ascii: "T")),
      (UInt8(ascii: "T"), UInt8(ascii: "C")):
      return .weakVtable
    case (UInt8(ascii: "T"), UInt8(ascii: "I")), (UInt8(ascii: "T"), UInt8(ascii: "S")):
      return .weakTypeInfo
    case (UInt8(ascii: "T"), UInt8(ascii: "h")), (UInt8(ascii: "T"), UInt8(ascii: "v")),
      (UInt8(ascii: "T"), UInt8(ascii: "c")):
      return .weakThunk
    case (UInt8(ascii: "G"), UInt8(ascii: "V")):
      return .weakGuardVariable
    case (UInt8(ascii: "Z"), _) where isData:
      return .weakStaticData
    case _ where isData:
      return .weakInlineVariable
    default:
      return hasTemplateArguments(name) ? .weakTemplateInstance : .weakFunction
    }
  }

  /// Whether the entity or a scope of it is a template instance: template arguments come before
  /// the end of the (nested) name. Read without a full parse: `I` follows a complete name.
  private static func hasTemplateArguments(_ name: UnsafeRawBufferPointer) -> Bool {
    var index = 2
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
