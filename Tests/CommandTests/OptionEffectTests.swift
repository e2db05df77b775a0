import Foundation
import TestSupport
import Testing

/// An option either has an effect or is refused: who gives one and sees nothing happen believes in
/// a check that was not made.
@Suite struct OptionEffectTests {
  typealias Cases = OptionEffectCases

  /// What is allowed to have an effect that only a clock shows.
  private static let unseen: Set = ["jobs"]

  /// Each option of each command in each of its modes. A new option has no case, and fails here.
  @Test
  func everyOptionHasAnEffectOrIsRefused() throws {
    let files = try OptionEffectFiles.make()
    let options = try Self.options()
    #expect(options.keys.sorted() == Cases.commands.map(\.name).sorted())
    var table = ""
    for command in Cases.commands {
      let names = options[command.name] ?? []
      #expect(Set(names) == Set(command.values.keys), "each option of \(command.name) has a case")
      table += try Trial(command, files).table(of: names)
    }
    #expect(!table.contains("IGNORED"), "\(table)")
    try expectGolden("option-effects", table)
  }

  /// The long names of the options of each command, in the order of its help.
  private static func options() throws -> [String: [String]] {
    struct Dump: Decodable {
      struct Name: Decodable {
        var kind: String
        var name: String
      }
      struct Argument: Decodable {
        var kind: String
        var names: [Name]?
      }
      struct Command: Decodable {
        var commandName: String
        var subcommands: [Command]?
        var arguments: [Argument]?
      }
      var command: Command
    }
    let help = try abitool(["--experimental-dump-help"]).output
    let root = try JSONDecoder().decode(Dump.self, from: help).command
    var result: [String: [String]] = [:]
    for command in root.subcommands ?? [] where command.commandName != "help" {
      let names = (command.arguments ?? []).filter { $0.kind != "positional" }
        .compactMap { $0.names?.first { $0.kind == "long" }?.name }
      result[command.commandName] = names.filter { $0 != "version" && $0 != "help" }
    }
    return result
  }

  /// The trial of one command.
  private struct Trial {
    let command: Cases.Command
    let files: TemporaryDirectory

    init(_ command: Cases.Command, _ files: TemporaryDirectory) {
      self.command = command
      self.files = files
    }

    /// What a run leaves.
    struct State: Equatable {
      var status: Int32
      var output: Data
      var errors: String
      /// Those that the run has written, with what is in them; nil for those that it left alone.
      var files: [String: Data?]
    }

    /// A way of a mode, with the directory as it is before the command runs, and the state after
    /// it without any option.
    struct Base {
      var arguments: [String]
      var directory: TemporaryDirectory
      var state: State
    }

    /// A row for each option, a column for each mode.
    func table(of options: [String]) throws -> String {
      let bases = try command.modes.map { mode in
        try mode.ways.flatMap { way in
          try mode.isRepeated.map { isRepeated in
            try base(way.split(separator: " ").map(String.init), isRepeated: isRepeated)
          }
        }
      }
      let width = options.map { $0.count + 2 }.max() ?? 0
      func row(_ title: String, _ cells: [String]) -> String {
        let padded = title.padding(toLength: width + 2, withPad: " ", startingAt: 0)
        let columns = zip(cells, command.modes).map { cell, mode in
          cell.padding(toLength: max(8, mode.name.count) + 2, withPad: " ", startingAt: 0)
        }
        var line = "  " + padded + columns.joined()
        while line.hasSuffix(" ") { line.removeLast() }
        return line + "\n"
      }
      var text = command.name + "\n" + row("", command.modes.map(\.name))
      for option in options {
        text += row("--" + option, try bases.map { try verdict(on: option, in: $0) })
      }
      return text + "\n"
    }

    private func base(_ arguments: [String], isRepeated: Bool) throws -> Base {
      let directory = try copy(of: files)
      if isRepeated { _ = try abitool([command.name] + arguments, in: directory.url) }
      try succeed(
        "find", [".", "-type", "f", "-exec", "touch", "-d", "@0", "{}", "+"], in: directory.url)
      let state = try state(arguments, in: directory)
      #expect(state.status != 64, "\(command.name) \(arguments): \(state.errors)")
      return Base(arguments: arguments, directory: directory, state: state)
    }

    private func verdict(on option: String, in bases: [Base]) throws -> String {
      for base in bases {
        if base.arguments.contains("--" + option) { return "given" }
        if option == "output", base.arguments.contains("-o") { return "given" }
        for value in command.values[option] ?? [] {
          let arguments = base.arguments + value.split(separator: " ").map(String.init)
          let state = try state(arguments, in: base.directory)
          if state.status == 64 { return "-" }
          if OptionEffectTests.unseen.contains(option) { return "unseen" }
          if state != base.state { return "effect" }
        }
      }
      return "IGNORED"
    }

    /// The state after a run in a copy of a directory.
    private func state(_ arguments: [String], in origin: TemporaryDirectory) throws -> State {
      let directory = try copy(of: origin)
      let outcome = try abitool([command.name] + arguments, in: directory.url)
      var files: [String: Data?] = [:]
      for case let name as String in FileManager.default.enumerator(atPath: directory.url.path)
        ?? .init()
      {
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.path(name))
        guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
        let isOld = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 == 0
        let contents = try Data(contentsOf: URL(fileURLWithPath: directory.path(name)))
        files.updateValue(isOld ? nil : contents, forKey: name)
      }
      return State(
        status: outcome.status, output: outcome.output, errors: outcome.errors, files: files)
    }

    /// Hard links: abitool replaces files, and does not write into them.
    private func copy(of directory: TemporaryDirectory) throws -> TemporaryDirectory {
      let copy = try TemporaryDirectory()
      let manager = FileManager.default
      for name in try manager.subpathsOfDirectory(atPath: directory.url.path) {
        var isDirectory: ObjCBool = false
        _ = manager.fileExists(atPath: directory.path(name), isDirectory: &isDirectory)
        if isDirectory.boolValue {
          try manager.createDirectory(
            atPath: copy.path(name), withIntermediateDirectories: true)
        } else {
          try manager.linkItem(atPath: directory.path(name), toPath: copy.path(name))
        }
      }
      return copy
    }
  }
}
