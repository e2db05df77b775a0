internal import CBinutils

/// C++ names for people, by libiberty's demangler.
public enum Demangler {
  /// What the name says in C++; nil when it is no mangled name.
  ///
  /// Names that are long or deeply nested beyond what compilers produce are left alone: the
  /// demangler is recursive.
  public static func demangle(_ name: [UInt8]) -> String? {
    guard name.starts(with: "_Z".utf8), name.count < maximumLength, !name.contains(0) else {
      return nil
    }
    var text: [UInt8] = []
    let succeeded = withUnsafeMutablePointer(to: &text) { text in
      (name + [0]).withUnsafeBufferPointer { mangled in
        mangled.withMemoryRebound(to: CChar.self) { mangled in
          guard let start = mangled.baseAddress else { return false }
          return cbinutils_demangle(
            start,
            { piece, length, context in
              guard let piece, let context else { return }
              let text = context.assumingMemoryBound(to: [UInt8].self)
              text.pointee.append(
                contentsOf: UnsafeRawBufferPointer(start: piece, count: length))
            }, text) != 0
        }
      }
    }
    guard succeeded, !text.isEmpty else { return nil }
    return String(decoding: text, as: UTF8.self)
  }

  /// In bytes. The longest name that compilers were seen to produce has some hundreds.
  private static let maximumLength = 2048
}
