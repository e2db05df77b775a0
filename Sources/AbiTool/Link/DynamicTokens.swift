internal import AbiModel
internal import Findings
internal import Support

/// Dynamic string tokens (ld.so(8), "Dynamic string tokens") of one object.
struct DynamicTokens {
  /// The directory of the object, in terms of the system.
  var origin: String
  var architecture: Architecture?

  /// The directories of a run path. More than one for an element with `$LIB`, which systems
  /// define differently.
  func directories(of runPath: [UInt8]) -> [String] {
    let text = String(decoding: runPath, as: UTF8.self)
    var result: [String] = []
    for element in text.split(separator: ":", omittingEmptySubsequences: false) {
      // An empty element is the working directory, which nobody can tell beforehand.
      guard !element.isEmpty else { continue }
      result += expand(String(element))
    }
    return result
  }

  func expand(_ text: String) -> [String] {
    guard text.contains("$") else { return [text] }
    var result = replace("ORIGIN", in: text, by: origin)
    if let platform = architecture?.directories.platform {
      result = replace("PLATFORM", in: result, by: platform)
    }
    guard result.contains("$LIB") || result.contains("${LIB}") else { return [result] }
    return (architecture?.directories.lib ?? ["lib"]).map {
      replace("LIB", in: result, by: $0)
    }
  }

  private func replace(_ token: String, in text: String, by value: String) -> String {
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      if rest.hasPrefix("{\(token)}") {
        result += value
        rest = rest.dropFirst(token.count + 2)
      } else if rest.hasPrefix(token),
        rest.dropFirst(token.count).first.map({ !$0.isLetter && $0 != "_" && !$0.isNumber })
          != false
      {
        result += value
        rest = rest.dropFirst(token.count)
      } else {
        result += "$"
      }
    }
    return result + rest
  }
}
