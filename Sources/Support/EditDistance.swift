/// The number of insertions, deletions and replacements from one text to another (Levenshtein).
package enum EditDistance {
  package static func between(_ left: String, _ right: String) -> Int {
    between(Array(left.utf8), Array(right.utf8))
  }

  package static func between(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, byte) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let replaced = diagonal + (byte == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
