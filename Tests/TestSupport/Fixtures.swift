import Foundation

/// Libraries that are built from the sources in `fixtures/`, once for each run of the tests.
public enum Fixtures {
  /// `ARCH/ld-KERNEL.lib.so` of the component framework `fixtures/ld`.
  public static func ld(kernel: String, arch: String = "x86_64") throws -> String {
    try ldDirectory.get().appendingPathComponent("\(arch)/ld-\(kernel).lib.so").path
  }

  public static let kernels = ["nova", "hw", "linux"]
  public static let archs = ["x86_64", "x86_32", "arm_v8a", "arm_v7a", "riscv64"]

  /// Where the libraries of `fixtures/ld` are.
  public static let ldDirectory = Result {
    try make("ld")
  }

  /// Builds `fixtures/NAME` with its Makefile.
  public static func make(_ name: String, _ variables: [String] = []) throws -> URL {
    let out = packageRoot.appendingPathComponent(".build/fixtures/\(name)")
    try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
    try succeed(
      "make",
      ["-j2", "-C", packageRoot.appendingPathComponent("fixtures/\(name)").path, "OUT=\(out.path)"]
        + variables)
    return out
  }

  /// The architectures with the triples by which clang knows them.
  public static let triples = [
    "x86_64": "x86_64-linux-gnu", "x86_32": "i686-linux-gnu", "arm_v8a": "aarch64-linux-gnu",
    "arm_v7a": "armv7a-linux-gnueabihf", "riscv64": "riscv64-linux-gnu",
  ]

  /// Assembles `fixtures/taint/ARCH.s` and links it, and gives the path of the program.
  public static func taint(
    arch: String, link: [String] = [], in directory: TemporaryDirectory
  ) throws -> String {
    let sources = packageRoot.appendingPathComponent("fixtures/taint")
    let object = directory.path("\(arch).o")
    let isa = arch == "riscv64" ? ["-march=rv64gc"] : []
    try succeed(
      "clang",
      ["--target=\(triples[arch] ?? arch)", "-c", "\(arch).s", "-o", object] + isa, in: sources)
    try succeed("ld.lld", ["-e", "0", object, "-o", directory.path(arch)] + link)
    return directory.path(arch)
  }

  /// Compiles C or C++ source with the compiler of this machine and gives the path of the result.
  public static func compile(
    _ source: String, as name: String, language: String = "c", _ options: [String],
    in directory: TemporaryDirectory
  ) throws -> String {
    let file = try directory.write("\(name).\(language)", source)
    try succeed(
      language == "c" ? "cc" : "c++", ["-o", directory.path(name), file] + options,
      in: directory.url)
    return directory.path(name)
  }
}

/// A path without `.` and `..`, as DWARF readers print it or not.
public func plainPath(_ path: some StringProtocol) -> String {
  var parts: [Substring] = []
  for part in String(path).split(separator: "/" as Character) where part != "." {
    if part == "..", let last = parts.last, last != ".." {
      parts.removeLast()
    } else {
      parts.append(part)
    }
  }
  return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
}
