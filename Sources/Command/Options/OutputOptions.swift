import ArgumentParser
import Support
import SystemPackage

/// `-o`: where results go.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      """
      The file to write, a directory for the results of several inputs (DIR/ makes it), or - for \
      standard output.
      """,
      valueName: "out"),
    completion: .file())
  var output: String?

  var place: OutputPlace { OutputPlace(output) }

  /// Whether there are files to write.
  var isFile: Bool { place != .standardOutput }

  /// - Throws: `ValidationError` when the results of `count` inputs have no place.
  func requirePlace(forResultsOf count: Int) throws {
    if count > 1, !isFile {
      throw ValidationError("the results of several inputs need a directory: -o DIR")
    }
  }

  /// Where the results of `count` inputs go.
  func place(forResultsOf count: Int) throws(InputError) -> OutputPlace {
    let place = place
    guard count > 1, case .file(let path) = place else { return place }
    throw InputError(
      .usage, path: path.string, "not a directory; several inputs need one, and \(path)/ makes it")
  }
}

/// What builds need to know of an output: whether it changed, and what it is made from.
struct RebuildOptions: ParsableArguments {
  @Flag(help: "Keep the output file and its time stamp when it would not change.")
  var ifChanged = false

  @Option(
    help: ArgumentHelp("Write what the output depends on, as a rule of Make.", valueName: "file"))
  var depfile: OutputPath?

  /// Writes an output.
  ///
  /// - Parameters:
  ///   - file: nil for standard output.
  ///   - inputs: the files that it is made from.
  func write(
    _ contents: UnsafeRawBufferPointer, to file: FilePath?, from inputs: [FilePath],
    isLibrary: Bool = false
  ) throws(InputError) {
    guard let file else {
      try Diagnostics.output(contents)
      return
    }
    try OutputFile(file, onlyIfChanged: ifChanged, isLibrary: isLibrary).write(contents)
    guard let depfile else { return }
    // Nothing can be made again from a pipe.
    let prerequisites = inputs.filter { !InputFile.isNameless($0) }
    try OutputFile(depfile.path).write(Depfile.text(target: file, prerequisites: prerequisites))
  }

  func write(_ contents: [UInt8], to file: FilePath?, from inputs: [FilePath]) throws(InputError) {
    try contents.span.bytes.withUnsafeBytes { raw throws(InputError) in
      try write(raw, to: file, from: inputs)
    }
  }
}
