import Foundation
@testable import Mangling
import Testing

/// `fixtures/names/grammar.txt` and `rejected.txt`: names of every production, and names close to one. Two
/// demanglers that others wrote are asked whether they are names at all.
@Suite struct GrammarTests {
  /// The demanglers as Debian 12 has them, by the program that runs them.
  static let oracles = ["c++filt", "llvm-cxxfilt"]

  /// Names that neither of the oracles takes, and why they are names all the same.
  static let ahead: [(why: String, names: [String])] = [
    (
      "c++filt ends a name at a byte outside ASCII; Clang writes identifiers as they are, in UTF-8",
      ["_Z3h\\xC3\\xA9v"]
    ),
    ("B is a number of base 36 here, and taken for an ABI tag", ["_ZGRZ1fvE1xB_"]),
    (
      "fixed-point types, of LLVM 20 and later", ["_Z1fDAi", "_Z1fDSDAs", "_Z1fDRl", "_Z1fDSDRj"]
    ),
    (
      "_BitInt, of LLVM 15 and later",
      ["_Z1fDB7_", "_Z1fPDU33_", "_Z1fILi9EEvDBT__", "_Z1fILi9EEvDUplT_Li1E_"]
    ),
    ("vendor types with arguments, such as Clang's matrix_type", ["_Z1fu3vecIiLi4EE"]),
    ("calls of parenthesised names, which Clang and GCC write", ["_Z1fIiEDTcp1gfp_EET_"]),
    (
      "member-like friends, of binutils 2.41 and LLVM 18 and later",
      ["_ZN1AIiEF1fES0_", "_ZN1AIiEFplES0_S0_"]
    ),
    (
      "explicit object parameters, of binutils 2.43 and LLVM 18 and later",
      ["_ZNH1A1fES_", "_ZNH1A1fIS_EEvOT_"]
    ),
    (
      "template parameters before their arguments, of LLVM 18 and later",
      [
        "_Z1fITnDaLi1EEvv", "_Z1fITtTyE1AEvv", "_Z1fITpTnDaJLi1EEEvv", "_Z1fITk1CiEvT_",
        "_Z1fITk1CIcEiEvT_", "_Z1fITpTk1CJicEEvDpT_", "_Z1fITnDk1CLi1EEvv", "_Z1fITnDK1CLi1EEvv",
        "_ZZ1fIiEvT_ENKUlTL0__E_clIcEEDaS0_",
      ]
    ),
    (
      "constraints, of binutils 2.41 and LLVM 18 and later",
      [
        "_Z1fIiQ1CIT_EEvS0_", "_Z1fIiEvT_Q1CIS0_E", "_Z1fIiQaa1CIT_E1DIS0_EEvS0_",
        "_Z1fIiQrqXcvT__EEEvS0_", "_Z1fIiQrqTNT_1AEQ1CIS0_EEEvS0_",
        "_Z1fIiQrqXcvT__ENXplfp_fp_R1CEEvS0_", "_Z1fIiQrQT__XplfL0p_Li1EEEvS0_",
        "_ZN1AIiE1fEvQ1CIT_E",
      ]
    ),
    (
      "pack indexing, which GCC 15 writes",
      [
        "_Z1fILi0EJicEEDyT0_T_v", "_Z1fIJicEEDyT_Li0ES_", "_ZN1AIJicEE1fILi1EEEDyJicET_v",
        "_Z1fILi1EJLi1ELl2EEEDtsyT0_T_Ev", "_ZN1AIJLi1ELl2EEE1fILi0EEEDtsyJLi1ELl2EET_Ev",
      ]
    ),
    (
      "pass_object_size of the last parameter, which Clang writes",
      ["_Z1fPvU17pass_object_size0", "_Z1fPvU25pass_dynamic_object_size0"]
    ),
    ("substituted packs, which Clang writes", ["_Z1gIJicEEv1AIJDp_SUBSTPACK_EE"]),
    ("unnamed enumerations, of binutils 2.46 and later", ["_Z1fUej1eS_", "_ZN1A1fENS_Uei3oneE"]),
  ]

  /// Names that an oracle takes and the grammar has not, and why.
  static let beyond: [(why: String, names: [String])] = [
    ("libiberty takes a number that is left out for 0", ["_ZTh_N1A1fEv", "_ZTC1B_1A"]),
    ("libiberty needs no underscore at the end", ["_ZZ1fvE1x__3"]),
    (
      "libiberty has one list of operators for functions and expressions",
      ["_ZN1AdtEv", "_ZN1AdsEv", "_ZN1AszEv", "_ZN1AscEv", "_ZN1AtrEv"]
    ),
    ("libiberty folds over any operator", ["_Z1fIXfLpt1x1yEEvv"]),
    ("template arguments of a class that has its own already", ["_ZN1AIiEIiE1fEv"]),
    ("LLVM 14 takes a substitution for a member", ["_ZN1A1BS_1fEv"]),
    (
      "the programs take off a version; the parser is given names without",
      ["_Z1fv@V1", "_ZTV1A@V1"]
    ),
    ("the mangling of Rust", ["_RNvC3foo3bar"]),
  ]

  @Test func everyProductionIsRead() throws {
    let names = try names(in: "grammar.txt")
    #expect(names.count > 500)
    #expect(Set(names).count == names.count)
    let ahead = Set(Self.ahead.flatMap(\.names))
    #expect(ahead.isSubset(of: names))
    let taken = try takenByOracles(names)
    var parser = MangledNameParser()
    for name in names {
      do {
        checkShape(of: try parser.parse(bytes(name)))
      } catch {
        Issue.record("\(name): \(error)")
      }
      #expect(taken.contains(name) || ahead.contains(name), "\(name) is no name")
    }
  }

  @Test func namesCloseToTheGrammarAreRefused() throws {
    let names = try names(in: "rejected.txt")
    #expect(names.count > 100)
    #expect(Set(names).count == names.count)
    let beyond = Set(Self.beyond.flatMap(\.names))
    #expect(beyond.isSubset(of: names))
    let taken = try takenByOracles(names)
    var parser = MangledNameParser()
    for name in names {
      #expect(throws: MangledNameError.self, "\(name)") { try parser.parse(bytes(name)) }
      #expect(!taken.contains(name) || beyond.contains(name), "\(name) is a name")
      #expect(Demangler.demangle(bytes(name)) == nil)
    }
  }

  @Test func everyNameIsDemangledAsByItsAuthors() throws {
    // `Demangler` guards libiberty and writes suffixes itself; everything else is to be as c++filt has it.
    let names = try names(in: "grammar.txt").filter { !$0.contains(".") && !$0.contains("\\x") }
    for (name, text) in zip(names, try texts(names, by: "c++filt", ["-i"])) where text != name {
      #expect(Demangler.demangle(bytes(name)) == String(text), "\(name)")
    }
    #expect(Demangler.demangle(bytes("_Z1fv.isra.0.cold")) == "f() [clone .isra.0.cold]")
    #expect(Demangler.demangle(bytes("_ZN1A1fEi.Tm")) == "A::f(int) [clone .Tm]")
  }

  // MARK: Support

  private func names(in file: String) throws -> [String] {
    let path = repository.appendingPathComponent("fixtures/names/\(file)")
    return try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }.map(String.init)
  }

  /// The bytes of a name, in which `\xNN` stands for one.
  private func bytes(_ name: String) -> [UInt8] {
    var parts = name.components(separatedBy: "\\x")
    var result = Array(parts.removeFirst().utf8)
    for part in parts {
      if let byte = UInt8(part.prefix(2), radix: 16) { result.append(byte) }
      result += Array(part.dropFirst(2).utf8)
    }
    return result
  }

  private func takenByOracles(_ names: [String]) throws -> Set<String> {
    var taken: Set<String> = []
    for oracle in Self.oracles {
      for (name, text) in zip(names, try texts(names, by: oracle)) where text != name {
        taken.insert(name)
      }
    }
    return taken
  }

  private func texts(
    _ names: [String], by oracle: String, _ options: [String] = []
  ) throws -> [Substring] {
    let found = try output(of: oracle, options, input: names.joined(separator: "\n") + "\n")
    let lines = found.text.split(separator: "\n", omittingEmptySubsequences: false)
    try #require(found.succeeded && lines.count >= names.count, "\(oracle)")
    return Array(lines.prefix(names.count))
  }
}
