import Testing
import TestSupport

/// What every build system is promised to do, shown by its own log.
@Suite struct GuaranteeTests {
  @Test(arguments: BuildTool.allCases)
  func aChangedImplementationLinksNoProgram(_ tool: BuildTool) throws {
    let project = try ExampleProject(tool)
    let first = try project.buildAll()
    #expect(first.linked == [tool.loggedLibrary, "hello", "table", "quiet"], "\(first.text)")

    try project.edit("greet.c", #""Hello""#, #""Good day""#)
    let log = try project.buildAll()
    #expect(log.linked == [tool.loggedLibrary], "\(log.text)")
    #expect(try project.output(of: "hello").hasPrefix("Good day, world!\n"))
    let again = try project.buildAll()
    #expect(again.isEmpty, "\(again.text)")
  }

  @Test(arguments: BuildTool.allCases)
  func aChangedAbiLinksExactlyTheUsers(_ tool: BuildTool) throws {
    let project = try ExampleProject(tool)
    try project.buildAll()

    try project.edit("greet.abi", " align=16", "")
    let log = try project.buildAll()
    #expect(log.linked == ["hello", "table"], "\(log.text)")
    #expect(try project.output(of: "hello").hasPrefix("Hello, world!\n"))

    try project.edit("greet.abi", "# What", "# In other words: what")
    let comment = try project.buildAll()
    #expect(comment.linked == [], "\(comment.text)")
    let again = try project.buildAll()
    #expect(again.isEmpty, "\(again.text)")
  }

  @Test(arguments: BuildTool.allCases)
  func aProgramIsBuiltFromTheAbiAlone(_ tool: BuildTool) throws {
    let project = try ExampleProject(tool)
    // That the library cannot be built does not matter to who only links with it.
    try project.edit("greet.c", "int greet_calls;", "#error no library")
    let log = try project.build("hello")
    #expect(log.status == 0, "\(log.text)")
    #expect(log.linked == ["hello"])
    #expect(project.exists("hello") && !project.exists(tool.library))
    let needed = try succeed("readelf", ["-d", project.built("hello")])
    #expect(needed.contains("[\(tool.library)]"))
    #expect(!needed.contains("abi.so"))

    // And now all, in parallel.
    try project.edit("greet.c", "#error no library", "int greet_calls;")
    let all = try project.buildAll()
    #expect(all.linked == [tool.loggedLibrary, "table", "quiet"], "\(all.text)")
    #expect(try project.output(of: "hello").hasPrefix("Hello, world!\n"))
  }

  @Test(arguments: BuildTool.allCases)
  func aLibraryThatBreaksItsAbiFailsTheBuild(_ tool: BuildTool) throws {
    let project = try ExampleProject(tool)
    try project.buildAll()
    try project.edit("greet.c", "int greet_calls;", "static int calls;")
    try project.edit("greet.c", "greet_calls++", "calls++")
    // Not once only: nothing may record that it was checked.
    for _ in 1...2 {
      let log = try project.build()
      #expect(log.status != 0)
      #expect(log.text.contains("greet_calls"), "\(log.text)")
    }
    try project.edit("greet.c", "static int calls;", "int greet_calls;")
    try project.edit("greet.c", "calls++", "greet_calls++")
    try project.buildAll()
  }

  @Test(arguments: BuildTool.allCases)
  func whatRunsWhileBuildingRunsWithTheLibraryItself(_ tool: BuildTool) throws {
    let project = try ExampleProject(tool)
    let log = try project.build("greetings.txt")
    #expect(log.status == 0, "\(log.text)")
    #expect(project.exists(tool.library))
    #expect(try project.contents("greetings.txt") == "Hello, en!\nHello, de!\n")

    try project.edit("greet.c", #""Hello""#, #""Hi""#)
    #expect(try project.build("greetings.txt").linked == [tool.loggedLibrary])
    #expect(try project.contents("greetings.txt") == "Hi, en!\nHi, de!\n")
  }

  @Test(arguments: BuildTool.allCases)
  func aLostStubIsMadeAgain(_ tool: BuildTool) throws {
    let project = try ExampleProject(tool)
    try project.buildAll()
    try succeed("rm", [project.built("greet.abi.so")])
    try project.edit("hello.c", "first language", "language")
    if tool == .cmakeMake {
      // CMake's Makefiles do not know files that a command makes beside its output.
      try succeed("rm", [project.built("greet.abi.so.stamp")])
    }
    #expect(try project.build("hello").linked == ["hello"])
    #expect(try project.output(of: "hello").contains("1 call, language en"))
  }
}
