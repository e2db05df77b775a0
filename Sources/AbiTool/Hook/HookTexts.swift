internal import AbiModel
internal import Findings
internal import Support

// The text for each build system.
extension Hook {
  var make: String {
    """
    # The ABI of \(library): \(abi). `make check-abi` checks the library itself.
    LIB     := \(library)
    SYMBOLS := \(abi)
    LIB_SO  := \(givenSoname ?? library + ".lib.so")
    \(givenSoname.map { "ABI_SONAME := \($0)\n" } ?? "")include $(shell abitool hook make --path)

    # Programs are linked with the stub, so only a change of the ABI links them again.
    \(each { "\($0): \($0).o \(library).abi.so\n\t$(CC) $^ $(LDFLAGS) $(LDLIBS) -o $@" })

    # The build fails when the library breaks its promise.
    all: \(programs.joined(separator: " ")) check-abi

    # What runs a program needs the library itself:  check: \(programs[0]) \(givenSoname ?? library + ".lib.so")
    """
  }

  var cmake: String {
    """
    find_package(AbiTool REQUIRED)

    # The build fails when \(library) breaks its promise.
    abitool_add_abi(TARGET \(library) ABI \(abi) CHECK\(givenSoname.map { " SONAME \($0)" } ?? ""))

    # In place of target_link_libraries: only a change of the ABI links these again.
    \(each { "abitool_link_interface(\($0) \(library))" })

    # What runs a program while the project is built needs the library itself:
    #   abitool_get_runtime(libraries \(programs[0]))
    #   add_custom_command(... COMMAND \(programs[0]) DEPENDS ${libraries})
    """
  }

  var meson: String {
    """
    # The library, \(library), is a shared_library() above.
    abitool = find_program('abitool')
    abi_target = meson.is_cross_build() ? ['--arch', host_machine.cpu_family()] : []

    # A stub to link with. One that would not change keeps its time.
    \(variable)_abi = custom_target('\(library).abi.so',
      input: '\(abi)',
      output: '\(library).abi.so',
      command: [abitool, 'stub', '@INPUT@', '-o', '@OUTPUT@', '--emit', 'library', '--if-changed',
                '--soname', '\(soname)', abi_target])

    # The build fails when the library breaks its promise.
    custom_target('\(library).abi.checked',
      input: '\(abi)',
      output: '\(library).abi.checked',
      command: [abitool, 'check', '--library', \(variable), '--abi', '@INPUT@', abi_target,
                '--stamp', '@OUTPUT@'],
      build_by_default: true)

    # Programs: link_with: \(variable)_abi in place of link_with: \(variable).
    \(each { "executable('\($0)', '\($0).c', link_with: \(variable)_abi)" })

    # What runs a program needs the library itself: depends: \(variable) in test() and custom_target().
    """
  }

  var ninja: String {
    """
    # Where the file is: abitool hook ninja --path
    include abi.ninja

    build \(library).abi.so: abi_stub \(abi)
      flags = --soname \(soname)
    build \(library).checked: abi_check \(soname) | \(abi)
      abi = \(abi)

    # Programs are linked with the stub, by a rule of yours.
    \(each { "build \($0): link \($0).o \(library).abi.so" })

    # What runs a program needs the library itself:  build out: run \(programs[0]) | \(soname)
    """
  }

  var bazel: String {
    """
    # Copy abitool.bzl (abitool hook bazel --path) to //tools/abitool, and in WORKSPACE:
    #   load("//tools/abitool:abitool.bzl", "abitool_repository")
    #   abitool_repository(name = "abitool")
    load("//tools/abitool:abitool.bzl", "abi_check", "abi_library")

    abi_library(
        name = "\(library)_abi",
        abi = "\(abi)",
        library = ":lib\(library).so",
        soname = "\(soname)",
    )

    abi_check(
        name = "\(library)_abi_check",
        abi = "\(abi)",
        library = ":lib\(library).so",
    )

    \(each { "cc_binary(name = \"\($0)\", srcs = [\"\($0).c\"], deps = [\":\(library)_abi\"])" })
    """
  }

  var swiftpm: String {
    """
    // In the dependencies of the package. The ABI of a library product of `type: .dynamic` is
    // ABI/NAME.abi:
    //   swift package --allow-writing-to-package-directory abi-check --update
    //   swift package abi-check
    .package(url: "<the repository of abitool>", from: "\(ToolVersion.current)"),
    """
  }

  var pkgConfig: String {
    """
    prefix=/usr
    libdir=${prefix}/lib

    Name: \(library)
    Description: The interface of \(library), to link with; programs run with any \(soname) that keeps it
    Version: 0
    Libs: ${libdir}/\(library).abi.so
    """
  }

  var github: String {
    """
    on: [push, pull_request]
    jobs:
      abi:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
          - run: make \(soname)
          - uses: OWNER/abitool@v\(ToolVersion.current)  # OWNER: of the repository of abitool
            with:
              library: \(soname)
              abi: \(abi)
    """
  }

  var preCommit: String {
    """
    repos:
      - repo: <the repository of abitool>
        rev: v\(ToolVersion.current)
        hooks:
          - id: abi-text
    """
  }

  /// The library's name as a variable.
  var variable: String {
    String(library.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}
