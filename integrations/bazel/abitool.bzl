"""Links programs with what a library promises, not with one build of it.

WORKSPACE:

    load("//tools/abitool:abitool.bzl", "abitool_repository")
    abitool_repository(name = "abitool")

BUILD:

    load("//tools/abitool:abitool.bzl", "abi_check", "abi_library")
    abi_library(name = "demo_abi", abi = "demo.abi", library = ":libdemo.so")
    abi_check(name = "demo_abi_check", abi = "demo.abi", library = ":libdemo.so")
    cc_binary(name = "app", srcs = ["app.c"], deps = [":demo_abi"])

For interface libraries of all shared libraries of a build, without an ABI text:

    load("//tools/abitool:abitool.bzl", "abitool_cc_toolchain")
    abitool_cc_toolchain(name = "abitool_cc")

and `bazel build --crosstool_top=@abitool_cc//:toolchain`. A toolchain of your own calls @abitool//:ifso
in its feature build_interface_libraries, in place of %{interface_library_builder_path}.
"""

def _abitool_repository_impl(repository_ctx):
    path = repository_ctx.os.environ.get("ABITOOL") or repository_ctx.which("abitool")
    if not path:
        fail("abitool is not on the search path; ABITOOL names it elsewhere")
    repository_ctx.symlink(path, "abitool")

    # Bazel calls a builder of interface libraries with two arguments.
    repository_ctx.file("ifso", "#!/bin/sh\nexec '%s' ifso \"$@\"\n" % path, executable = True)
    repository_ctx.file("BUILD", 'exports_files(["abitool", "ifso"])\n')

abitool_repository = repository_rule(
    doc = "The abitool of this machine, as @abitool//:abitool and @abitool//:ifso.",
    implementation = _abitool_repository_impl,
    environ = ["ABITOOL", "PATH"],
    local = True,
)

def _abitool_cc_toolchain_impl(repository_ctx):
    local = repository_ctx.path(Label("@local_config_cc//:BUILD")).dirname
    for entry in local.readdir():
        if entry.basename not in ["WORKSPACE", "cc_toolchain_config.bzl"]:
            repository_ctx.symlink(entry, entry.basename)

    builder = str(repository_ctx.path(Label("@abitool//:ifso")))
    config = repository_ctx.read(local.get_child("cc_toolchain_config.bzl"))

    # Some versions of Bazel have this by mistake, where the path of the linker is due.
    config = config.replace(
        '" + cppLinkDynamicLibraryToolPath + "',
        'ctx.attr.tool_paths["gcc"]',
    )
    for old, new in [
        # The builder that Bazel knows copies the library.
        ('"%{interface_library_builder_path}"', '"%s"' % builder),
        (
            "            build_interface_libraries_feature,\n",
            "            build_interface_libraries_feature,\n" +
            '            feature(name = "supports_interface_shared_libraries", enabled = True),\n',
        ),
    ]:
        if old not in config:
            fail("abitool_cc_toolchain: the toolchain of this Bazel is another; not found: " + old)
        config = config.replace(old, new, 1)
    repository_ctx.file("cc_toolchain_config.bzl", config)

abitool_cc_toolchain = repository_rule(
    doc = """The C++ toolchain of this machine, linking with interface libraries by `abitool ifso`.

    With --crosstool_top=@NAME//:toolchain, programs and libraries are linked again when the interface
    of a shared library that they use changes, and not when its inside does.""",
    implementation = _abitool_cc_toolchain_impl,
    local = True,
)

def abi_library(name, abi, library = None, soname = None, arch = None, kernel = None, **kwargs):
    """A library to depend on in place of the real one.

    Args:
      name: of the target, for `deps`.
      abi: the ABI text, a label.
      library: the real library, which programs run with; without it, they link all the same.
      soname: the SONAME, if the text does not say it and it is not that of the library's file.
      arch: the architecture; this machine's.
      kernel: the kernel, if the text has lines for one.
      **kwargs: for cc_import, as hdrs and visibility.
    """
    if not soname and library:
        soname = library.split(":")[-1]
    options = ["--soname " + soname] if soname else []
    options += ["--arch " + arch] if arch else []
    options += ["--kernel " + kernel] if kernel else []
    native.genrule(
        name = name + "_stub",
        srcs = [abi],
        outs = [name + ".ifso"],
        cmd = "$(execpath @abitool//:abitool) stub $< -o $@ --emit library " + " ".join(options),
        exec_tools = ["@abitool//:abitool"],
    )
    native.cc_import(
        name = name,
        interface_library = name + ".ifso",
        shared_library = library,
        system_provided = 0 if library else 1,
        **kwargs
    )

def abi_check(name, abi, library, arch = None, kernel = None, **kwargs):
    """Fails the build when the library breaks its promise, and prints the findings.

    Args:
      name: of the target, whose output is an empty file.
      abi: the ABI text, a label.
      library: the real library, a label.
      arch: the architecture; that of the library.
      kernel: the kernel, if the text has lines for one.
      **kwargs: for genrule, as tags and visibility.
    """
    options = ["--arch " + arch] if arch else []
    options += ["--kernel " + kernel] if kernel else []
    native.genrule(
        name = name,
        srcs = [abi, library],
        outs = [name + ".checked"],
        cmd = "$(execpath @abitool//:abitool) check --library $(execpath %s) --abi $(execpath %s) --stamp $@ " %
              (library, abi) + " ".join(options),
        exec_tools = ["@abitool//:abitool"],
        **kwargs
    )
