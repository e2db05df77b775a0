import Foundation
import TestSupport
import Testing

/// `abitool stub TEXT -o x.map`: a library that is linked with the script exports the text.
struct StubVersionScriptTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  private func script(_ text: String) throws -> String {
    let abi = try scratch.write("lib.abi", text)
    try abitoolSucceeds(["stub", abi, "-o", scratch.path("lib.map")])
    return try String(contentsOfFile: scratch.path("lib.map"), encoding: .utf8)
  }

  @Test func scriptOfATextWithoutVersionsListsItsNames() throws {
    let text = "\"sp\\x20ace\" T\na T\ncallback U\nd D 4\nlocal T\noperator<(a,b) T\nx*[1] T\n"
    #expect(
      try script(text) == """
        {
          global:
            "sp ace";
            a;
            d;
            "local";
            "operator<(a,b)";
            x[*][[]1];
          local:
            *;
        };

        """)
  }

  @Test func everySymbolIsUnderItsNode() throws {
    let text = "#%version V1\n#%version V2 V1\n#%version V3 V2\na@@V1 T\nf@@V2 T\nf@V1 T\n"
    #expect(
      try script(text) == """
        V1 {
          global:
            a;
        };

        V2 {
          global:
            f;
          local:
            *;
        } V1;

        V3 { } V2;

        """)
  }

  @Test func emptyTextExportsNothing() throws {
    #expect(try script("#%soname libx.so.1\n") == "{\n  local:\n    *;\n};\n")
  }

  @Test(arguments: [
    ("#%version V1\na@@V1 T\nb T\n", "lib.abi:3: b has no version, and others have one"),
    ("a T\n\"b\\x22\" T\n", "lib.abi:2: \"b\\x22\": version scripts do not take such a name"),
    ("operator*(a) T\n", "lib.abi:1: operator*(a): version scripts do not take such a name"),
    ("a@@V-1 T\n", "version V-1: version scripts take letters"),
  ])
  func whatAScriptCannotSayIsAnErrorWithItsLine(text: String, message: String) throws {
    let abi = try scratch.write("lib.abi", text)
    let outcome = try abitool(["stub", abi, "-o", scratch.path("lib.map")])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!scratch.names.contains("lib.map"))
  }

  // MARK: Libraries

  /// Links a library with the script of a text, and expects it to export the text.
  private func expectExports(
    _ text: String, of source: String, _ linker: Linker, assembly: String = ""
  ) throws {
    _ = try script(text)
    let files = [
      try scratch.write("lib.c", source),
      try scratch.write(
        "lib-names.s", assembly + "\n .section .note.GNU-stack, \"\", %progbits\n"),
    ]
    let library = scratch.path("lib.so")
    let outcome = try run(
      "cc",
      ["-shared", "-fPIC", "-O1", "-fuse-ld=\(linker)", "-Wl,-soname,lib.so"]
        + ["-Wl,--version-script=\(scratch.path("lib.map"))", "-o", library] + files)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let exported = try abitoolSucceeds(["extract", library])
      .replacing(/#%arch .*\n/, with: "")
    // lld and mold do not record what nodes inherit from.
    let isSame = withoutParents(exported) == withoutParents(text)
    #expect(isSame, "\(differences(text, exported))")
  }

  private func runProgram(_ source: String) throws -> Outcome {
    let program = try Fixtures.compile(source, as: "program", [scratch.path("lib.so")], in: scratch)
    return try run(program, [], environment: ["LD_LIBRARY_PATH": scratch.url.path])
  }

  @Test(arguments: Linker.allCases)
  func libraryExportsTheTextAndNothingElse(linker: Linker) throws {
    let text = """
      "sp\\x20ace" T
      #%abi 1
      #%soname lib.so
      %eax T
      a T
      counter D 4
      local T
      operator<(a,b) T
      thread D 4 tls
      weak W
      x*[1]? T

      """
    let source = """
      int counter = 4, not_promised = 5;
      __thread int thread = 6;
      int helper(void) { return not_promised; }
      int a(void) { return helper() + counter + thread; }
      __attribute__((weak)) int weak(void) { return 1; }
      """
    // Of these, x1 and xa11b are what the odd name would match as a pattern.
    let names = ["sp ace", "%eax", "local", "operator<(a,b)", "x*[1]?", "x11b", "xa1b", "global"]
    let assembly = " .text\n" + names.map {
      " .globl \"\($0)\"\n .type \"\($0)\", %function\n\"\($0)\": ret\n"
    }.joined()
    try expectExports(text, of: source, linker, assembly: assembly)
    #expect(try runProgram("int a(void); int main(void) { return a(); }").status == 15)
  }

  /// The definition of a default version may say so or not, with gold and lld: GNU ld takes a
  /// definition that says its version and is listed for two, and mold for a local one.
  @Test(
    arguments: Linker.allCases.map { ($0, "") }
      + [Linker.gold, .lld].map { ($0, "__asm__(\".symver answer,answer@@V2\");") })
  func libraryHasEverySymbolInItsVersions(linker: Linker, directive: String) throws {
    let text = """
      #%abi 1
      #%soname lib.so
      #%version V1
      #%version V2 V1
      #%version V3 V2
      answer@@V2 T
      answer@V1 T
      first@@V1 T
      old@V1 T
      second@@V2 T

      """
    let source = """
      int answer_1(void) { return 41; }
      int answer(void) { return 42; }
      int old_1(void) { return 1; }
      __asm__(".symver answer_1,answer@V1");
      \(directive)
      __asm__(".symver old_1,old@V1");
      int first(void) { return 1; }
      int second(void) { return 2; }
      int not_promised(void) { return 3; }
      """
    try expectExports(text, of: source, linker)
    let program = "int answer(void), first(void); int main(void) { return answer() + first(); }"
    #expect(try runProgram(program).status == 43)
  }

  /// Each version has something that no program is linked to any more. mold hides the default
  /// version of a name that another version lists.
  @Test(arguments: Linker.allCases.filter { $0 != .mold })
  func oldNamesStayWhereEveryVersionHasSome(linker: Linker) throws {
    let text = "#%abi 1\n#%soname lib.so\n#%version V1\n#%version V2\na@@V1 T\na@V2 T\nb@V1 T\n"
    let source = """
      int a(void) { return 1; }
      int a_2(void) { return 2; }
      int b_1(void) { return 3; }
      __asm__(".symver a_2,a@V2");
      __asm__(".symver b_1,b@V1");
      """
    try expectExports(text, of: source, linker)
    #expect(try runProgram("int a(void); int main(void) { return a(); }").status == 1)
  }
}
