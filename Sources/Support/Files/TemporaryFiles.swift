package import Glibc
internal import Synchronization
package import SystemPackage

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

  package static func add(_ path: FilePath) {
    state.withLock { _ = $0.paths.insert(path) }
  }

  package static func remove(_ path: FilePath) {
    state.withLock { _ = $0.paths.remove(path) }
  }

  /// A process group of a tool, to be killed with this process.
  package static func add(processGroup: pid_t) {
    let isEnding = state.withLock { state in
      state.processGroups.insert(processGroup)
      return state.isEnding
    }
    if isEnding { kill(-processGroup, SIGKILL) }
  }

  package static func remove(processGroup: pid_t) {
    state.withLock { _ = $0.processGroups.remove(processGroup) }
  }

  /// Does not return when the process is about to end: a tool that was killed is no error then.
  package static func awaitEnd() {
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
    for _ in 0..<40 where kill(-group, 0) == 0 { usleep(1000) }
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

  // MARK: Signals

  /// The writing end of the pipe by which the signal handler tells the thread what came.
  private nonisolated(unsafe) static var signalPipe: Int32 = -1

  /// Starts a thread that, when a signal to stop has come, removes what is registered and then
  /// ends the process by that same signal. To be called once, before there are other threads.
  public static func removeOnSignals() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    signalPipe = ends[1]
    // The main thread of an asynchronous program is libdispatch's, which unblocks all signals: so
    // they are handled and not waited for.
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      var byte = UInt8(truncatingIfNeeded: number)
      let saved = errno
      write(TemporaryFiles.signalPipe, &byte, 1)
      errno = saved
    }
    action.sa_flags = SA_RESTART
    for number in stoppingSignals() { sigaction(number, &action, nil) }
    let readingEnd = UnsafeMutableRawPointer(bitPattern: Int(ends[0]))
    var thread = pthread_t()
    pthread_create(&thread, nil, { TemporaryFiles.endOnSignal(readingFrom: $0) }, readingEnd)
  }

  private static func endOnSignal(readingFrom pipe: UnsafeMutableRawPointer?)
    -> UnsafeMutableRawPointer?
  {
    var byte: UInt8 = 0
    while read(Int32(Int(bitPattern: pipe)), &byte, 1) != 1 {}
    removeAll()
    let number = Int32(byte)
    signal(number, SIG_DFL)
    // A parent may have started this process with the signal blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, number)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    raise(number)
    _exit(128 + number)
  }

  /// Those that are not ignored, as under nohup.
  private static func stoppingSignals() -> [Int32] {
    [SIGINT, SIGTERM, SIGHUP].filter { number in
      var action = sigaction()
      sigaction(number, nil, &action)
      return action.__sigaction_handler.sa_handler.map { unsafeBitCast($0, to: Int.self) } != 1
    }
  }
}
