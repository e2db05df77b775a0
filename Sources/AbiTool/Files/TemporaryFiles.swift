internal import SystemPackage
internal import Glibc
internal import Synchronization

/// The files that are to vanish when the process is told to stop (SIGINT, SIGTERM, SIGHUP).
public enum TemporaryFiles {
  private static let paths = Mutex<Set<FilePath>>([])

  static func add(_ path: FilePath) {
    paths.withLock { _ = $0.insert(path) }
  }

  static func remove(_ path: FilePath) {
    paths.withLock { _ = $0.remove(path) }
  }

  /// Removes what is registered, as far as it is there: files and empty directories.
  public static func removeAll() {
    let all = paths.withLock { Array($0) }
    // Deeper paths first, so that directories are empty when their turn comes.
    for path in all.sorted(by: { $0.components.count > $1.components.count }) {
      if unlink(path.string) != 0 { rmdir(path.string) }
    }
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
