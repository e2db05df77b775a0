import Foundation
import TestSupport
import Testing

/// Virtual tables and type infos, which GCC makes weak: those of classes whose key function is in
/// the library are promises, as no program emits them; of the others every user has a copy.
struct KeyFunctionTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// A, B and D have their key function here. Of E and C<int>, all is inline.
  private static let library = """
    struct A { virtual void f(); virtual ~A(){} int x; };  void A::f(){}
    struct B : A { void f() override; };  void B::f(){}
    template <class T> struct C : A { void g(){} void h(); };
    struct D : C<int> { void f() override; }; void D::f(){}
    struct E { virtual void f(){} }; E *mk(){ return new E; }
    """

  private static let program = """
    struct A { virtual void f(); virtual ~A(){} int x; };
    struct P : A { void f() override {} };
    int main(){ P p; A *a=&p; a->f(); return dynamic_cast<P*>(a) ? 0 : 1; }
    """

  private func build(_ compiler: String, _ source: String, _ options: [String]) throws -> String {
    let file = try scratch.write("lib.cc", source)
    let path = scratch.path("lib\(UUID().uuidString).so")
    try succeed(compiler, ["-shared", "-fPIC", file, "-o", path] + options)
    return path
  }

  private func extract(_ arguments: [String]) throws -> Outcome {
    let outcome = try abitool(["extract"] + arguments, in: scratch.url)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome
  }

  /// The names that an extracted text has.
  private func names(_ arguments: [String]) throws -> Set<String> {
    Set(
      try extract(arguments).lines.filter { !$0.hasPrefix("#") }.map {
        String($0.prefix { $0 != " " })
      })
  }

  private func classes(_ names: String...) -> Set<String> {
    Set(names.flatMap { name in ["_ZTV", "_ZTI", "_ZTS"].map { $0 + name } })
  }

  // MARK: The rule

  @Test(arguments: Linker.allCases)
  func programThatDerivesFromAClassLinksWithTheStub(linker: Linker) throws {
    let library = try build("g++", Self.library, ["-Wl,-soname,libk.so"])
    let abi = scratch.path("k.abi")
    _ = try extract([library, "-o", abi])
    try FileManager.default.createDirectory(
      atPath: scratch.path("stubs"), withIntermediateDirectories: true)
    try abitoolSucceeds(["stub", abi, "-o", scratch.path("stubs/libk.so")])
    try FileManager.default.moveItem(atPath: library, toPath: scratch.path("libk.so"))
    let program = try Fixtures.compile(
      Self.program, as: "program", language: "cc",
      ["-fuse-ld=\(linker)", "-L\(scratch.path("stubs"))", "-lk"], in: scratch)
    let outcome = try run(program, environment: ["LD_LIBRARY_PATH": scratch.url.path])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func compilersAgree() throws {
    let texts = try ["g++", "clang++"].map { compiler in
      try names([build(compiler, Self.library, [])])
    }
    #expect(texts[0] == texts[1])
    #expect(
      texts[0].filter { $0.hasPrefix("_ZT") } == classes("1A", "1B", "1D"), "\(texts[0].sorted())")
  }

  /// How a slot comes to hold the function: by symbol, relative, packed, with the addend in the
  /// table.
  @Test(arguments: [
    ("g++", ["-fuse-ld=bfd"]), ("g++", ["-Wl,-Bsymbolic"]),
    ("g++", ["-fuse-ld=lld", "-Wl,--pack-dyn-relocs=relr,-Bsymbolic"]),
    ("g++", ["-fuse-ld=lld", "-Wl,--pack-dyn-relocs=android"]),
    ("i686-linux-gnu-g++", ["-Wl,-Bsymbolic"]), ("i686-linux-gnu-g++", []),
    ("arm-linux-gnueabihf-g++", ["-mthumb", "-Wl,-Bsymbolic"]),
    ("arm-linux-gnueabihf-g++", ["-marm"]),
    ("aarch64-linux-gnu-g++", ["-Wl,-Bsymbolic"]), ("riscv64-linux-gnu-g++", ["-Wl,-Bsymbolic"]),
    ("mips64el-linux-gnuabi64-g++", []), ("s390x-linux-gnu-g++", ["-Wl,-Bsymbolic"]),
    ("powerpc64le-linux-gnu-g++", ["-Wl,-Bsymbolic"]),
    // Function descriptors.
    ("powerpc64-linux-gnu-g++", ["-mabi=elfv1", "-Wl,-Bsymbolic"]),
  ])
  func slotsAreReadThroughRelocations(compiler: String, options: [String]) throws {
    let library = try build(compiler, Self.library, options + ["-nostdlib"])
    let kept = try names([library]).filter { $0.hasPrefix("_ZT") }
    #expect(kept == classes("1A", "1B", "1D"))
    let stripped = scratch.path("stripped.so")
    try succeed("llvm-objcopy", ["--strip-sections", library, stripped])
    #expect(try names([stripped]).filter { $0.hasPrefix("_ZT") } == kept)
  }

  /// Thunks, tables of virtual tables, and classes in namespaces and of templates whose names are
  /// written with substitutions.
  @Test func thunksAndVirtualBasesCount() throws {
    let source = """
      namespace n {
        struct Base { virtual int g() { return 0; } int x; };
        template <class T> struct Pair { T a, b; };
        struct Virtual : virtual Base { virtual int f(Pair<Virtual *> *); };
        int Virtual::f(Pair<Virtual *> *) { return 1; }
        struct Other { virtual int h() { return 0; } };
        struct Thunk : Other, Base { int g() override; };
        int Thunk::g() { return 3; }
        template <> struct Pair<char> { virtual int f(Pair<char> *); };
        int Pair<char>::f(Pair<char> *) { return 2; }
      }
      n::Virtual v; n::Thunk t; n::Pair<char> p;
      """
    for compiler in ["g++", "clang++"] {
      let kept = try names([build(compiler, source, [])]).filter { $0.hasPrefix("_ZT") }
      let thunks = kept.filter { $0.hasPrefix("_ZTh") }
      #expect(thunks.count == 1)
      #expect(
        kept.subtracting(thunks)
          == classes("N1n7VirtualE", "N1n5ThunkE", "N1n4PairIcEE").union(["_ZTTN1n7VirtualE"]),
        "\(compiler)")
    }
  }

  /// Of an abstract class compilers leave the slots of destructors empty.
  @Test func deletingDestructorTellsOfAbstractClasses() throws {
    let library = try build(
      "g++",
      """
      struct Abstract { virtual ~Abstract(); virtual void f() = 0; };
      Abstract::~Abstract() {}
      """, [])
    #expect(try names([library]).filter { $0.hasPrefix("_ZT") } == classes("8Abstract"))
    let explanation = try extract([library, "--explain", "_ZTI8Abstract"]).errors
    #expect(explanation.contains("_ZN8AbstractD0Ev is strong"), "\(explanation)")
  }

  /// `_ZTC`, which only constructors refer to, goes even when it is strong, as clang makes it. (GCC
  /// hides it.)
  @Test func constructionVtablesGo() throws {
    let source = """
      struct A { virtual void f(); int x; }; void A::f() {}
      struct B : virtual A { void f() override; int y; }; void B::f() {}
      struct C : B { void f() override; C(); }; void C::f() {} C::C() {}
      """
    let library = try build("clang++", source, [])
    #expect(try succeed("nm", ["-D", library]).contains("_ZTC1C0_1B"))
    #expect(!(try names([library]).contains { $0.hasPrefix("_ZTC") }))
    #expect(try names([library, "--profile", "complete"]).contains("_ZTC1C0_1B"))
  }

  /// What only the run-time library of C++ has, and what programs may replace.
  @Test func runTimeTypeInfosAndAllocationStay() throws {
    let kept = [
      "_ZTIi", "_ZTSPKc", "_ZTIPDn", "_ZTVN10__cxxabiv117__class_type_infoE", "_ZdlPvm", "_Znwm",
      "_ZnamSt11align_val_tRKSt9nothrow_t", "_ZdaPvmSt11align_val_t", "_ZdlPvRKSt9nothrow_t",
    ]
    let dropped = [
      "_ZnwmPv", "_ZdlPvS_", "_ZN1AnwEm", "_ZTIP1A", "_ZTIPi1", "_ZTI1A", "_Znwd",
    ]
    let source = try scratch.write(
      "names.s",
      ".data\n"
        + (kept + dropped).map {
          ".weak \"\($0)\"\n.type \"\($0)\", %object\n.size \"\($0)\", 8\n\"\($0)\": .quad 0\n"
        }.joined())
    let library = scratch.path("names.so")
    try succeed("gcc", ["-shared", "-nostdlib", source, "-o", library])
    #expect(try names([library]) == Set(kept))
  }

  /// Some compilers make only the table strong.
  @Test func typeInfoGoesWithAStrongTable() throws {
    let source = try scratch.write(
      "strong.s",
      ".data\n.globl _ZTV1S\n.weak _ZTI1S\n.weak _ZTI1T\n"
        + ["_ZTV1S", "_ZTI1S", "_ZTI1T"].map {
          ".type \($0), %object\n.size \($0), 8\n\($0): .quad 0\n"
        }.joined())
    let library = scratch.path("strong.so")
    try succeed("gcc", ["-shared", "-nostdlib", source, "-o", library])
    #expect(try names([library]) == ["_ZTV1S", "_ZTI1S"])
  }

  // MARK: What is said

  @Test func explanationNamesTheSlotAndTheStatisticsCount() throws {
    let library = try build("g++", Self.library, [])
    let errors = try extract([library, "--explain", "_ZT*", "--stats"]).errors
    for line in [
      "_ZTI1B: kept: the key function of the class is here: _ZN1B1fEv, which is strong, is at byte 16",
      "_ZTV1E: dropped (weak C++: vtable): every user of the class makes its own copy",
    ] {
      #expect(errors.contains(line), "\(errors)")
    }
    for line in [
      #/kept: weak C\+\+: vtable +3\n/#, #/kept: weak C\+\+: type info +6\n/#,
      #/dropped: weak C\+\+: vtable +2\n/#, #/dropped: weak C\+\+: type info +4\n/#,
    ] {
      #expect(errors.contains(line), "\(errors)")
    }
  }

  /// A key function that only the library itself can call.
  @Test func keyFunctionThatIsNotExportedIsNamed() throws {
    let library = try build(
      "g++",
      """
      struct Hidden { __attribute__((visibility("hidden"))) virtual void f(); virtual void g(){} };
      void Hidden::f() {}
      """, [])
    #expect(!(try names([library]).contains("_ZTV6Hidden")))
    let errors = try extract([library, "--explain", "_ZTV6Hidden"]).errors
    #expect(
      errors.contains("the function at byte 16 of the virtual table, which may be it, is not"),
      "\(errors)")
  }

  /// Link-time optimisation of GCC makes weak symbols strong.
  @Test func strongSymbolsOfInlineCodeAreSaid() throws {
    let source = """
      template <class T> T twice(T t) { return t + t; }
      int (*pointer)(int) = twice<int>;
      int other(int i) { return twice(i); }
      """
    let plain = try build("g++", source, [])
    #expect(try extract([plain]).errors.isEmpty)
    let optimised = try build("g++", source, ["-flto", "-O1"])
    #expect(try names([optimised]).contains("_Z5twiceIiET_S0_"))
    let errors = try extract([optimised, "--explain", "_Z5twice*"]).errors
    #expect(errors.contains("1 kept symbol is strong, although of"), "\(errors)")
    #expect(errors.contains("such as _Z5twiceIiET_S0_"), "\(errors)")
    #expect(errors.contains("_Z5twiceIiET_S0_: kept: it is strong, although of"), "\(errors)")
  }

  // MARK: Stubs, bad input

  /// A stub has no virtual tables to look into; what it has was promised.
  @Test func stubGivesTheTextThatItIsMadeOf() throws {
    let library = try build("g++", Self.library, ["-Wl,-soname,libk.so"])
    let abi = scratch.path("k.abi")
    _ = try extract([library, "-o", abi])
    try abitoolSucceeds(["stub", abi, "-o", scratch.path("k.abi.so")])
    let text = try extract([scratch.path("k.abi.so")]).text
    #expect(text == (try String(contentsOfFile: abi, encoding: .utf8)))
  }

  /// Tables that all span the whole file would take the square of its size.
  @Test func overlappingVirtualTablesAreRefused() throws {
    let tables = (0..<40).map { index in
      let name = "_ZTV\(String(index).count + 1)A\(index)"
      return ".weak \(name)\n.type \(name), %object\n.size \(name), 80000\n\(name):\n"
    }
    let source = try scratch.write(
      "many.s", ".data\n" + tables.joined() + ".rept 10000\n.quad 0\n.endr\n")
    let library = scratch.path("many.so")
    try succeed("gcc", ["-shared", "-nostdlib", source, "-o", library])
    let outcome = try abitool(["extract", library])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("its virtual tables overlap"), "\(outcome.errors)")
  }

  // MARK: Vector functions

  /// `_ZGVbN2v_scale` begins as a guard variable of C++ does.
  @Test(arguments: Linker.allCases)
  func variantsOfVectorFunctionsStay(linker: Linker) throws {
    let library = try Fixtures.compile(
      """
      #pragma omp declare simd notinbranch
      __attribute__((weak)) double scale(double x) { return x * 2; }
      #pragma omp declare simd notinbranch
      double strong(double x) { return x * 3; }
      """, as: "libsimd.so",
      ["-O2", "-fopenmp-simd", "-shared", "-fPIC", "-Wl,-soname,libsimd.so"], in: scratch)
    let names = try names([library])
    #expect(names.isSuperset(of: ["_ZGVbN2v_scale", "_ZGVbN2v_strong", "scale", "strong"]))
    try abitoolSucceeds(["extract", library, "-o", scratch.path("simd.abi")])
    let stub = scratch.path("stub.so")
    try abitoolSucceeds(["stub", scratch.path("simd.abi"), "-o", stub])
    let program = try Fixtures.compile(
      """
      #pragma omp declare simd notinbranch
      double scale(double x);
      double a[64], b[64];
      int main(void) {
        b[63] = 21;
      #pragma omp simd
        for (int i = 0; i < 64; i++) a[i] = scale(b[i]);
        return a[63] == 42 ? 0 : 1;
      }
      """, as: "program", ["-O2", "-fopenmp-simd", "-fuse-ld=\(linker)", stub], in: scratch)
    #expect(try succeed("nm", ["-D", program]).contains("_ZGVbN2v_scale"))
    try succeed(program, environment: ["LD_LIBRARY_PATH": scratch.url.path])
  }

  // MARK: Checks

  /// Kernel builds of one library: the joint ABI is what programs are linked with.
  @Test func jointAbiOfKernelsServesDerivedClassesAndWhatFilesNeed() throws {
    let source =
      Self.library + """

        template <class T> struct Box { virtual T get(); T value; };
        template <class T> T Box<T>::get() { return value; }
        template struct Box<int>;
        """
    for kernel in ["a", "b"] {
      let library = try build("g++", source, ["-Wl,-soname,ld.lib.so"])
      try FileManager.default.moveItem(
        atPath: library, toPath: scratch.path("ld-\(kernel).lib.so"))
    }
    let user = try Fixtures.compile(
      """
      template <class T> struct Box { virtual T get(); T value; };
      template <class T> T Box<T>::get() { return value; }
      extern template struct Box<int>;
      Box<int> box;
      """, as: "user.o", language: "cc", ["-c"], in: scratch)
    func check(_ options: [String]) throws -> (names: Set<String>, verdict: String) {
      let outcome = try abitool(
        ["check", "--kernels", "a,b", "--write", "ld.abi"] + options, in: scratch.url)
      #expect(outcome.status == 0, "\(outcome.text)")
      let text = try String(contentsOfFile: scratch.path("ld.abi"), encoding: .utf8)
      return (
        Set(text.split(separator: "\n").map { String($0.prefix { $0 != " " }) }),
        outcome.lines.last.map(String.init) ?? ""
      )
    }
    let usual = try check([])
    #expect(usual.names.isSuperset(of: classes("1A", "1B", "1D")))
    #expect(!usual.names.contains("_ZTV3BoxIiE"))
    #expect(
      usual.verdict.contains(
        "weak vtables: 3 kept, 3 dropped; weak type infos: 6 kept, 6 dropped"), "\(usual.verdict)")
    let needed = try check(["--needed-by", user])
    #expect(needed.names.subtracting(usual.names) == ["_ZTV3BoxIiE"])
    #expect(needed.verdict.contains("weak vtables: 4 kept, 2 dropped"), "\(needed.verdict)")
  }

  /// The key function is on one kernel only; on the other it is inline.
  @Test func classesThatAreTheLibrarysOnOneKernelOnlyAreRejected() throws {
    for (kernel, key) in [("a", "virtual void f();"), ("b", "virtual void f() {}")] {
      let library = try build(
        "g++",
        "struct A { \(key) };\n" + (kernel == "a" ? "void A::f() {}\n" : "") + "A object;", [])
      try FileManager.default.moveItem(
        atPath: library, toPath: scratch.path("ld-\(kernel).lib.so"))
    }
    let outcome = try abitool(["check", "--kernels", "a,b"], in: scratch.url)
    #expect(outcome.status == 1)
    #expect(outcome.text.contains("key function"), "\(outcome.text)")
  }
}
