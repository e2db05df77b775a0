import AbiModel
import AbiTool
import Findings
import Support
import SystemPackage
import Testing

struct OutputNamesTests {
  @Test(arguments: [
    ("libm.so.6", "libm"), ("/lib/libfoo-1.2.so", "libfoo-1.2"), ("ld-nova.lib.so", "ld-nova"),
    ("init", "init"), ("a/.so", ".so"), ("python3.11", "python3.11"),
  ])
  func versionAndSuffixGo(path: String, name: String) {
    #expect(OutputNames.name(for: FilePath(path)) == name)
  }

  @Test func namesThatWouldCollideAreLonger() throws {
    let paths: [FilePath] = ["/a/libx.so.1", "/a/libx.so.2", "/b/liby.so", "/c/liby.so", "/c/z.so"]
    #expect(
      try OutputNames.names(for: paths)
        == ["libx.so.1", "libx.so.2", "b_liby.so", "c_liby.so", "z"])
  }

  @Test func theSameFileTwiceIsRefused() {
    #expect(throws: InputError.self) { try OutputNames.names(for: ["a/x.so", "a/x.so"]) }
  }
}
