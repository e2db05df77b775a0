import Glibc

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
