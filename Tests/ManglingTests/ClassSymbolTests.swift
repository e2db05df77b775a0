import Foundation
@testable import Mangling
import Testing

/// A class and its members are brought together by their names alone.
@Suite struct ClassSymbolTests {
  typealias Role = ClassSymbol.Role

  private func symbol(_ name: String) throws -> ClassSymbol? { try parse(name).classSymbol }

  private func scope(_ name: String) throws -> ScopeKey {
    let found = try parse(name).classSymbol
    return try #require(found, "\(name)").scope
  }

  static let members: [(String, String)] = [
    ("_ZTV1A", "_ZN1A1fEv"), ("_ZTVN2ns1BE", "_ZThn16_N2ns1B1gEv"),
    ("_ZTVN2ns1BE", "_ZTv0_n24_NK2ns1B1gEi"), ("_ZTVN2ns1BE", "_ZTch0_h16_N2ns1B5cloneEv"),
    ("_ZTVSt9bad_alloc", "_ZNSt9bad_allocD0Ev"), ("_ZTVSt9bad_alloc", "_ZNKSt9bad_alloc4whatEv"),
    ("_ZTVNSt3foo3barE", "_ZNSt3foo3bar1fEv"), ("_ZTISs", "_ZNSs6appendEPKc"),
    ("_ZTVN1AB5cxx111BE", "_ZNK1AB5cxx111B1fB1tEv"), ("_ZTV1AB5cxx11", "_ZN1AB5cxx11D1Ev"),
    ("_ZTV1CIiE", "_ZN1CIiE1gEv"), ("_ZTV1CIiE", "_ZN1CIiE1gIcEEvT_"),
    ("_ZTVN2ns1CINS_1AEEE", "_ZN2ns1CINS_1AEE1fES1_"),
    ("_ZTVN2ns1CIPNS_1AES2_EE", "_ZNVK2ns1CIPNS_1AES2_E1fES3_"),
    (
      "_ZTVSt15basic_streambufIcSt11char_traitsIcEE",
      "_ZNSt15basic_streambufIcSt11char_traitsIcEE8overflowEi"
    ),
    ("_ZTVSo", "_ZNSo5flushEv"), ("_ZTV1A", "_ZN1AC2ERKS_"), ("_ZTV1A", "_ZN1AaSERKS_"),
    ("_ZTV1A", "_ZNK1AcvT_IiEEv"), ("_ZTV1A", "_ZNO1A1fEv"), ("_ZTV1A", "_ZNH1A1fEOS_"),
    ("_ZTVZ1fvE1A", "_ZZ1fvEN1A1gEv"), ("_ZTVZ1fvE1A_0", "_ZZ1fvEN1A1gE_0v"),
    ("_ZTVZ1fvEN1A1BE", "_ZZ1fvEN1A1B1gEv"), ("_ZTVZZ1fvEN1A1gEvE1B", "_ZZZ1fvEN1A1gEvEN1B1hEv"),
    ("_ZTVZN1S1fEiEd_1A", "_ZZN1S1fEiEd_N1A1gEv"),
    ("_ZTVN12_GLOBAL__N_11AE", "_ZN12_GLOBAL__N_11A1fEv"),
    ("_ZTVW3Foo1A", "_ZNW3Foo1A1fEv"), ("_ZTVN1SUt_E", "_ZN1SUt_1fEv"),
    ("_ZTCN1A1BE16_N1CE", "_ZN1A1B1fEv"), ("_ZTT1A", "_ZN1A1fEv"), ("_ZTS1A", "_ZN1A1fEv"),
  ]

  @Test(arguments: members) func membersHaveTheirClass(type: String, member: String) throws {
    #expect(try scope(type) == scope(member))
  }

  static let strangers: [(String, String)] = [
    ("_ZTV1A", "_ZN1B1fEv"), ("_ZTV1A", "_ZN1A1B1fEv"), ("_ZTVN2ns1AE", "_ZN1A1fEv"),
    ("_ZTV1CIiE", "_ZN1CIcE1fEv"), ("_ZTV1C", "_ZN1CIiE1fEv"), ("_ZTVZ1fvE1A", "_ZZ1gvEN1A1gEv"),
    ("_ZTVZ1fvE1A", "_ZZ1fvEN1A1gE_0v"), ("_ZTVSo", "_ZNSi5flushEv"),
    ("_ZTV1AB1t", "_ZN1A1fEv"), ("_ZTIP1A", "_ZN1A1fEv"), ("_ZTV1A", "_ZN1BC2E1A"),
  ]

  @Test(arguments: strangers) func otherFunctionsHaveAnotherClass(
    type: String, function: String
  ) throws {
    #expect(try scope(type) != scope(function))
  }

  @Test(arguments: [
    "_Z1fv", "_Z1fIiEvv", "_ZSt4moveIiEvv", "_ZN1A1xE", "_ZGVN1A1xE", "_ZZ1fvE1x",
    "_ZN1AF1fIiEEvS_",
    "_ZN1AFltES_S_", "_ZN1A1fEv.cold", "_ZTH1x", "_ZTF1A", "_ZGTtN1A1fEv", "_Znwm",
  ]) func otherNamesBelongToNoClass(name: String) throws {
    #expect(try symbol(name) == nil)
  }

  static let roles: [(String, Role, Bool)] = [
    ("_ZTV1A", .vtable, false), ("_ZTT1A", .vtt, false), ("_ZTI1A", .typeinfo, false),
    ("_ZTS1A", .typeinfoName, false), ("_ZTC1A0_1B", .constructionVtable, false),
    ("_ZN1A1fEv", .function, false), ("_ZN1AD0Ev", .deletingDestructor, false),
    ("_ZN1AD1Ev", .function, false), ("_ZN1AD2Ev", .function, false),
    ("_ZN1A2D0Ev", .function, false),
    ("_ZThn8_N1AD0Ev", .deletingDestructor, true), ("_ZTv0_n24_N1A1fEv", .function, true),
    ("_ZNSt9bad_allocD0Ev", .deletingDestructor, false),
    ("_ZN1CIiED0Ev", .deletingDestructor, false),
    ("_ZZ1fvEN1AD0Ev", .deletingDestructor, false),
  ]

  @Test(arguments: roles) func rolesAreTold(name: String, role: Role, isThunk: Bool) throws {
    let symbol = try symbol(name)
    let found = try #require(symbol)
    #expect(found.role == role)
    #expect(found.isThunk == isThunk)
  }

  /// Every virtual table of the source has type information, a deleting destructor and a function `f` of its
  /// class in the same object, and there are as many classes as tables.
  @Test(arguments: ["g++", "clang++"])
  func compilersSpellAClassAlikeInAllItsSymbols(compiler: String) throws {
    let source = """
      #define CLASS(NAME) NAME { virtual void f(); virtual ~NAME(); long x; }
      #define BODY(NAME, ...) void __VA_ARGS__::f() { } __VA_ARGS__::~NAME() { }
      struct CLASS(Plain); BODY(Plain, Plain)
      namespace ns { struct CLASS(Inner); struct Outer { struct CLASS(Deep); }; }
      BODY(Inner, ns::Inner) BODY(Deep, ns::Outer::Deep)
      namespace std { struct CLASS(Own); namespace sub { struct CLASS(Own); } }
      BODY(Own, std::Own) BODY(Own, std::sub::Own)
      struct __attribute__((abi_tag("tag"))) CLASS(Tagged); BODY(Tagged, Tagged)
      inline namespace __attribute__((abi_tag)) inlined { struct CLASS(InTagged); } BODY(InTagged, InTagged)
      #define INLINE(NAME) NAME { virtual void f() { } virtual ~NAME() { } long x; }
      template <class... T> struct INLINE(Box);
      template struct Box<>; template struct Box<int>; template struct Box<ns::Inner, ns::Inner *, Box<ns::Inner>>;
      template <> void Box<char>::f() { } template <> Box<char>::~Box() { }
      template <class T> struct Scope { template <class U> struct INLINE(In); };
      template struct Scope<int>::In<Box<int>>;
      template <auto> struct INLINE(Value); template struct Value<3>; template struct Value<&ns::Inner::f>;
      struct Left : ns::Inner { void f() override; ~Left(); }; BODY(Left, Left)
      struct Both : Plain, ns::Inner { void f() override; ~Both(); }; BODY(Both, Both)
      struct Virtual : virtual Plain, virtual Left { void f() override; ~Virtual(); }; BODY(Virtual, Virtual)
      inline void local() { struct L { virtual void f() { } virtual ~L() { } } l; { struct L { virtual void f() { } virtual ~L() { } } m; } }
      void call_local() { local(); }
      namespace { struct CLASS(Anonymous); } BODY(Anonymous, Anonymous) Anonymous *anonymous() { return new Anonymous; }
      """
    let names = try compile(source, ["-std=c++20"], with: compiler)
    var scopes: [Role: Set<ScopeKey>] = [:]
    var functions: [ScopeKey: [String]] = [:]
    for name in names where name.hasPrefix("_Z") {
      guard let symbol = try symbol(name) else { continue }
      scopes[symbol.role, default: []].insert(symbol.scope)
      if symbol.role == .function { functions[symbol.scope, default: []].append(name) }
    }
    let tables = names.filter { $0.hasPrefix("_ZTV") }
    #expect(tables.count >= 18)
    #expect(scopes[.vtable]?.count == tables.count)
    #expect(scopes[.typeinfo] == scopes[.vtable])
    #expect(scopes[.typeinfoName] == scopes[.vtable])
    #expect(scopes[.vtable]?.isSubset(of: scopes[.deletingDestructor] ?? []) == true)
    #expect(scopes[.vtt]?.isSubset(of: scopes[.vtable] ?? []) == true)
    for table in tables {
      let members = try functions[scope(table)] ?? []
      #expect(members.contains { $0.contains("1fE") }, "\(table)")
      #expect(members.contains { $0.contains("D1E") || $0.contains("D2E") }, "\(table)")
    }
  }

  /// The C++ library and LLVM's, judged by the text of `c++filt`: a function whose text goes on with its name
  /// behind `CLASS::` is a member, and no other is.
  @Test(arguments: [("libstdc++.so.6", 170, 4), ("libLLVM-14.so.1", 2500, 1500)])
  func virtualTablesOfRealLibrariesFindTheirMembers(
    library: String, atLeast count: Int, atMostWithout without: Int
  ) throws {
    let path = "/usr/lib/x86_64-linux-gnu/\(library)"
    let names = try mangledNames(in: path, ["-D", "--defined-only"])
    let texts = try output(of: "c++filt", [], input: names.joined(separator: "\n")).text
      .split(separator: "\n", omittingEmptySubsequences: false)
    var parser = MangledNameParser()
    var tables: [ScopeKey: Substring] = [:]
    var members: [ScopeKey: Set<Substring>] = [:]
    for (name, text) in zip(names, texts) {
      guard let symbol = try parser.parse(name).classSymbol else { continue }
      switch symbol.role {
      case .vtable: tables[symbol.scope] = text.dropFirst("vtable for ".count)
      case .function, .deletingDestructor: members[symbol.scope, default: []].insert(text)
      default: break
      }
    }
    #expect(tables.count >= count)
    for (scope, found) in members {
      guard let name = tables[scope] else { continue }
      #expect(found.allSatisfy { $0.contains("\(name)::") }, "\(name)")
    }
    #expect(tables.keys.count { members[$0] == nil } <= without)
    // Functions without template arguments and return types: what is before the last `::` is the class.
    let simple = texts.filter { text in
      !text.contains { "<>[] ".contains($0) } && text.hasSuffix("()") && text.contains("::")
    }
    let classes = Dictionary(tables.map { ($1, $0) }) { first, _ in first }
    var checked = 0
    for text in simple {
      guard let end = text.ranges(of: "::").last, let scope = classes[text[..<end.lowerBound]]
      else { continue }
      checked += 1
      #expect(members[scope]?.contains(text) == true, "\(text)")
    }
    #expect(checked > 50)
  }

  @Test func namesOfTheRunTimeAreTold() throws {
    for name in [
      "_ZTIi", "_ZTSi", "_ZTIPi", "_ZTIPKi", "_ZTSPKDn", "_ZTIDu", "_ZTIDF16_", "_ZTIPKo",
    ] {
      #expect(try parse(name).isFundamentalTypeinfo, "\(name)")
    }
    for name in [
      "_ZTI1A", "_ZTIP1A", "_ZTIPPi", "_ZTIPVi", "_ZTIPVKi", "_ZTIRi", "_ZTIKi", "_ZTVi",
      "_ZTIFvvE",
      "_ZTIPFvvE", "_ZTIDB8_", "_ZTIA4_i", "_ZTIM1Ai", "_ZTIu3vecIiE", "_Z1fi",
    ] {
      #expect(try !parse(name).isFundamentalTypeinfo, "\(name)")
    }
    #expect(try parse("_ZTVN10__cxxabiv117__class_type_infoE").isInCxxabi)
    #expect(try parse("_ZTIN10__cxxabiv117__class_type_infoE").isInCxxabi)
    #expect(try !parse("_ZTVN3abi17__class_type_infoE").isInCxxabi)
    #expect(try !parse("_ZTVN2ns10__cxxabiv1E").isInCxxabi)
    for name in [
      "_ZTVSt9bad_alloc", "_ZNSt9bad_allocD0Ev", "_ZTVNSt3foo3barE", "_ZNKSt3foo3bar1fEv", "_ZTISs",
      "_ZNSs6appendEPKc", "_ZThn8_NSd3fooEv", "_ZSt4cout", "_ZSt4moveIiEvv", "_ZZNSt3foo1fEvE1x",
      "_ZGVNSt3foo1xE", "_ZNSt7__cxx1112basic_stringIcE1fEv", "_ZStW3Foo1fv",
    ] {
      #expect(try parse(name).isInStd, "\(name)")
    }
    for name in [
      "_ZTV1A", "_ZN2ns3std1fEv", "_Z1fSt9exception", "_ZTIPSt9exception", "_ZN1AISsE1fEv",
    ] {
      #expect(try !parse(name).isInStd, "\(name)")
    }
  }

  /// The run-time's own list: what `libsupc++` exports of type information is fundamental or its own.
  @Test func theTypeInformationOfTheRunTimeIsAllKnown() throws {
    let names = try mangledNames(
      in: "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", ["-D", "--defined-only"])
    let fundamental = try names.filter { try parse($0).isFundamentalTypeinfo }
    // The type, a pointer to it and a pointer to const.
    for type in ["v", "b", "i", "y", "o", "g", "Dn", "Du", "De"] {
      for form in [type, "P" + type, "PK" + type] { #expect(fundamental.contains("_ZTI" + form)) }
    }
    for name in names where name.hasPrefix("_ZTI") && !fundamental.contains(name) {
      let parsed = try parse(name)
      #expect(parsed.isInStd || parsed.isInCxxabi || name.contains("__gnu_cxx"), "\(name)")
    }
  }
}
