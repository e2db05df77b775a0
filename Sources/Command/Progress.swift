import Glibc
import Synchronization

/// A line on the terminal that tells how far a batch is. Silent when stderr is no terminal.
struct Progress: Sendable {
  let total: Int
  private let isShown = isatty(STDERR_FILENO) == 1

  init(total: Int) { self.total = total }

  func callAsFunction(_ done: Int) {
    guard isShown else { return }
    Diagnostics.raw(done < total ? "\r\(done)/\(total)" : "\r\u{1b}[K")
  }
}

/// A line on the terminal that tells how far the work on one file is. Silent when stderr is no
/// terminal.
final class PercentProgress: Sendable {
  private let isShown = isatty(STDERR_FILENO) == 1
  private let shown = Mutex(0)

  /// - Parameter share: from 0 to 1.
  func callAsFunction(_ share: Double) {
    guard isShown else { return }
    let percent = Int(share * 100)
    let isNew = shown.withLock { shown in
      defer { shown = percent }
      return shown != percent
    }
    if isNew { Diagnostics.raw("\r\(percent) %") }
  }

  /// Removes the line.
  func finish() {
    if isShown, shown.withLock({ $0 > 0 }) { Diagnostics.raw("\r\u{1b}[K") }
  }
}
