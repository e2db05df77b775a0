/// Sorted lists of address ranges that do not overlap.
enum AddressRanges {
  /// Sorts ranges, and makes those that touch or overlap one. Empty ones vanish.
  static func merged(_ ranges: [Range<UInt64>]) -> [Range<UInt64>] {
    var result: [Range<UInt64>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
      if let last = result.last, range.lowerBound <= last.upperBound {
        result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }

  /// The range that holds an address.
  ///
  /// - Parameter ranges: as ``merged(_:)`` gives them.
  static func range(of address: UInt64, in ranges: [Range<UInt64>]) -> Range<UInt64>? {
    let index = firstIndex(in: ranges) { $0.upperBound > address }
    return index < ranges.count && ranges[index].contains(address) ? ranges[index] : nil
  }

  /// What of `range` is in none of `ranges`.
  ///
  /// - Parameter ranges: as ``merged(_:)`` gives them.
  static func gaps(in range: Range<UInt64>, between ranges: [Range<UInt64>]) -> [Range<UInt64>] {
    var gaps: [Range<UInt64>] = []
    var start = range.lowerBound
    var index = firstIndex(in: ranges) { $0.upperBound > start }
    while index < ranges.count, ranges[index].lowerBound < range.upperBound {
      if start < ranges[index].lowerBound { gaps.append(start..<ranges[index].lowerBound) }
      start = ranges[index].upperBound
      index += 1
    }
    if start < range.upperBound { gaps.append(start..<range.upperBound) }
    return gaps
  }

  /// The first index whose element satisfies a condition that holds for all behind it.
  static func firstIndex<Element>(in elements: [Element], where holds: (Element) -> Bool) -> Int {
    var low = 0
    var high = elements.count
    while low < high {
      let middle = (low + high) / 2
      if holds(elements[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
