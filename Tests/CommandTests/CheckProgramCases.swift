import AbiModel
import AbiTool
import Findings
import Support
import Foundation
import TestSupport

/// The system's libraries are there by their ABI, so that only what a case is about is missing.
private func system() throws -> [String] {
  ["--library", try systemLibrary("libc.so.6"), try systemLibrary("ld-linux-x86-64.so.2")]
}

private let source = "int f(void); int g(void); int main(void) { return f() + g(); }"
private let both = "int f(void) { return 0; } int g(void) { return 0; }"

/// A program that calls f and g of libx.so.1, and an ABI of libx.
private func calls(
  _ directory: TemporaryDirectory, _ abi: String, _ more: [String] = [], linking: [String] = []
)
  throws -> [String]
{
  let library = try directory.library("libx.so.1", both)
  let program = try directory.program(source, [library], linking)
  let text = try directory.write("x.abi", "#%soname libx.so.1\n" + abi)
  return ["--program", program, "--abi", text] + (try system()) + more
}

/// A program at a fixed address that holds a copy of `table` of libx.so.1.
private func copies(_ directory: TemporaryDirectory, _ line: String) throws -> [String] {
  let library = try directory.library("libx.so.1", "int table[2] = {1, 2};")
  let program = try directory.program(
    "extern int table[2]; int main(void) { return table[1]; }", [library], ["-no-pie", "-fno-pic"])
  let text = try directory.write("x.abi", "#%soname libx.so.1\n\(line)\n")
  return ["--program", program, "--abi", text] + (try system())
}

/// A program that was linked with a library with versions, and runs with another one.
private func versions(_ directory: TemporaryDirectory, running map: String?) throws -> [String] {
  let linked = try directory.library(
    "libx.so.1", both, version: "X_1 { f; }; X_2 { g; } X_1;")
  let program = try directory.program(source, [linked])
  let other = try TemporaryDirectory()
  let library = try other.library("libx.so.1", both, version: map)
  try FileManager.default.copyItem(atPath: library, toPath: directory.path("running.so"))
  return ["--program", program, "--library", directory.path("running.so")]
    + (try system().dropFirst())
}

/// A program with a run path in which a real library, or a stub, is.
private func runPath(_ directory: TemporaryDirectory, holds stub: Bool) throws -> [String] {
  let library = try directory.library("libx.so.1", both)
  let text = try directory.write("x.abi", "#%soname libx.so.1\nf T\ng T\n")
  try FileManager.default.createDirectory(
    atPath: directory.path("run"), withIntermediateDirectories: true)
  let target = directory.path("run/libx.so.1")
  if stub {
    let made = directory.path("stub.so")
    try succeed(abitoolPath, ["stub", text, "--arch", "x86_64", "-o", made])
    try FileManager.default.moveItem(atPath: made, toPath: target)
  } else {
    try FileManager.default.copyItem(atPath: library, toPath: target)
  }
  let program = try directory.program(source, [library], ["-Wl,-rpath,$ORIGIN/run"])
  return ["--program", program, "--abi", text] + (try system())
}

private func twoProviders(_ directory: TemporaryDirectory, _ second: String) throws -> [String] {
  let one = try directory.library("liba.so", both)
  let other = try directory.library("libb.so", second)
  let program = try directory.program(
    "int f(void); int g(void); int h(void); int main(void) { return f() + g() + h(); }",
    [one, other])
  return ["--program", program, "--library", one, other] + (try system().dropFirst())
}

/// A program whose only library had f and g when it was linked. They have moved to libx since.
private func moved(_ directory: TemporaryDirectory, _ needed: [String]) throws -> [String] {
  let text = try directory.write("x.abi", "#%soname libx.so.1\nf T\ng T\n")
  let program = try directory.program(source, [try directory.library("liby.so.1", both)])
  let library = try directory.library("libx.so.1", both)
  let now = try directory.library(
    "liby.so.1", "int y(void) { return 0; }",
    ["-Wl,--no-as-needed"] + (needed.isEmpty ? [] : [library]))
  return ["--program", program, "--abi", text, "--library", now] + (try system().dropFirst())
}

private func kernelName(_ directory: TemporaryDirectory, soname: String) throws -> [String] {
  let library = try directory.library("ld-nova.lib.so", both, soname: soname)
  let program = try directory.program(source, [library])
  let text = try directory.write("ld.abi", "#%soname ld.lib.so\nf T\ng T\n")
  return ["--program", program, "--abi", text] + (try system())
}

private func plugin(_ directory: TemporaryDirectory, _ source: String) throws -> [String] {
  ["--program", try directory.library("plugin.so", source), "--sysroot", "/"]
}

let programCases: [FindingCase] = [
  FindingCase(
    code: "undefined-symbol",
    flawed: { try calls($0, "f T\n") }, clean: { try calls($0, "f T\ng T\n") }),
  FindingCase(
    code: "left-to-program", status: 0,
    flawed: { try plugin($0, "int host(void); int f(void) { return host(); }") },
    clean: { try plugin($0, "int host(void) { return 1; } int f(void) { return host(); }") }),
  FindingCase(
    code: "version-missing",
    flawed: { try versions($0, running: "X_1 { f; g; };") },
    clean: { try versions($0, running: "X_1 { f; }; X_2 { g; } X_1;") }),
  FindingCase(
    code: "version-unchecked", status: 0,
    flawed: { try versions($0, running: nil) },
    clean: { try versions($0, running: "X_1 { f; }; X_2 { g; } X_1;") }),
  FindingCase(
    code: "type-clash",
    flawed: { try calls($0, "f T\ng D 4\n") }, clean: { try calls($0, "f T\ng T\n") }),
  FindingCase(
    code: "copy-cut",
    flawed: { try copies($0, "table D 16") }, clean: { try copies($0, "table D 8") }),
  FindingCase(
    code: "copy-larger",
    flawed: { try copies($0, "table D 4") }, clean: { try copies($0, "table D 8") }),
  FindingCase(
    code: "copy-protected",
    flawed: { try copies($0, "table D 8 protected") }, clean: { try copies($0, "table D 8") }),
  FindingCase(
    code: "not-linked",
    flawed: { try moved($0, []) }, clean: { try moved($0, ["libx.so.1"]) }),
  FindingCase(
    code: "found-twice", status: 0,
    flawed: { try twoProviders($0, "int f(void) { return 1; } int h(void) { return 1; }") },
    clean: { try twoProviders($0, "int h(void) { return 1; }") }),
  FindingCase(
    code: "must-define",
    flawed: { try calls($0, "entry U\nf T\ng T\n") },
    clean: { try calls($0, "f T\ng T\nmain U\n", linking: ["-rdynamic"]) }),
  FindingCase(
    code: "needed-not-found",
    flawed: { directory in
      Array(try calls(directory, "f T\ng T\n").prefix(4))
    },
    clean: { try calls($0, "f T\ng T\n") }),
  FindingCase(
    code: "needed-unused", status: 0,
    flawed: { directory in
      let idle = try directory.library("libidle.so", "int idle(void) { return 0; }")
      let library = try directory.library("libx.so.1", both)
      let program = try directory.program(source, [library, "-Wl,--no-as-needed", idle])
      return ["--program", program, "--library", idle, library] + (try system().dropFirst())
    },
    clean: { directory in
      let idle = try directory.library("libidle.so", "int idle(void) { return 0; }")
      let library = try directory.library("libx.so.1", both)
      let program = try directory.program(source, [library, "-Wl,--as-needed", idle])
      return ["--program", program, "--library", idle, library] + (try system().dropFirst())
    }),
  FindingCase(
    code: "kernel-library",
    flawed: { try kernelName($0, soname: "ld-nova.lib.so") },
    clean: { try kernelName($0, soname: "ld.lib.so") }),
  FindingCase(
    code: "stub-at-run-time",
    flawed: { try runPath($0, holds: true) }, clean: { try runPath($0, holds: false) }),
  FindingCase(
    code: "interpreter-missing",
    flawed: { directory in
      let program = try directory.program(
        "int main(void) { return 0; }", [], ["-Wl,--dynamic-linker=/lib/no-such-linker.so"])
      return ["--program", program, "--sysroot", "/"]
    },
    clean: { directory in
      let program = try directory.program("int main(void) { return 0; }", [])
      return ["--program", program, "--sysroot", "/"]
    }),
  FindingCase(
    code: "provided", status: 0,
    flawed: { try calls($0, "f T\ng T\n", ["--bindings"]) },
    clean: { try calls($0, "f T\ng T\n") }),
]
