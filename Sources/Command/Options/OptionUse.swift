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
  /// - Throws: `ValidationError` for the first option, in the order of the help, without an effect.
  func refuseUnusedOptions() throws {
    let situations = situations
    let options = DeclaredOption.all(of: self)
    for option in options where option.isGiven {
      // An option that the table lacks has no effect that anybody has thought of.
      let uses = Self.optionUses[option.name] ?? [[]]
      guard let missing = uses.first(where: { situations.isDisjoint(with: $0) }) else { continue }
      var message = "--\(option.name) has no effect here; it goes with \(Self.words(for: missing))"
      let longer = options.first { $0.name.hasPrefix(option.name) && $0.name != option.name }
      if let longer { message += " (there is also --\(longer.name))" }
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

/// An option or flag of a command, found by reflection, as the parser does not tell which of them
/// were given.
struct DeclaredOption {
  /// The long name, without dashes.
  var name: String
  var isGiven: Bool

  /// All options of a command that was parsed, those of its groups included, in the order in which
  /// they are declared.
  static func all(of arguments: any ParsableArguments) -> [DeclaredOption] {
    Mirror(reflecting: arguments).children.flatMap { label, value -> [DeclaredOption] in
      switch value {
      case let option as any GivenOrNot:
        // The storage of a wrapped property has its name with an underscore in front.
        [DeclaredOption(name: longName(label?.dropFirst() ?? ""), isGiven: option.isGiven)]
      case let group as any Group: all(of: group.members)
      default: []
      }
    }
  }

  /// `arch-pattern` for `archPattern`, as the parser derives it.
  private static func longName(_ property: Substring) -> String {
    property.reduce(into: "") { name, letter in
      if letter.isUppercase { name += "-" }
      name += letter.lowercased()
    }
  }
}

private protocol GivenOrNot { var isGiven: Bool { get } }
private protocol Group { var members: any ParsableArguments { get } }

extension Option: GivenOrNot {
  /// An option without a default value is optional or a list, and says by it whether it was given.
  fileprivate var isGiven: Bool {
    let mirror = Mirror(reflecting: wrappedValue)
    return switch mirror.displayStyle {
    case .optional, .collection: !mirror.children.isEmpty
    default: true
    }
  }
}

extension Flag: GivenOrNot {
  fileprivate var isGiven: Bool { (wrappedValue as? Bool) ?? true }
}

extension OptionGroup: Group {
  fileprivate var members: any ParsableArguments { wrappedValue }
}
