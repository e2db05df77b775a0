internal import Support

/// What a finding's rule follows from: a specification, the source of a tool, or a page of this
/// project's manual.
public struct Authority: Hashable, Sendable {
  /// Which document, and where in it.
  public let name: String
  /// Where the document is; nil for pages of this project.
  public let url: String?

  /// A specification or program by its name.
  public init(_ name: String, url: String? = nil) {
    self.name = name
    self.url = url
  }
}

// MARK: Specifications

extension Authority {
  private static let gabi = "https://refspecs.linuxfoundation.org/elf/gabi4+/"
  private static let lsb =
    "https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/"
  private static let arm = "https://github.com/ARM-software/abi-aa/blob/main/"

  static func elfHeader(_ field: String) -> Authority {
    Authority("System V gABI, chapter 4 \"ELF Header\": \(field)", url: gabi + "ch4.eheader.html")
  }

  static func symbolTable(_ field: String) -> Authority {
    Authority("System V gABI, chapter 4 \"Symbol Table\": \(field)", url: gabi + "ch4.symtab.html")
  }

  static func dynamicLinking(_ part: String) -> Authority {
    Authority(
      "System V gABI, chapter 5 \"Dynamic Linking\": \(part)", url: gabi + "ch5.dynamic.html")
  }

  static let symbolVersions = Authority(
    "Linux Standard Base 5.0, Core, \"Symbol Versioning\"", url: lsb + "symversion.html")

  static let abiTag = Authority(
    "Linux Standard Base 5.0, Core, \"ABI note tag\"", url: lsb + "noteabitag.html")

  static let copyRelocation = Authority(
    "System V ABI, AMD64 supplement, \"Relocation\": R_X86_64_COPY",
    url: "https://gitlab.com/x86-psABIs/x86-64-ABI")

  static let threadLocalStorage = Authority(
    "U. Drepper: ELF Handling For Thread-Local Storage",
    url: "https://www.akkadia.org/drepper/tls.pdf")

  static let sharedLibraries = Authority(
    "U. Drepper: How To Write Shared Libraries, chapter 3 \"Maintaining APIs and ABIs\"",
    url: "https://www.akkadia.org/drepper/dsohowto.pdf")

  /// A document of the ABI for the Arm architecture.
  static func arm(_ document: String, _ part: String) -> Authority {
    Authority(
      "ABI for the Arm Architecture, \(document): \(part)",
      url: "\(arm)\(document)/\(document).rst")
  }

  static func riscv(_ part: String) -> Authority {
    Authority(
      "RISC-V ELF psABI: \(part)",
      url: "https://github.com/riscv-non-isa/riscv-elf-psabi-doc/blob/master/riscv-elf.adoc")
  }

  static func mangling(_ production: String) -> Authority {
    Authority(
      "Itanium C++ ABI, 5.1 \"External Names\": <\(production)>",
      url: "https://itanium-cxx-abi.github.io/cxx-abi/abi.html#mangling")
  }

  static let allocationFunctions = Authority(
    "C++ standard, [basic.stc.dynamic.allocation]",
    url: "https://eel.is/c++draft/basic.stc.dynamic.allocation")

  static func dwarf(_ section: String) -> Authority {
    Authority("DWARF 5, \(section)", url: "https://dwarfstd.org/doc/DWARF5.pdf")
  }

  static func instructions(_ names: String) -> Authority {
    Authority("instruction set manuals of the processors: \(names)")
  }
}

// MARK: Tools

extension Authority {
  private static func source(_ project: String, _ file: String) -> String {
    "https://sourceware.org/git/?p=\(project).git;a=blob;f=\(file);hb=HEAD"
  }

  static func glibc(_ file: String, _ function: String) -> Authority {
    Authority("glibc, \(file): \(function)", url: source("glibc", file))
  }

  static func binutils(_ file: String, _ function: String) -> Authority {
    Authority("GNU binutils, \(file): \(function)", url: source("binutils-gdb", file))
  }

  static func linkerManual(_ part: String, page: String) -> Authority {
    Authority(
      "GNU ld manual: \(part)", url: "https://sourceware.org/binutils/docs/ld/\(page).html")
  }

  static let loaderManual = Authority(
    "ld.so(8)", url: "https://man7.org/linux/man-pages/man8/ld.so.8.html")

  /// A macro by which GCC says what a type is on a target.
  static func targetTypes(_ macro: String) -> Authority {
    Authority(
      "GCC Internals, \"Type Layout\": \(macro)",
      url: "https://gcc.gnu.org/onlinedocs/gccint/Type-Layout.html")
  }

  static let int128 = Authority(
    "GCC manual, \"128-bit Integers\"",
    url: "https://gcc.gnu.org/onlinedocs/gcc/_005f_005fint128.html")

  static let libraryVersions = Authority(
    "GNU Libtool manual, \"Updating version info\"",
    url: "https://www.gnu.org/software/libtool/manual/html_node/Updating-version-info.html")

  /// A page of this project, with the heading under which it says so.
  static func manual(_ page: String, _ heading: String) -> Authority {
    Authority("docs/\(page).md, \"\(heading)\"")
  }
}
