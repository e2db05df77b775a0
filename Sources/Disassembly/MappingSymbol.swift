/// A local symbol that tells what follows it in a section: code or data (ELF for the Arm
/// Architecture 5.5.5, ELF for the Arm 64-bit Architecture 5.5.3, RISC-V ELF psABI "Mapping Symbol").
struct MappingSymbol {
  enum Kind {
    case arm
    case thumb
    /// AArch64 or RISC-V.
    case code
    case data

    /// `$a`, `$t`, `$x`, `$d`; something may follow after a full stop, or after `$x` an ISA string.
    init?(_ name: UnsafeRawBufferPointer) {
      guard name.count >= 2 else { return nil }
      let isPlain = name.count == 2 || name[2] == UInt8(ascii: ".")
      switch name[1] {
      case UInt8(ascii: "a") where isPlain: self = .arm
      case UInt8(ascii: "t") where isPlain: self = .thumb
      case UInt8(ascii: "d") where isPlain: self = .data
      case UInt8(ascii: "x") where isPlain || name.dropFirst(2).starts(with: "rv".utf8):
        self = .code
      default: return nil
      }
    }
  }

  /// As in ``FunctionTable/Entry``.
  var section: UInt32
  var address: UInt64
  var kind: Kind
}
