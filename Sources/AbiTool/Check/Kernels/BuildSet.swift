internal import AbiModel
internal import Findings
internal import Support

/// A set of builds, by their numbers.
struct BuildSet: Hashable, Sendable {
  private(set) var bits: UInt128 = 0

  init() {}
  init(_ number: Int) { bits = 1 << UInt128(number) }
  init(all count: Int) { bits = count == 0 ? 0 : UInt128.max >> UInt128(UInt128.bitWidth - count) }

  var isEmpty: Bool { bits == 0 }
  var count: Int { bits.nonzeroBitCount }
  var first: Int? { bits == 0 ? nil : bits.trailingZeroBitCount }

  func contains(_ number: Int) -> Bool { bits & 1 << UInt128(number) != 0 }
  func isSuperset(of other: BuildSet) -> Bool { other.bits & ~bits == 0 }
  func meets(_ other: BuildSet) -> Bool { bits & other.bits != 0 }

  mutating func insert(_ number: Int) { bits |= 1 << UInt128(number) }
  mutating func formUnion(_ other: BuildSet) { bits |= other.bits }

  func intersection(_ other: BuildSet) -> BuildSet {
    var result = self
    result.bits &= other.bits
    return result
  }

  func subtracting(_ other: BuildSet) -> BuildSet {
    var result = self
    result.bits &= ~other.bits
    return result
  }

  /// In ascending order.
  var numbers: [Int] {
    var result: [Int] = []
    result.reserveCapacity(count)
    var rest = bits
    while rest != 0 {
      result.append(rest.trailingZeroBitCount)
      rest &= rest - 1
    }
    return result
  }
}
