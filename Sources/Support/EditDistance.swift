/// The number of insertions, deletions and replacements from one text to another (Levenshtein).
package enum EditDistance {
  package static func between(_ left: String, _ right: String) -> Int {
    between(Array(left.utf8), Array(right.utf8))
  }

  package static func between(_ left: [UInt8], _ right: [UInt8]) -> Int {
    between(left[...], right[...], atMost: max(left.count, right.count)) ?? 0
  }

  /// Nil when it is more than `limit`: only what can be below it is compared.
  package static func between(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>, atMost limit: Int)
    -> Int?
  {
    guard abs(left.count - right.count) <= limit else { return nil }
    let beyond = limit + 1
    var row = (0...right.count).map { min($0, beyond) }
    for (i, byte) in left.enumerated() {
      let first = max(0, i - limit)
      let last = min(right.count, i + limit + 1)
      guard first < last else { return nil }
      var diagonal = row[first]
      row[first] = first == 0 ? min(i + 1, beyond) : beyond
      var best = row[first]
      for j in first..<last {
        let replaced = diagonal + (byte == right[right.startIndex + j] ? 0 : 1)
        diagonal = row[j + 1]
        // Beyond the band nothing is below the limit.
        let above = j - i == limit ? beyond : diagonal
        row[j + 1] = min(replaced, row[j] + 1, above + 1)
        best = min(best, row[j + 1])
      }
      guard best <= limit else { return nil }
    }
    return row[right.count] <= limit ? row[right.count] : nil
  }
}
