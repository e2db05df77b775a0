import AbiModel
import AbiTool
import Findings
import Support
import SystemPackage

/// What goes to standard error, and the one way to standard output.
enum Diagnostics {
  static func error(_ message: String) { line("abitool: \(message)") }
  static func warning(_ message: String) { line("abitool: warning: \(message)") }

  /// A line of information, as it is.
  static func line(_ text: String) { raw(text + "\n") }

  static func raw(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }

  /// Writes to standard output.
  ///
  /// - Throws: `InputError` when it is closed or full.
  static func output(_ bytes: UnsafeRawBufferPointer) throws(InputError) {
    do {
      _ = try FileDescriptor.standardOutput.writeAll(bytes)
    } catch {
      throw InputError(path: "standard output", "cannot write: \(error)")
    }
  }

  static func output(_ text: String) throws(InputError) {
    let bytes = Array(text.utf8)
    try bytes.span.bytes.withUnsafeBytes { raw throws(InputError) in try output(raw) }
  }
}
