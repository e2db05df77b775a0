import ArgumentParser
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
