import AbiModel
import AbiTool
import Findings
import Support
import Testing

/// The ABI text: what is written is what was read.
struct AbiTextTests {
  private func parse(_ text: String) throws -> Abi {
    try AbiParser.parse(Array(text.utf8), path: "test.abi")
  }

  private func canonical(_ text: String) throws -> String {
    String(decoding: AbiPrinter(try parse(text)).text(), as: UTF8.self)
  }

  static let canonicalTexts = [
    "#%abi 1\n",
    "#%abi 1\n#%soname libdemo.so.1\n#%version DEMO_1\n#%version DEMO_2 DEMO_1\nf@@DEMO_2 T\nf@DEMO_1 T\n",
    "#%abi 1\n#%needed libc.so.6\n#%needed libm.so.6\na U\nb w\n",
    "#%abi 1\n__environ B 8\nenviron B 8 alias=__environ\n",
    "#%abi 1\n_ZN4demo4HeapC1E{m|j} T\n",
    "#%abi 1\nlx_signal_table B 256 arch=x86_32,x86_64 kernel=linux\n",
    "#%abi 1\na D 64 align=64 protected relro size32=32\nb V 8 ro\nc V\nd i weak\ne u 4 ro\n",
    "#%abi 1\nx A\ny A type=object\nz A weak type=func\n",
    "#%abi 1\nt D 4 tls\nu T other=0x80 type=notype\nv T unique\nw T type=13\n",
    "\"\\xff\" T\n\"a\\x20b\" T\n\"a\\x23\" T\n#%abi 1\nplain T\n",
    "#%abi 1\n#%version \"V\\x201\"\nf@\"V\\x201\" T\n",
    "#%abi 1\nfoo T\nfoo$x T\nfoo.1 T\nfoo1 T\n",
    "#%abi 1\nf D 4 kernel=hw\nf T kernel=nova\n",
  ]

  @Test(arguments: canonicalTexts)
  func canonicalTextIsPrintedAsItWas(text: String) throws {
    #expect(try canonical(text) == text)
  }

  @Test func linesAreSortedAsBytes() throws {
    #expect(
      try canonical("b T\na T\nB T\na1 T\na.b T\na@V T\na@@W T\n")
        == "#%abi 1\n#%version V\n#%version W\nB T\na T\na.b T\na1 T\na@@W T\na@V T\nb T\n")
  }

  @Test func plainSymbolFilesAreReadAsTheyAre() throws {
    let text =
      "# comment\n\n_Znwm T\n_ZTV1A D 40\nenviron B 8\ntable R 256\nmalloc W\n_ZTI1A V\nstart U\n"
    #expect(
      try canonical(text)
        == "#%abi 1\n_ZTI1A V\n_ZTV1A D 40\n_Znwm T\nenviron B 8\nmalloc W\nstart U\ntable R 256\n")
  }

  @Test func quotesThatAreNotNeededGo() throws {
    #expect(try canonical("\"foo\" T\n") == "#%abi 1\nfoo T\n")
  }

  @Test func windowsLineEndsAreBlanks() throws {
    #expect(try canonical("foo T\r\n") == "#%abi 1\nfoo T\n")
  }

  static let mistakes: [(text: String, place: String, what: String)] = [
    ("foo", "1:4", "expected a kind"),
    ("foo X", "1:5", "expected a kind"),
    ("foo TT", "1:5", "expected a kind"),
    ("foo D", "1:6", "expected the size"),
    ("foo D x", "1:7", "expected the size"),
    ("foo D 1x", "1:8", "unexpected 'x' in a size"),
    ("foo D 9223372036854775808", "1:7", "2^63"),
    ("foo D 99999999999999999999", "1:7", "2^63"),
    ("foo T 8", "1:7", "T has no size"),
    ("ok T\nfoo T bar", "2:7", "unknown attribute bar"),
    ("foo T align=8", "1:7", "align is for data"),
    ("foo D 8 align=3", "1:15", "power of two"),
    ("foo D 8 align=", "1:15", "expected an alignment"),
    ("foo D 8 align=8 align=8", "1:17", "a second align"),
    ("foo D 8 alias=bar", "1:9", "alias of bar"),
    ("bar D 4\nfoo D 8 alias=bar", "2:9", "the same object"),
    ("bar D 4\nfoo D 4 alias=bar tls", "2:9", "thread-local in one"),
    ("foo D 8 other=0x03", "1:15", "st_other"),
    ("foo D 8 ro", "1:9", "ro contradicts D"),
    ("foo V 8 ro relro", "1:12", "contradicts"),
    ("foo T relro", "1:7", "relro contradicts T"),
    ("foo T type=object", "1:7", "contradicts T"),
    ("foo T type=what", "1:12", "expected notype"),
    ("foo D 8 weak", "1:9", "weak contradicts D"),
    ("foo D 8 kernel=", "1:16", "expected kernels"),
    ("foo D 8 kernel=a,,b", "1:16", "expected kernels"),
    ("foo D 8 protected=1", "1:9", "has no value"),
    ("foo@@ T", "1:6", "expected the name of a version"),
    ("foo@V@W T", "1:6", "unexpected '@'"),
    ("fo#o T", "1:3", "unexpected '#'"),
    ("fo{m|j T", "1:3", "expected {64-bit"),
    ("fo{m} T", "1:3", "expected {64-bit"),
    ("fo{m|j|k} T", "1:7", "a second |"),
    ("fo{m|m} T", "1:3", "both alternatives"),
    ("fo} T", "1:3", "unexpected '}'"),
    ("\"foo T", "1:1", "not closed"),
    ("\"\" T", "1:1", "empty name"),
    ("\"\\x0\" T", "1:2", "expected \\xNN"),
    ("\"\\x00\" T", "1:2", "\\x00"),
    ("\u{e9} T", "1:1", "byte 0xc3"),
    ("#%abi 2", "1:8", "format version 2"),
    ("#%abi", "1:6", "expected the format version"),
    ("#%soname a b", "1:12", "end of the line"),
    ("#%soname a\n#%soname b", "2:1", "a second SONAME"),
    ("#%sonam a", "1:1", "unknown directive #%sonam"),
    ("foo T\nbar T\nfoo T", "3:1", "listed twice, first in line 1"),
    ("foo T kernel=a\nfoo T", "2:1", "listed twice"),
  ]

  @Test(arguments: mistakes)
  func mistakesAreReportedWithTheirPlace(text: String, place: String, what: String) throws {
    do {
      _ = try parse(text)
      Issue.record("\(text) was taken")
    } catch {
      let message = "\(error)"
      #expect(message.hasPrefix("test.abi:\(place): "), "\(message)")
      #expect(message.contains(what), "\(message)")
    }
  }

  @Test func flawsOfFormAreListedWithoutKeepingTheTextFromBeingRead() throws {
    let text = Array(
      "# Please review the symbols and remove this line.\nb T \na T\n#%x\n".utf8)
    let result = try text.withUnsafeBytes { try AbiParser.parseWithFlaws($0, path: "t") }
    #expect(result.abi.symbols.count == 2)
    #expect(result.flaws.map(\.kind) == [.unreviewed, .trailingBlanks, .order, .unknownDirective])
    #expect(result.flaws.map(\.line) == [1, 2, 3, 4])
  }

  @Test func sameNameOnDifferentKernelsIsNoDuplicate() throws {
    #expect(try parse("f T kernel=a\nf D 4 kernel=b\n").symbols.count == 2)
  }
}
