internal import Support

/// The first line of a symbol file that was generated and waits for a review.
enum ReviewMark {
  package static let line = "# Please review the symbols and remove this line."
}
