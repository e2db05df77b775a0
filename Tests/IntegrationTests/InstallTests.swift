import Foundation
import TestSupport
import Testing

/// What `make install` puts in place is found by the tools that look for it.
@Suite struct InstallTests {
  private let directory: TemporaryDirectory
  private let prefix: String

  /// An installation in a staging directory, as packagers make it.
  init() throws {
    directory = try TemporaryDirectory()
    try succeed(
      "make",
      ["install-integrations", "DESTDIR=\(directory.path("stage"))", "PREFIX=/opt/abi"],
      in: packageRoot)
    prefix = directory.path("stage/opt/abi")
    try succeed("install", ["-D", abitoolPath, prefix + "/bin/abitool"])
  }

  @Test func cmakeFindsThePackage() throws {
    try directory.write(
      "CMakeLists.txt",
      """
      cmake_minimum_required(VERSION 3.20)
      project(greeting C)
      find_package(AbiTool 0.1 REQUIRED)
      message(STATUS "tool: ${ABITOOL_EXECUTABLE}")
      abitool_add_abi(TARGET greet ABI greet.abi SONAME libgreet.so.1)
      add_executable(hello hello.c)
      abitool_link_interface(hello greet)
      # The same without an ABI text.
      add_library(built SHARED greet.c)
      abitool_add_abi(TARGET built)
      add_executable(other hello.c)
      abitool_link_interface(other built)
      """)
    for file in ["greet.c", "greet.h", "greet.abi", "hello.c"] {
      try succeed(
        "cp", [packageRoot.path + "/integrations/sources/\(file)", directory.path(file)])
    }
    let log = try succeed(
      "cmake", ["-B", "build", "-G", "Ninja", "-DCMAKE_PREFIX_PATH=\(prefix)"], in: directory.url)
    #expect(log.contains("tool: \(prefix)/bin/abitool"))

    try succeed("cmake", ["--build", "build"], in: directory.url)
    let needed = try succeed("readelf", ["-d", directory.path("build/hello")])
    #expect(needed.contains("[libgreet.so.1]"))
    #expect(try succeed(directory.path("build/other")).hasPrefix("Hello, world!"))

    let source = try String(contentsOfFile: directory.path("greet.c"), encoding: .utf8)
    try directory.write("greet.c", source.replacingOccurrences(of: "Hello", with: "Hi"))
    let inside = try succeed("cmake", ["--build", "build"], in: directory.url)
    #expect(inside.contains("Linking C shared library libbuilt.so"))
    #expect(!inside.contains("Linking C executable"))
    try directory.write("greet.c", source + "int greet_more;\n")
    let outside = try succeed("cmake", ["--build", "build"], in: directory.url)
    #expect(outside.contains("Linking C executable other"))
    #expect(!outside.contains("Linking C executable hello"))
  }

  @Test func cmakeRefusesAnotherMajorVersion() throws {
    try directory.write(
      "CMakeLists.txt",
      "cmake_minimum_required(VERSION 3.20)\nproject(x NONE)\nfind_package(AbiTool 9 REQUIRED)\n")
    let outcome = try run(
      "cmake", ["-B", "build", "-G", "Ninja", "-DCMAKE_PREFIX_PATH=\(prefix)"], in: directory.url)
    #expect(outcome.status != 0 && outcome.errors.contains("requested version \"9\""))
  }

  @Test func abitoolFindsWhatProjectsInclude() throws {
    for (system, file) in [
      ("make", "make/abi.mk"), ("ninja", "ninja/abi.ninja"), ("bazel", "bazel/abitool.bzl"),
    ] {
      let path = try succeed(prefix + "/bin/abitool", ["hook", system, "--path"])
      #expect(path == "\(prefix)/share/abitool/\(file)\n")
    }
  }

  @Test func pkgConfigKnowsThePlaces() throws {
    let path = try succeed(
      "pkg-config", ["--variable=abi_mk", "abitool"],
      environment: ["PKG_CONFIG_PATH": prefix + "/share/pkgconfig"])
    #expect(path == "/opt/abi/share/abitool/make/abi.mk\n")
    #expect(FileManager.default.fileExists(atPath: directory.path("stage") + path.dropLast()))
  }
}
