/// The name of a vector variant of a function, `_ZGVbN2v_scale`, by the vector function ABIs of x86-64, AArch64,
/// RISC-V and others.
///
/// It begins like the guard variable of C++, but the function may be of any language, and
/// ``MangledNameParser`` refuses it. Names of variables never go on as it does: they begin with a digit or a
/// capital letter.
public struct VectorFunctionName: Sendable, Hashable {
  /// The letter of the instruction set: `b` is SSE, `c` AVX, `d` AVX2, `e` AVX-512, `n` Advanced SIMD, `s` SVE.
  public let instructionSet: UInt8
  /// Whether the variant takes a mask: `M`, otherwise `N`.
  public let isMasked: Bool
  /// Where the name of the scalar function begins, in bytes.
  public let scalarNameOffset: Int

  /// The parts of `name`, `_ZGV <instruction set> <mask> <length> <parameters> _ <scalar name>`; nil
  /// when it is none.
  public init?(_ name: Span<UInt8>) {
    guard Self.hasPrefix(name) else { return nil }
    // The length: digits, or `x` where the vectors are scalable.
    var index = 6
    while index < name.count, name[index].isDigit || name[index] == UInt8(ascii: "x") { index += 1 }
    guard index > 6 else { return nil }
    // A parameter is a letter, a step or an argument's position, an alignment `a16`: all but `_`.
    while index < name.count, Self.isInParameters(name[index]) { index += 1 }
    guard index < name.count - 1, name[index] == UInt8(ascii: "_") else { return nil }
    instructionSet = name[4]
    isMasked = name[5] == UInt8(ascii: "M")
    scalarNameOffset = index + 1
  }

  /// Whether `name` begins as such a name does. Cheaper, and wrong for no name of C++.
  public static func hasPrefix(_ name: Span<UInt8>) -> Bool {
    guard name.count > 8, name[0] == UInt8(ascii: "_"), name[1] == UInt8(ascii: "Z"),
      name[2] == UInt8(ascii: "G"), name[3] == UInt8(ascii: "V"), name[4].isLowercase
    else { return false }
    return name[5] == UInt8(ascii: "M") || name[5] == UInt8(ascii: "N")
  }

  private static func isInParameters(_ byte: UInt8) -> Bool {
    switch byte {
    case "v", "u", "l", "L", "R", "U", "s", "n", "a", "0"..."9": true
    default: false
    }
  }
}
