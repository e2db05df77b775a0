internal import Glibc
internal import Synchronization
internal import SystemPackage

/// What is to vanish when the process is told to stop (SIGINT, SIGTERM, SIGHUP): unfinished files,
/// temporary directories, and the tools that write to them.
public enum TemporaryFiles {
  private struct State {
    var paths: Set<FilePath> = []
    var processGroups: Set<pid_t> = []
    /// Nothing new may begin once the end has.
    var isEnding = false
  }

  private static let state = Mutex(State())

  static func add(_ path: FilePath) {
    state.withLock { _ = $0.paths.insert(path) }
  }

  static func remove(_ path: FilePath) {
    state.withLock { _ = $0.paths.remove(path) }
  }

  /// A process group of a tool, to be killed with this process.
  static func add(processGroup: pid_t) {
    let isEnding = state.withLock { state in
      state.processGroups.insert(processGroup)
      return state.isEnding
    }
    if isEnding { kill(-processGroup, SIGKILL) }
  }

  static func remove(processGroup: pid_t) {
    state.withLock { _ = $0.processGroups.remove(processGroup) }
  }

  /// Does not return when the process is about to end: a tool that was killed is no error then.
  static func awaitEnd() {
    while state.withLock({ $0.isEnding }) { sleep(1) }
  }

  /// Kills the tools that run, and removes what is registered as far as it is there.
  public static func removeAll() {
    let (paths, groups) = state.withLock { state in
      state.isEnding = true
      return (state.paths, state.processGroups)
    }
    for group in groups { kill(-group, SIGKILL) }
    for group in groups { waitForEnd(of: group) }
    for path in paths { removeTree(path) }
  }

  /// A killed tool may be in the middle of a system call that makes a file.
  private static func waitForEnd(of group: pid_t) {
    for _ in 0..<100 where kill(-group, 0) == 0 { usleep(1000) }
  }

  /// Removes a file, or a directory with the files in it.
  static func removeTree(_ path: FilePath) {
    if unlink(path.string) == 0 { return }
    guard let directory = opendir(path.string) else { return }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        // The name is NUL-terminated inside of the array that C declares.
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { removeTree(path.appending(name)) }
    }
    closedir(directory)
    rmdir(path.string)
  }

  /// Starts a thread that waits for a signal to stop, removes what is registered and then ends
  /// the process by that same signal. To be called once, before other threads are started.
  public static func removeOnSignals() {
    var signals = stoppingSignals()
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { _ in
        var signals = TemporaryFiles.stoppingSignals()
        var received: Int32 = 0
        sigwait(&signals, &received)
        TemporaryFiles.removeAll()
        signal(received, SIG_DFL)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(received)
        return nil
      }, nil)
  }

  /// Those that are not ignored, as under nohup.
  private static func stoppingSignals() -> sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      sigaction(signal, nil, &action)
      if action.__sigaction_handler.sa_handler.map({ unsafeBitCast($0, to: Int.self) }) != 1 {
        sigaddset(&signals, signal)
      }
    }
    return signals
  }
}
