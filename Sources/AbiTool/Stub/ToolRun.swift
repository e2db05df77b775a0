internal import Subprocess
internal import Support
internal import SystemPackage

/// One run of an external tool, to its end.
struct ToolRun: Sendable {
  let tool: Toolchain.Tool
  let arguments: [String]

  /// The command as a shell takes it.
  var commandLine: String {
    ([tool.path.string] + arguments).map(Self.quoted).joined(separator: " ")
  }

  private static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
        UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: ","),
        UInt8(ascii: "+"), UInt8(ascii: ":"):
        true
      default: false
      }
    }
    guard !isPlain || word.isEmpty else { return word }
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }

  struct Outcome: Sendable {
    var succeeded: Bool
    /// What the tool wrote to standard output and error.
    var output: String
    /// How it ended, for a message.
    var ending: String
  }

  /// Runs the tool in a process group of its own, which is killed when this process is told to
  /// stop.
  ///
  /// - Throws: `InputError` when the tool cannot be started.
  func callAsFunction() async throws(InputError) -> Outcome {
    var options = PlatformOptions()
    options.processGroupID = 0
    let result: ExecutionResult<pid_t, StringOutput<UTF8>, CombinedErrorOutput>
    do {
      result = try await run(
        .path(tool.path), arguments: Arguments(arguments), platformOptions: options,
        input: .none, output: .string(limit: 1 << 22), error: .combinedWithOutput
      ) { execution in
        let group = execution.processIdentifier.value
        TemporaryFiles.add(processGroup: group)
        return group
      }
    } catch {
      TemporaryFiles.awaitEnd()
      throw InputError(.tool, path: tool.path.string, "cannot be run: \(error)")
    }
    TemporaryFiles.remove(processGroup: result.closureResult)
    TemporaryFiles.awaitEnd()
    let ending =
      switch result.terminationStatus {
      case .exited(let status): "exit status \(status)"
      case .signaled(let signal): "killed by signal \(signal)"
      }
    return Outcome(
      succeeded: result.terminationStatus.isSuccess, output: result.standardOutput,
      ending: ending)
  }
}
