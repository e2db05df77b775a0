extension Architecture {
  /// A value in the bits of `st_other` beyond visibility, and what the processor supplement says
  /// of it.
  public struct OtherBits: Hashable, Sendable {
    /// What a linker learns from it.
    public enum Meaning: Hashable, Sendable {
      /// How the function is called. A program that was linked with another value breaks.
      case callingConvention
      /// Something of the code of the definition, for calls inside the library. Programs reach the
      /// function by its address, which is the same for all values.
      case code
      /// Something of a reference; it says nothing of a definition.
      case reference
    }

    /// A directive of GNU as and LLVM that gives a symbol the value.
    public struct Directive: Hashable, Sendable {
      /// Such as `.variant_pcs`.
      public let name: String
      /// What follows the symbol.
      public let argument: Int?

      init(_ name: String, _ argument: Int? = nil) {
        self.name = name
        self.argument = argument
      }
    }

    /// The specification's name: `STO_AARCH64_VARIANT_PCS`.
    public let name: String
    /// The bits that hold the value.
    public let mask: UInt8
    /// The value; not 0.
    public let value: UInt8
    /// What a linker learns from it.
    public let meaning: Meaning
    /// Nil where assemblers set the bits by themselves, or not at all.
    public let directive: Directive?
  }

  /// The bits of `st_other` that hold the visibility (`ELF64_ST_VISIBILITY`).
  private static let visibilityBits: UInt8 = 3

  /// The values that `st_other` has. Bits that are none of these have no meaning that is known.
  public func otherBits(in other: UInt8) -> [OtherBits] {
    var rest = other & ~Self.visibilityBits
    return otherBits.filter { one in
      guard rest & one.mask == one.value else { return false }
      rest &= ~one.mask
      return true
    }
  }

  /// The part of `st_other` beyond visibility on which programs depend: calling conventions, and
  /// what is not known.
  public func promisedOtherBits(in other: UInt8) -> UInt8 {
    otherBits(in: other).reduce(other & ~Self.visibilityBits) { rest, one in
      one.meaning == .callingConvention ? rest : rest & ~one.mask
    }
  }

  /// How an assembler is told to set `st_other` beyond visibility. Nil when it cannot.
  public func directive(forOther other: UInt8) -> OtherBits.Directive? {
    otherBits.first { $0.value == other & ~Self.visibilityBits }?.directive
  }
}
