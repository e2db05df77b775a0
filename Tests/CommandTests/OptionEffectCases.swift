import Foundation
import TestSupport

/// What ``OptionEffectTests`` tries: what each command can be asked to do, and a value for each of
/// its options.
enum OptionEffectCases {
  /// Something that a command can be asked to do.
  struct Mode {
    var name: String
    /// Arguments, several ways: an option that this mode uses has an effect in one of them.
    var ways: [String]
    /// Whether each way was gone before, so that its outputs are there already; or both.
    var isRepeated: [Bool]

    init(_ name: String, _ ways: String..., isRepeated: [Bool] = [true]) {
      self.name = name
      self.ways = ways
      self.isRepeated = isRepeated
    }
  }

  struct Command {
    var name: String
    var modes: [Mode]
    /// Arguments for each option by its long name, several where one has no effect in all modes.
    var values: [String: [String]]
  }

  static let commands = [extract, stub, ifso, check, diff, merge, taint, hook]

  private static let report = [
    "format": ["--format json"], "summary": ["--summary"], "all": ["--all"],
    "one-line": ["--one-line"], "quiet": ["--quiet"], "strict": ["--strict"],
    "allow": ["--allow allow"], "stamp": ["--stamp stamp"],
  ]

  static let extract = Command(
    name: "extract",
    modes: [
      Mode("stdout", "libx.so"),
      Mode("file", "libx.so -o out.abi"),
      Mode("complete", "libx.so -o out.abi --profile complete"),
      Mode("update", "libx.so --update wide.abi", isRepeated: [true, false]),
      Mode("several", "libx.so libun.so -o out"),
    ],
    values: [
      "output": ["-o other.abi"], "profile": ["--profile complete"], "format": ["--format json"],
      "keep": ["--keep _Z3tplIiEvv"], "drop": ["--drop extra"], "needed-by": ["--needed-by u.o"],
      "update": ["--update wide.abi"], "explain": ["--explain f"], "stats": ["--stats"],
      "if-changed": ["--if-changed"], "depfile": ["--depfile out.d"], "jobs": ["--jobs 1"],
      "soname": ["--soname q.so"],
    ])

  static let stub = Command(
    name: "stub",
    modes: [
      Mode("assembly", "x.abi", "kernels.abi", "arch.abi"),
      Mode("library", "x.abi -o out.so", "plain.abi -o out.so", "kernels.abi -o out.so"),
      Mode(
        "library by tools", "x.abi -o out.so --assembler as", "plain.abi -o out.so --assembler as",
        "kernels.abi -o out.so --assembler as"),
      Mode("object", "x.abi -o out.o", "kernels.abi -o out.o"),
      Mode("versions", "v.abi -o out.map", "kernels.abi -o out.map", "arch.abi -o out.map"),
      Mode("several", "x.abi un.abi -o out", "kernels.abi un.abi -o out", "arch.abi un.abi -o out"),
      Mode(
        "several libraries", "x.abi un.abi -o out --emit library",
        "plain.abi un.abi -o out --emit library", "kernels.abi un.abi -o out --emit library"),
    ],
    values: [
      "output": ["-o other.so"], "kernel": ["--kernel z"], "arch": ["--arch aarch64"],
      "soname": ["--soname q.so"], "soname-suffix": ["--soname-suffix .q"],
      "emit": ["--emit library", "--emit assembly"], "assembler": ["--assembler false"],
      "linker": ["--linker false"], "march": ["--march nosuch"], "mabi": ["--mabi nosuch"],
      "if-changed": ["--if-changed"], "depfile": ["--depfile out.d"], "jobs": ["--jobs 1"],
      "verbose": ["--verbose"],
    ])

  static let ifso = Command(
    name: "ifso",
    modes: [Mode("pair", "libx.so out.so"), Mode("several", "libx.so libun.so -o out")],
    values: ["output": ["-o out"], "jobs": ["--jobs 1"]])

  static let check = Command(
    name: "check",
    modes: [
      Mode("kernels", "--kernels a,b", "--kernels a,c"),
      Mode("archs", "--kernels a,b --archs x86_64", "--kernels a,c --archs x86_64"),
      Mode("write", "--kernels a,b --write out.abi", "--kernels a,c --write out.abi"),
      Mode("join", "--kernels a,b --write out.abi --join", "--kernels a,c --write out.abi --join"),
      Mode(
        "library", "--library libprotected.so --abi x.abi", "--library libx.so --abi kernels.abi",
        "--library libx.so --abi un.abi"),
      Mode(
        "program", "--program prog --abi x.abi un.abi", "--program prog --abi kernels.abi un.abi"),
      Mode("system", "--program prog --sysroot root", "--program libneeds.so --sysroot root"),
      Mode(
        "why", "--program prog --abi x.abi un.abi --why f",
        "--program prog --abi kernels.abi un.abi --why f"),
      Mode(
        "suggest", "--program prog2 --abi x.abi --suggest",
        "--program prog2 --abi weak.abi --suggest"),
      Mode("texts", "--abi unsorted.abi"),
      Mode("list", "--list"),
      Mode("explain", "--explain missing"),
    ],
    values: report.merging([
      "kernels": ["--kernels a,b"], "archs": ["--archs x86_64"], "lib": ["--lib libx"],
      "dir": ["--dir empty"], "pattern": ["--pattern no{kernel}"],
      "arch-pattern": ["--arch-pattern no/{file}"], "deny": ["--deny deny"],
      "size-type": ["--size-type strict"], "write": ["--write other.abi"],
      "write-allow": ["--write-allow other"], "union": ["--union"],
      "join": ["--join"],
      "exact": ["--exact"], "if-changed": ["--if-changed"], "depfile": ["--depfile out.d"],
      "abi": ["--abi nosuch"], "program": ["--program prog"], "library": ["--library nosuch"],
      "kernel": ["--kernel z"], "arch": ["--arch aarch64"], "sysroot": ["--sysroot nosuch"],
      "kernel-agnostic": ["--kernel-agnostic"], "why": ["--why f"], "suggest": ["--suggest"],
      "update": ["--update"], "needed-by": ["--needed-by prog"],
      "bindings": ["--bindings"], "jobs": ["--jobs 1"], "list": ["--list"],
      "explain": ["--explain missing"],
    ]) { $1 })

  static let diff = Command(
    name: "diff",
    modes: [
      Mode(
        "texts", "wide.abi x.abi", "x.abi natural.abi", "natural.abi x.abi", "kernels.abi x.abi",
        "arch.abi plain.abi", "few.abi many.abi"),
      Mode("libraries", "libx.so libmany.so", "libx.so libprotected.so", "libmany.so libx.so"),
      Mode(
        "text and library", "x.abi libprotected.so", "kernels.abi libx.so", "arch.abi libx.so",
        "few.abi libmany.so"),
      Mode(
        "baseline", "--baseline x.abi libprotected.so", "--baseline kernels.abi libx.so",
        "--baseline arch.abi libx.so", "--baseline few.abi libmany.so"),
      Mode(
        "update", "--baseline x.abi libprotected.so --update",
        "--baseline kernels.abi libx.so --update",
        "--baseline arch.abi libx.so --update", "--baseline few.abi libmany.so --update",
        isRepeated: [false]),
    ],
    values: report.merging([
      "baseline": ["--baseline x.abi"], "update": ["--update"], "profile": ["--profile complete"],
      "kernel": ["--kernel z"], "arch": ["--arch aarch64"],
    ]) { $1 })

  static let merge = Command(
    name: "merge",
    modes: [
      Mode("stdout", "--union x86_64/ld-a.abi x86_64/ld-c.abi"),
      Mode("file", "--joint x86_64/ld-a.abi x86_64/ld-c.abi -o out.abi"),
    ],
    values: [
      "union": ["--union"], "joint": ["--joint"], "output": ["-o other.abi"],
      "if-changed": ["--if-changed"], "depfile": ["--depfile out.d"],
    ])

  static let taint = Command(
    name: "taint",
    modes: [
      Mode("one", "tainted", "prog", "untainted"),
      Mode("several", "tainted prog", "untainted untainted"),
      Mode("summary", "tainted --summary", "prog --summary", "untainted --summary"),
      Mode("lines", "tainted --one-line", "prog --one-line", "untainted --one-line"),
      Mode("json", "tainted --format json", "prog --format json", "untainted --format json"),
    ],
    values: report.merging([
      "abi": ["--abi kernels.abi"], "kernel-headers": ["--kernel-headers t.h"],
      "headers": ["--headers"], "kernel-library": ["--kernel-library libun.so"],
      "interpreter": ["--interpreter ld-linux-x86-64.so.2"], "privileged": ["--privileged"],
      "jobs": ["--jobs 1"],
    ]) { $1 })

  static let hook = Command(
    name: "hook",
    modes: [
      "make", "cmake", "meson", "ninja", "bazel", "swiftpm", "pkg-config", "github", "pre-commit",
    ].map { Mode($0, $0) } + [Mode("make --path", "make --path")],
    values: [
      "library": ["--library other"], "abi": ["--abi other.abi"], "program": ["--program other"],
      "soname": ["--soname other.so"], "path": ["--path"],
    ])
}

/// A directory with the files that ``OptionEffectCases`` names.
enum OptionEffectFiles {
  static func make() throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    for name in ["empty", "out", "x86_64", "root/lib", "root/lib64"] {
      try FileManager.default.createDirectory(
        atPath: directory.path(name), withIntermediateDirectories: true)
    }
    for (name, text) in texts { try directory.write(name, text) }
    for (name, text) in sources { try directory.write(name, text) }
    for kernel in ["a", "b", "c"] {
      try directory.write("x86_64/ld-\(kernel).abi", texts["ld-\(kernel).abi"] ?? "")
    }
    try succeed("sh", ["-ec", build], in: directory.url)
    return directory
  }

  private static let many = (10..<40)

  private static let texts = [
    "ld-a.abi": "#%abi 1\n#%soname ld.lib.so\n_Z1gm T\nf T\nv D 64 align=64\n",
    "ld-b.abi": "#%abi 1\n#%soname ld.lib.so\n_Z1gm T\nf T\nv D 64 align=8\n",
    "ld-c.abi": "#%abi 1\n#%soname ld.lib.so\n_Z1gm T\nf T\nonly_c T\nv D 64 align=8\n",
    "x.abi": "#%abi 1\n#%soname libx.so\nf T\nv D 8 align=4\n",
    "natural.abi": "#%abi 1\n#%soname libx.so\n#%version V1\nf T\nv D 8\n",
    "wide.abi": "#%abi 1\n#%soname libx.so\n#%version V1\nf T\nv D 16\n",
    "un.abi": "#%abi 1\n#%soname libun.so\nf T\nmore T\n",
    "kernels.abi": "#%abi 1\n#%soname libx.so\nextra T kernel=z\nf T kernel=y\nv D 8 align=4\n",
    "arch.abi": "#%abi 1\n#%version V1\nf T arch=aarch64\ng T\n",
    "weak.abi": "#%abi 1\n#%soname libx.so\n_Z3tplIiEvv W kernel=y\n",
    "v.abi": "#%abi 1\nf@@V1 T\n",
    "unsorted.abi": "v D 8\nf T\n",
    "plain.abi": "f T\ng T\nv D 8\n",
    "few.abi": "#%abi 1\n",
    "many.abi": "#%abi 1\n" + many.map { "n\($0) T\n" }.joined(),
    "deny": "f\n",
    "allow": [
      "alignment-differs", "visibility-differs", "text-order", "found-twice", "left-to-program",
      "os-note", "added",
      "foreign-interpreter", "system-call",
    ].map { "* \($0) # as it should be\n" }.joined(),
  ]

  private static let sources = [
    "x.c": """
    int f(void) { return 1; }
    int extra(void) { return 2; }
    long v = 1;
    __attribute__((weak)) void _Z3tplIiEvv(void) {}
    __attribute__((weak)) void _Z3tplIlEvv(void) {}

    """,
    "many.c": many.map { "int n\($0)(void) { return 1; }\n" }.joined(),
    "un.c": "int f(void) { return 1; }\nint more(void) { return 1; }\n",
    "needs.c": "void later(void); int f(void) { later(); return 1; }\n",
    "u.c": "void _Z3tplIiEvv(void); void use(void) { _Z3tplIiEvv(); }\n",
    "prog.c": "int f(void); void _start(void) { f(); }\n",
    "prog2.c": "void _Z3tplIiEvv(void); void _start(void) { _Z3tplIiEvv(); }\n",
    "t.h": "struct t { int member; };\n",
    "tainted.c": "#include \"t.h\"\nstruct t kept;\n"
      + many.map { "void n\($0)(void) { __asm__(\"mov $0, %eax; syscall; hlt\"); }\n" }.joined(),
    "untainted.c": "void _start(void) {}\n",
  ]

  // For x86-64 on every machine. Without the C library, as what it is made of is not the matter.
  private static let build = """
    cc="clang --target=x86_64-linux-gnu -nostdlib -fuse-ld=lld"
    library="$cc -shared -fPIC"
    $library -Wl,-soname,libx.so x.c -o libx.so
    $library -Wl,-soname,libx.so x.c many.c -o libmany.so
    sed 's/^int f/__attribute__((visibility("protected"))) int f/; /tplIl/d' x.c > protected.c
    $library -Wl,-soname,libx.so protected.c -o libprotected.so
    $library -Wl,-soname,libun.so un.c -o libun.so
    $library needs.c -o libneeds.so
    $cc -c u.c -o u.o
    $cc -Wl,--dynamic-linker=/lib64/ld-linux-x86-64.so.2 prog.c libx.so libun.so -o prog
    $cc prog2.c libx.so -o prog2
    $cc -g -static -e n10 tainted.c -o tainted
    $cc -g -static untainted.c -o untainted
    cp libx.so libun.so root/lib
    cp libx.so libun.so root/lib64
    """
}
