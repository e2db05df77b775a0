internal import Support

/// Text under construction.
package struct Output {
  /// Select Graphic Rendition codes (ECMA-48 8.3.117).
  package enum Color: String {
    case red = "1;31"
    case green = "1;32"
    case yellow = "1;33"
    case cyan = "36"
    case dim = "2"
  }

  package let usesColor: Bool
  package private(set) var text = ""

  package init(usesColor: Bool) { self.usesColor = usesColor }

  package func paint(_ text: String, _ color: Color) -> String {
    usesColor ? "\u{1b}[\(color.rawValue)m\(text)\u{1b}[0m" : text
  }

  package mutating func line(_ line: String) {
    text += line
    text += "\n"
  }

  /// Breaks lines at 100 columns.
  package mutating func paragraph(_ words: String, indent: Int) {
    let margin = String(repeating: " ", count: indent)
    var current = ""
    for word in words.split(separator: " ") {
      if !current.isEmpty, indent + current.count + 1 + word.count > 100 {
        line(margin + current)
        current = ""
      }
      current += current.isEmpty ? String(word) : " " + word
    }
    line(margin + current)
  }

  package static func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.count))
    return right ? blanks + text : text + blanks
  }
}
