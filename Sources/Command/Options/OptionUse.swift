import ArgumentParser

/// What a command is asked to do, as far as options depend on it: in words that end the sentence
/// "it goes with …".
enum Situation: String, CaseIterable {
  // check
  case kernels = "--kernels (or --archs)"
  case archs = "--archs"
  case library = "--library"
  case program = "--program"
  case programWithAbi = "--program with --abi"
  case programWithoutWhy = "--program without --why"
  case programReport = "--program without --why and --suggest"
  case suggest = "--suggest"
  case texts = "--abi alone"
  case promise = "--abi and --kernels, --library or --program"
  case write = "--write"
  case join = "--join"
  // diff
  case baseline = "--baseline"
  case comparison = "a comparison without --update"
  // extract
  case canonical = "--profile canonical"
  case oneText = "one library, and another form than genode"
  // stub
  case libraryStub = "a library (-o NAME.so, --emit library)"
  case objectStub = "an object (-o NAME.o, --emit object)"
  case stubByTools = "--assembler, --linker, --march or --mabi"
  case sonameOfText = "the SONAME of the text, in whose place --soname is"
  // hook
  case hookText = "the text of the hook, which --path does not print"
  case hookOfLibrary = "make, cmake, meson, ninja, bazel, pkg-config and github"
  case hookOfPrograms = "make, cmake, meson, ninja and bazel"
  // Outputs
  case outputFile = "-o OUT"
  case updatedFile = "--update"
  case oneOutput = "one output file"
  // ifso
  case librariesAlone = "-o OUT, for which all files are libraries"
  // Reports
  case report = "a report, which --list, --explain, --why and --suggest do not print"
  case text = "--format text"
  case listing = "a list of findings, which --summary does not print"
  case headings = "findings under headings, which neither --summary nor --one-line prints"
  case warnings = "check and diff; taint has no warnings"
}

/// For each option of a command, by its long name, when it has an effect: in each list there must
/// be a situation that is given. An empty array is for an option that has one always.
typealias OptionUses = [String: [[Situation]]]

/// A command that refuses options which have no effect in what it is asked to do: who gives one
/// believes that something happens which does not.
protocol RefusesUnusedOptions: ParsableArguments {
  static var optionUses: OptionUses { get }
  /// What follows from the arguments.
  var situations: Set<Situation> { get }
}

extension RefusesUnusedOptions {
  /// - Throws: `ValidationError` for the first option without an effect.
  func refuseUnusedOptions() throws {
    let situations = situations
    for name in GivenOptions.names(in: CommandLine.arguments.dropFirst(2)) {
      // An option that the table lacks has no effect that anybody has thought of.
      let uses = Self.optionUses[name] ?? [[]]
      guard let missing = uses.first(where: { situations.isDisjoint(with: $0) }) else { continue }
      var message = "--\(name) has no effect here; it goes with \(Self.words(for: missing))"
      let longer = Self.optionUses.keys.filter { $0.hasPrefix(name) && $0 != name }.min()
      if let longer { message += " (there is also --\(longer))" }
      throw ValidationError(message)
    }
  }

  private static func words(for situations: [Situation]) -> String {
    let words = situations.map(\.rawValue)
    guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}

extension Set<Situation> {
  /// Those that are given.
  init(given facts: KeyValuePairs<Situation, Bool>) {
    self = Set(facts.lazy.filter(\.value).map(\.key))
  }
}

/// The options that the user gave, by their long names. The parser does not tell; the arguments do,
/// and cost less than looking at all that a command declares.
enum GivenOptions {
  private static let longNames: [Character: String] = [
    "j": "jobs", "o": "output", "q": "quiet", "v": "verbose",
  ]

  /// In the order in which they were given.
  static func names(in arguments: some Sequence<String>) -> [String] {
    var names: [String] = []
    for argument in arguments.prefix(while: { $0 != "--" }) {
      if argument.hasPrefix("--") {
        names.append(String(argument.dropFirst(2).prefix { $0 != "=" }))
      } else if argument.hasPrefix("-") {
        names += argument.dropFirst().prefix { $0 != "=" }.compactMap { longNames[$0] }
      }
    }
    return names
  }
}
