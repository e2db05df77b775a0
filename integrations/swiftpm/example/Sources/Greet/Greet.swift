/// Writes a greeting to standard output.
public func greet(_ name: String) {
  print("Hello, \(name)!")
}
