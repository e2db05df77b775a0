internal import AbiModel
internal import Findings
internal import Support

/// Writes two spellings of one name as one, with `{64-bit|32-bit}` where they differ.
enum WidthAlternatives {
  /// Both are plain: without quotes, braces and bars.
  static func folded(_ wide: [UInt8], _ narrow: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var left = wide[...]
    var right = narrow[...]
    while left.first != nil || right.first != nil {
      let common = zip(left, right).prefix { $0 == $1 }.count
      // A number is one thing: it is not to be taken apart.
      let isWhole = common == min(left.count, right.count)
      let length = isWhole ? common : wholeNumbers(left, right, common)
      out += left.prefix(length)
      left = left.dropFirst(length)
      right = right.dropFirst(length)
      if left.isEmpty, right.isEmpty { break }
      let (a, b) = difference(left, right)
      out.append(UInt8(ascii: "{"))
      out += left.prefix(a)
      out.append(UInt8(ascii: "|"))
      out += right.prefix(b)
      out.append(UInt8(ascii: "}"))
      left = left.dropFirst(a)
      right = right.dropFirst(b)
    }
    return out
  }

  private static func isDigit(_ byte: UInt8?) -> Bool {
    byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
  }

  /// Shortens the common beginning so that it does not end inside a number.
  private static func wholeNumbers(
    _ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>, _ common: Int
  ) -> Int {
    var length = common
    guard isDigit(left.dropFirst(length).first) || isDigit(right.dropFirst(length).first) else {
      return length
    }
    while length > 0, isDigit(left[left.startIndex + length - 1]) { length -= 1 }
    return length
  }

  /// How many bytes of each side belong to the first difference: as few as possible, so that
  /// what follows agrees for a while.
  private static func difference(
    _ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>
  ) -> (Int, Int) {
    // Numbers against numbers.
    let a = left.prefix { isDigit($0) }.count
    let b = right.prefix { isDigit($0) }.count
    if a > 0, b > 0 { return (a, b) }
    for total in 1...max(1, left.count + right.count) {
      for first in max(0, total - right.count)...min(total, left.count) {
        if agrees(left.dropFirst(first), right.dropFirst(total - first)) {
          return (first, total - first)
        }
      }
    }
    return (left.count, right.count)
  }

  /// Whether two rests begin alike for at least four bytes, or are the same.
  private static func agrees(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
    if left.elementsEqual(right) { return true }
    let common = zip(left, right).prefix { $0 == $1 }.count
    return common >= 4
  }
}
