import ArgumentParser
import Glibc
import Support
import SystemPackage

/// What goes to standard error, the one way to standard output, and the one way out.
enum Diagnostics {
  static func error(_ message: String) { line("abitool: \(message)") }
  static func warning(_ message: String) { line("abitool: warning: \(message)") }
  static func note(_ message: String) { line("abitool: note: \(message)") }

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
      throw InputError(.cannotWrite, path: "standard output", "cannot write: \(error)")
    }
  }

  static func output(_ text: String) throws(InputError) {
    let bytes = Array(text.utf8)
    try bytes.span.bytes.withUnsafeBytes { raw throws(InputError) in try output(raw) }
  }

  /// Ends the process: with status 2 for an input that cannot be used; with 64 for a mistake in the
  /// arguments; with a status of its own, or 0 for a help text that was asked for.
  static func exit(for error: any Error) -> Never {
    switch error {
    case let error as InputError:
      self.error(error.description)
      Glibc.exit(2)
    // Of the parser's own mistakes and those of `validate()`, the parser knows the command.
    case let error as ValidationError:
      self.error(error.message)
      Glibc.exit(ExitCode.validationFailure.rawValue)
    default: Abitool.exit(withError: error)
    }
  }
}
