import Foundation

/// Where the inputs of the benchmark are on this machine, and those that are made for it.
struct Inputs {
  let abitool: String
  let scratch: URL

  init(abitool: String) throws {
    self.abitool = abitool
    scratch = FileManager.default.temporaryDirectory.appendingPathComponent("abitool-bench")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> String { scratch.appendingPathComponent(name).path }

  /// A system library, by name. Nil when it is not here.
  static func library(_ prefix: String) -> String? {
    let directories = [
      "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
      "/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib",
    ]
    for directory in directories {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      if let name = names.sorted().first(where: { $0.hasPrefix(prefix) }) {
        return "\(directory)/\(name)"
      }
    }
    return nil
  }

  /// A list of all shared libraries below /usr/lib, one path a line, and their number.
  func allLibraries() throws -> (list: String, paths: [String]) {
    let output = try Shell.run(
      "find", ["/usr/lib", "-type", "f", "(", "-name", "*.so", "-o", "-name", "*.so.*", ")"])
    let paths = output.split(separator: "\n").map(String.init).filter { path in
      guard let file = FileHandle(forReadingAtPath: path) else { return false }
      return file.readData(ofLength: 4) == Data([0x7f, 0x45, 0x4c, 0x46])
    }.sorted()
    let list = path("libraries")
    try (paths.joined(separator: "\n") + "\n").write(
      toFile: list, atomically: false, encoding: .utf8)
    return (list, paths)
  }

  /// A library with that many functions and data symbols, made by abitool from a text.
  func synthetic(symbols count: Int) throws -> String {
    let library = path("synthetic-\(count).so")
    var text = "#%soname libsynthetic.so.1\n"
    for index in 0..<count {
      // Names as C++ has them: a long common prefix, and 40 bytes on average.
      let name = "_ZN9synthetic7package\(index % 97)6Object\(index)6methodERKS0_m"
      text += index % 10 == 0 ? "\(name) D \(8 + index % 64)\n" : "\(name) T\n"
    }
    try text.write(toFile: path("synthetic.abi"), atomically: false, encoding: .utf8)
    try Shell.run(abitool, ["stub", path("synthetic.abi"), "--arch", "x86_64", "-o", library])
    // Without the mark of a stub, it stands for a library.
    try Shell.run("sed", ["-i", "s/abitool link-time stub/abitool link-time stuB/", library])
    return library
  }
}
