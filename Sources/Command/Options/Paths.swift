import ArgumentParser
import Glibc
import Support
import SystemPackage

/// A file to read. `-` is standard input.
struct InputPath: ExpressibleByArgument, Sendable {
  /// As messages name it.
  var string: String

  init(argument: String) {
    string = argument == "-" ? InputFile.standardInput.string : argument
  }

  var path: FilePath { FilePath(string) }

  static var defaultCompletionKind: CompletionKind { .file() }
}

/// A library, or `NAME=FILE` where programs know it by another name.
struct LibraryPath: ExpressibleByArgument, Sendable {
  /// The name under which programs need it.
  var name: String?
  private var file: InputPath

  init(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    // A file may have such a name.
    guard parts.count == 2, !parts[0].isEmpty, !parts[0].contains("/"), access(argument, F_OK) != 0
    else {
      file = InputPath(argument: argument)
      return
    }
    name = String(parts[0])
    file = InputPath(argument: String(parts[1]))
  }

  /// As messages name it.
  var string: String { file.string }
  var path: FilePath { file.path }

  static var defaultCompletionKind: CompletionKind { .file() }
}

/// A file to write beside the results of a command, so `-` is none.
struct OutputPath: ExpressibleByArgument, Sendable {
  var string: String

  init?(argument: String) {
    guard argument != "-" else { return nil }
    string = argument
  }

  var path: FilePath { FilePath(string) }

  static var defaultCompletionKind: CompletionKind { .file() }
}
