import Foundation
import TestSupport
import Testing

/// `abitool hook` prints what a project of plain files builds with, as it is.
@Suite struct HookTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    for file in ["greet.c", "greet.h", "greet.abi", "hello.c"] {
      try succeed(
        "cp", [packageRoot.path + "/integrations/sources/\(file)", directory.path(file)])
    }
  }

  private func hook(_ arguments: String...) throws -> String {
    let outcome = try abitool(["hook"] + arguments, environment: ExampleProject.environment)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.text
  }

  private func build(_ program: String, _ arguments: String...) throws {
    try succeed(program, arguments, in: directory.url, environment: ExampleProject.environment)
  }

  private func expectGreeting(_ folder: String = ".") throws {
    let outcome = try run(
      directory.path("\(folder)/hello"), environment: ["LD_LIBRARY_PATH": directory.path(folder)])
    #expect(outcome.text.hasPrefix("Hello, world!\n"), "\(outcome.errors)")
  }

  @Test func theHookForMakeBuilds() throws {
    let text = try hook("make", "--library", "greet", "--program", "hello")
    try directory.write(
      "Makefile",
      """
      all:
      greet.lib.so: greet.c
      \t$(CC) -shared -fPIC -Wl,-soname,$@ $< -o $@

      """ + text)
    try build("make")
    #expect(directory.names.contains("greet.abi.so.checked"))
    try expectGreeting()
  }

  @Test func theHookForCMakeBuilds() throws {
    let text = try hook("cmake", "--library", "greet", "--program", "hello")
    try directory.write(
      "CMakeLists.txt",
      """
      cmake_minimum_required(VERSION 3.20)
      project(greeting C)
      add_library(greet SHARED greet.c)
      add_executable(hello hello.c)

      """ + text)
    try build(
      "cmake", "-B", "build", "-G", "Ninja", "-DAbiTool_DIR=\(packageRoot.path)/integrations/cmake")
    try build("cmake", "--build", "build")
    try expectGreeting("build")
  }

  @Test func theHookForMesonBuilds() throws {
    let text = try hook("meson", "--library", "greet", "--program", "hello")
    try directory.write(
      "meson.build", "project('greeting', 'c')\ngreet = shared_library('greet', 'greet.c')\n" + text
    )
    try build("meson", "setup", "build")
    try build("ninja", "-C", "build")
    try expectGreeting("build")
  }

  @Test func theHookForNinjaBuilds() throws {
    let text = try hook("ninja", "--library", "greet", "--program", "hello")
    let rules = try hook("ninja", "--path")
    try succeed("cp", [rules.trimmingCharacters(in: .newlines), directory.path("abi.ninja")])
    try directory.write(
      "build.ninja",
      """
      rule compile
        command = cc -fPIC -c $in -o $out
      rule library
        command = cc -shared -Wl,-soname,$out $in -o $out
      rule link
        command = cc $in -o $out
      build greet.o: compile greet.c
      build hello.o: compile hello.c
      build libgreet.so: library greet.o

      """ + text)
    try build("ninja")
    try expectGreeting()
  }

  @Test func theHookForPkgConfigLinksWithTheStub() throws {
    let text = try hook("pkg-config", "--library", "greet", "--soname", "libgreet.so.1")
    try directory.write("greet.pc", text.replacingOccurrences(of: "/usr", with: directory.url.path))
    let flags = try succeed(
      "pkg-config", ["--libs", "greet"], environment: ["PKG_CONFIG_PATH": directory.url.path])
    #expect(flags.trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix("lib/greet.abi.so"))
  }

  @Test func namesThatABuildFileWouldReadAsSyntaxAreRefused() throws {
    for name in ["a b", "$(shell id)", "a;b", "a'b", "a\nb", ""] {
      let outcome = try abitool(["hook", "make", "--library", name])
      #expect(outcome.status == 64 && outcome.output.isEmpty)
    }
  }

  @Test func aMissingIncludedFileSaysWhereItWasLookedFor() throws {
    let outcome = try abitool(
      ["hook", "make", "--path"], environment: ["ABITOOL_SHARE": "/nowhere"])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("make/abi.mk: not found in /nowhere"))
  }
}
