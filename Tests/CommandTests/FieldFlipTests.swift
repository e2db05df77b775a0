import ElfKit
import Foundation
import SystemPackage
import TestSupport
import Testing

/// No fact of a library that a linker goes by is lost: the fields of all tables that link editors
/// and the dynamic linker read are changed, one at a time. What changes how one of them treats the
/// file is seen by `extract --profile complete`, `ifso`, `diff` or `check --kernels`.
struct FieldFlipTests {
  private let scratch: TemporaryDirectory

  init() throws { scratch = try TemporaryDirectory() }

  /// What linkers notice and no command sees, with the reason why that is right.
  static let reasons: [(field: String, reason: String)] = [
    ("code.st_value", "where code is, is no fact of the interface"),
    ("code.st_size", "gold and mold note it in the program, and nobody reads it there"),
    ("absolute.st_size", "gold and mold note it in the program, and nobody reads it there"),
    ("p_type", "a library without one of its segments is damaged, and crashes"),
    ("d_tag 0x2 ", "relocations are the library's own"),
    ("d_tag 0x14 ", "relocations are the library's own"),
    ("d_tag 0x17 ", "relocations are the library's own"),
    ("d_tag 0x7 ", "relocations are the library's own"),
    ("d_tag 0x8 ", "relocations are the library's own"),
    ("d_tag 0x9 ", "relocations are the library's own"),
    ("DF_SYMBOLIC", "to what a library binds its own references is its own affair"),
    ("hash", "lookup finds what is there, or the file is damaged"),
  ]

  /// Some fields of a library of each kind of fact. `make test-flips` tries all, of real libraries.
  @Test func noFactOfALibraryIsLost() throws {
    let library = try build()
    let unseen = try unseen(of: library, limit: sampleLimit)
    #expect(unseen.isEmpty, "\(unseen.joined(separator: "\n"))")
  }

  /// The files that `ABITOOL_FLIPS` names, separated by blanks.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["ABITOOL_FLIPS"] != nil))
  func noFactOfRealLibrariesIsLost() throws {
    let files = ProcessInfo.processInfo.environment["ABITOOL_FLIPS"] ?? ""
    for file in files.split(separator: " ") {
      let unseen = try unseen(of: String(file), limit: .max)
      #expect(unseen.isEmpty, "\(file):\n\(unseen.joined(separator: "\n"))")
    }
  }

  private let sampleLimit = 2

  // MARK: A library with facts of all kinds

  private func build() throws -> String {
    _ = try Fixtures.compile(
      "int dep(void) { return 0; }", as: "libdep.so",
      ["-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libdep.so"]
        + ["-Wl,--version-script=\(try scratch.write("dep.map", "D1 { dep; };"))"], in: scratch)
    let script = try scratch.write(
      "l.map",
      """
      V1 { global: old; table; };
      V2 { global: call; zero; constant; relocated; own; weak; protected; local: *; } V1;
      """)
    return try Fixtures.compile(
      """
      int dep(void);
      int call(void) { return dep(); }
      int was(void) { return 1; }
      int is(void) { return 2; }
      __asm__(".symver was,old@V1"); __asm__(".symver is,old@@V2");
      int table[6] = {1}, zero[4];
      const int constant = 3;
      int *const relocated = zero;
      __thread int own = 4;
      __attribute__((weak)) int weak(void) { return 5; }
      __attribute__((visibility("protected"))) int protected(void) { return 6; }
      """, as: "library.so",
      [
        "-shared", "-fPIC", "-O1", "-nostdlib", "-fcf-protection", "-Wl,-z,now", "-Wl,--build-id",
        "-Wl,-soname,library.so", "-Wl,--version-script=\(script)", scratch.path("libdep.so"),
        "-Wl,--spare-dynamic-tags=4", "-Wl,-rpath,/nowhere",
      ], in: scratch)
  }

  // MARK: Trying

  /// The flips that a linker notices and no command sees, without those that have a reason.
  private func unseen(of library: String, limit: Int) throws -> [String] {
    let name = URL(fileURLWithPath: library).lastPathComponent
    for directory in ["was", "is"] {
      try? FileManager.default.removeItem(atPath: scratch.path(directory))
      try FileManager.default.createDirectory(
        atPath: scratch.path(directory), withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: URL(fileURLWithPath: library).resolvingSymlinksInPath().path,
        toPath: scratch.path("\(directory)/\(name)"))
    }
    let (was, file) = (scratch.path("was/\(name)"), scratch.path("is/\(name)"))
    let original = try Data(contentsOf: URL(fileURLWithPath: was))
    let fields = try LibraryFields(was)
    let user = try LibraryUser(fields, in: scratch)
    let before = (ours: try ours(file, was), theirs: try user.treatment(of: file))
    var result: [String] = []
    for flip in fields.flips(limit: limit) {
      if Self.reasons.contains(where: { flip.field.hasPrefix($0.field) }) { continue }
      var image = original
      image.replaceSubrange(flip.offset..<flip.offset + flip.bytes.count, with: flip.bytes)
      if image == original { continue }
      try image.write(to: URL(fileURLWithPath: file))
      guard try ours(file, was, unlike: before.ours) == before.ours else { continue }
      let treatment = try user.treatment(of: file)
      for (linker, one) in treatment.sorted(by: { $0.key < $1.key })
      where one != before.theirs[linker] {
        result.append("\(flip.field): \(linker): \(one.words.prefix(200))")
      }
    }
    return result
  }

  /// What the commands say of a file; they are run until one says something else.
  private func ours(_ file: String, _ was: String, unlike before: [Trace] = []) throws -> [Trace] {
    let interface = scratch.path("interface")
    let lines = [
      ["extract", "--profile", "complete", file], ["ifso", file, interface],
      ["diff", "--profile", "complete", was, file],
      [
        "check", "--kernels", "was,is", "--lib", "x", "--dir", scratch.url.path, "--pattern",
        "{kernel}/" + URL(fileURLWithPath: file).lastPathComponent,
      ],
    ]
    var result: [Trace] = []
    for (number, line) in lines.enumerated() {
      try? FileManager.default.removeItem(atPath: interface)
      let outcome = try abitool(line)
      result.append(Trace(outcome, wrote: interface))
      if number < before.count, result[number] != before[number] { break }
    }
    return result
  }
}

/// What a command left.
private struct Trace: Equatable {
  var words: String
  /// Of the file that it was to write.
  var bytes: Data?

  init(_ outcome: Outcome, wrote file: String? = nil) {
    words = "\(outcome.status) \(outcome.text) \(outcome.errors)"
    bytes = file.flatMap { FileManager.default.contents(atPath: $0) }
  }
}

/// A program that uses a library, and how linkers treat the two.
private struct LibraryUser {
  private let scratch: TemporaryDirectory
  private let object: String

  /// Refers to the functions, data and thread-local data of a library.
  init(_ fields: LibraryFields, in scratch: TemporaryDirectory) throws {
    self.scratch = scratch
    var lines = [".globl _start", "_start:"]
    for symbol in fields.used {
      let name = "\"\(symbol.name)\""
      switch symbol.type {
      case 1: lines.append("movl $\(name), %eax")
      case 6: lines.append("movq \(name)@gottpoff(%rip), %rax")
      default: lines.append("call \(name)@plt")
      }
    }
    let source = try scratch.write("user.s", lines.joined(separator: "\n") + "\n")
    object = scratch.path("user.o")
    try succeed("as", [source, "-o", object])
  }

  /// By linker, what it makes of the file: status, messages, program; of the dynamic linker what
  /// the program is bound to.
  fileprivate func treatment(of library: String) throws -> [String: Trace] {
    var result: [String: Trace] = [:]
    let program = scratch.path("linked")
    for linker in ["ld.mold", "ld.gold", "ld.lld", "ld.bfd"] {
      try? FileManager.default.removeItem(atPath: program)
      let outcome = try run(
        linker,
        [object, library, "-o", program, "--dynamic-linker", "/lib64/ld-linux-x86-64.so.2"]
          + ["-rpath-link", scratch.url.path, "--allow-shlib-undefined"])
      result[linker] = Trace(outcome, wrote: program)
    }
    // The program of the first call stays: ld.so is asked about what was linked before.
    let kept = scratch.path("program")
    if !FileManager.default.fileExists(atPath: kept),
      FileManager.default.fileExists(atPath: program)
    {
      try FileManager.default.copyItem(atPath: program, toPath: kept)
    }
    guard FileManager.default.fileExists(atPath: kept) else { return result }
    let directory = URL(fileURLWithPath: library).deletingLastPathComponent().path
    let traced = try run(
      "/lib64/ld-linux-x86-64.so.2", ["--library-path", "\(directory):\(scratch.url.path)", kept],
      environment: [
        "LD_TRACE_LOADED_OBJECTS": "1", "LD_WARN": "yes", "LD_BIND_NOW": "1",
        "LD_DEBUG": "bindings",
      ])
    // Addresses and process numbers differ each time.
    result["ld.so"] = Trace(traced)
    result["ld.so"]?.words.replace(
      /0x[0-9a-f]+|^ *[0-9]+:/.anchorsMatchLineEndings(), with: "")
    return result
  }
}

/// The fields of an ELF file of class 64 in little-endian order, by the tables of its sections.
private struct LibraryFields {
  struct Flip {
    let field: String
    let offset: Int
    let bytes: [UInt8]
  }

  struct Symbol {
    var name: String
    var type: Int
    var number: Int
  }

  private let image: Data
  private let file: [String: (offset: Int, size: Int)]
  /// Symbols that a program can be linked to, a few of each kind.
  private(set) var used: [Symbol] = []

  init(_ path: String) throws {
    image = try Data(contentsOf: URL(fileURLWithPath: path))
    let elf = try ElfFile(path: FilePath(path))
    var sections: [String: (offset: Int, size: Int)] = [:]
    for name in [
      ".dynsym", ".dynstr", ".gnu.version", ".gnu.version_d", ".gnu.version_r", ".dynamic",
      ".note.gnu.property", ".note.ABI-tag",
    ] {
      guard let section = elf.section(named: name) else { continue }
      sections[name] = (Int(section.offset), Int(section.size))
    }
    file = sections
    used = linkable()
  }

  private func word(_ offset: Int, _ size: Int) -> UInt64 {
    guard offset >= 0, offset + size <= image.count else { return 0 }
    return image[offset..<offset + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func name(at offset: Int) -> String {
    let start = (file[".dynstr"]?.offset ?? 0) + offset
    return String(decoding: image[start...].prefix { $0 != 0 }, as: UTF8.self)
  }

  private func linkable() -> [Symbol] {
    guard let table = file[".dynsym"] else { return [] }
    var counts: [String: Int] = [:]
    var result: [Symbol] = []
    for number in 1..<max(1, table.size / 24) {
      let entry = table.offset + 24 * number
      let (info, section) = (Int(word(entry + 4, 1)), word(entry + 6, 2))
      let version = file[".gnu.version"].map { word($0.offset + 2 * number, 2) } ?? 1
      guard info >> 4 != 0, section != 0, version & 0x8000 == 0, word(entry + 5, 1) & 3 == 0,
        [0, 1, 2, 6, 10].contains(info & 15)
      else { continue }
      let kind = "\(info) \(section) \(version)"
      counts[kind, default: 0] += 1
      if counts[kind, default: 0] > 2 { continue }
      result.append(
        Symbol(name: name(at: Int(word(entry, 4))), type: info & 15, number: number))
    }
    return result.filter { symbol in result.count { $0.name == symbol.name } == 1 }
  }

  /// - Parameter limit: how many flips of one field to try.
  func flips(limit: Int) -> [Flip] {
    var result: [Flip] = []
    func add(_ field: String, _ offset: Int, _ size: Int, _ values: [UInt64]) {
      let was = word(offset, size)
      for value in values.prefix(limit == .max ? .max : 4 * limit) where value != was {
        result.append(
          Flip(
            field: "\(field) at \(offset): \(was) to \(value)",
            offset: offset, bytes: (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }))
      }
    }
    addHeaders(add)
    let numbers = limit == .max ? used : Array(used.prefix(2 * limit))
    for symbol in numbers { addSymbol(symbol, add) }
    addVersions(add)
    addDynamic(add)
    addNotes(add)
    return result
  }

  private typealias Add = (String, Int, Int, [UInt64]) -> Void

  private func addHeaders(_ add: Add) {
    add("EI_OSABI", 7, 1, [0, 3, 9])
    add("EI_ABIVERSION", 8, 1, [1])
    add("e_type", 16, 2, [2])
    add("e_machine", 18, 2, [183])
    add("e_flags", 48, 4, [1, 0x8000_0000])
    for number in 0..<Int(word(56, 2)) {
      let header = Int(word(32, 8)) + 56 * number
      let type = word(header, 4)
      add("p_type", header, 4, [0])
      add("p_flags", header + 4, 4, [word(header + 4, 4) ^ 1])
      // PT_TLS: what is in front of the thread's block.
      if type == 7 { add("tls.p_align", header + 48, 8, [64]) }
    }
  }

  private func addSymbol(_ symbol: Symbol, _ add: Add) {
    guard let table = file[".dynsym"] else { return }
    let entry = table.offset + 24 * symbol.number
    let info = word(entry + 4, 1)
    let isCode = [0, 2, 10].contains(Int(info & 15))
    let kind = word(entry + 6, 2) == 0xfff1 ? "absolute" : isCode ? "code" : "data"
    add("\(kind).st_name", entry, 4, [word(entry, 4) + 1])
    add("\(kind).binding", entry + 4, 1, [0, 1, 2, 10].map { $0 << 4 | info & 15 })
    add("\(kind).type", entry + 4, 1, [0, 1, 2, 6, 10].map { info & 0xf0 | $0 })
    add("\(kind).st_other", entry + 5, 1, [1, 2, 3, 0x80])
    add("\(kind).st_shndx", entry + 6, 2, [0, 0xfff1, 0xfff2])
    add("\(kind).st_value", entry + 8, 8, [word(entry + 8, 8) + 4, 0])
    add("\(kind).st_size", entry + 16, 8, [0, word(entry + 16, 8) + 4])
    if let versions = file[".gnu.version"] {
      let place = versions.offset + 2 * symbol.number
      let version = word(place, 2)
      add("\(kind).versym", place, 2, [0, 1, 2, 3, version ^ 0x8000, 0x8001])
    }
  }

  private func addVersions(_ add: Add) {
    if let table = file[".gnu.version_d"] {
      var record = table.offset
      while true {
        add("vd_version", record, 2, [2])
        add("vd_flags", record + 2, 2, [word(record + 2, 2) ^ 1, word(record + 2, 2) ^ 2])
        add("vd_ndx", record + 4, 2, [word(record + 4, 2) + 1])
        add("vd_cnt", record + 6, 2, [word(record + 6, 2) + 1, word(record + 6, 2) - 1])
        add("hash.vd_hash", record + 8, 4, [word(record + 8, 4) ^ 1])
        let name = record + Int(word(record + 12, 4))
        add("vda_name", name, 4, [word(name, 4) + 1])
        let next = Int(word(record + 16, 4))
        if next == 0 || record + next >= table.offset + table.size { break }
        record += next
      }
    }
    if let table = file[".gnu.version_r"] {
      var record = table.offset
      while true {
        add("vn_version", record, 2, [2])
        add("vn_file", record + 4, 4, [word(record + 4, 4) + 1])
        let version = record + Int(word(record + 8, 4))
        add("hash.vna_hash", version, 4, [word(version, 4) ^ 1])
        add("vna_flags", version + 4, 2, [word(version + 4, 2) ^ 2])
        add("vna_other", version + 6, 2, [word(version + 6, 2) ^ 0x8000, word(version + 6, 2) + 1])
        add("vna_name", version + 8, 4, [word(version + 8, 4) + 1])
        let next = Int(word(record + 12, 4))
        if next == 0 || record + next >= table.offset + table.size { break }
        record += next
      }
    }
  }

  private func addDynamic(_ add: Add) {
    guard let table = file[".dynamic"] else { return }
    // DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH, DT_FILTER, DT_AUXILIARY, DT_AUDIT, DT_DEPAUDIT.
    let strings: [UInt64] = [1, 14, 15, 29, 0x7fff_ffff, 0x7fff_fffd, 0x6fff_fefc, 0x6fff_fefb]
    var spare: Int?
    for entry in stride(from: table.offset, to: table.offset + table.size, by: 16) {
      let tag = word(entry, 8)
      if tag == 0 {
        spare = spare ?? (entry + 32 <= table.offset + table.size ? entry : nil)
        continue
      }
      // DT_DEBUG means nothing in a library.
      add("d_tag 0x\(String(tag, radix: 16))", entry, 8, [21])
      if strings.contains(tag) {
        add("d_val 0x\(String(tag, radix: 16))", entry + 8, 8, [0, word(entry + 8, 8) + 1])
      }
      // DT_FLAGS, DT_FLAGS_1.
      guard tag == 30 || tag == 0x6fff_fffb else { continue }
      for bit in 0..<30 {
        let isSymbolic = tag == 30 && bit == 1
        add(
          isSymbolic ? "DF_SYMBOLIC" : "d_val 0x\(String(tag, radix: 16))", entry + 8, 8,
          [word(entry + 8, 8) ^ 1 << UInt64(bit)])
      }
    }
    guard let spare else { return }
    // DT_SYMBOLIC, DT_TEXTREL, DT_BIND_NOW, and the strings at offset 0 or as they come.
    add("new d_tag", spare, 8, strings + [16, 22, 24, 0x7fff_fffe])
  }

  private func addNotes(_ add: Add) {
    if let note = file[".note.gnu.property"] {
      for offset in stride(from: 16, to: note.size, by: 4) {
        let place = note.offset + offset
        add("property", place, 4, [word(place, 4) ^ 1, word(place, 4) ^ 2])
      }
    }
    if let note = file[".note.ABI-tag"] {
      for offset in stride(from: 16, to: note.size, by: 4) {
        add("ABI-tag", note.offset + offset, 4, [word(note.offset + offset, 4) + 1])
      }
    }
  }
}
