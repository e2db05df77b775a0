# make demo     install what is missing, build, and show the main job
# make test     the same, and run all tests
# make help     the other targets

SHELL       := /bin/bash
PREFIX      ?= /usr/local
DESTDIR     ?=
SWIFT       ?= swift
# The release build is static as to the Swift runtime: one file that starts in 3 ms.
RELEASE     := -c release --static-swift-stdlib --product abitool
ABITOOL     := .build/release/abitool
# Writes the manual pages from what `abitool --experimental-dump-help` says. A tool of the argument parser's.
MANUAL      := .build/debug/generate-manual
FIXTURES    := .build/fixtures

# Debian packages, with the file by which each is known to be there.
BUILD_FILES := libelf-dev:/usr/include/gelf.h \
               libiberty-dev:/usr/include/libiberty/demangle.h \
               binutils-dev:/usr/include/dis-asm.h libdw-dev:/usr/include/elfutils/libdw.h \
               binutils:/usr/bin/ld.gold gcc:/usr/bin/cc g++:/usr/bin/c++ pkg-config:/usr/bin/pkg-config
TEST_FILES  := mold:/usr/bin/mold llvm:/usr/bin/llvm-readelf elfutils:/usr/bin/eu-elflint busybox-static:/bin/busybox \
               abigail-tools:/usr/bin/abidiff cmake:/usr/bin/cmake ninja-build:/usr/bin/ninja meson:/usr/bin/meson \
               binutils-aarch64-linux-gnu:/usr/bin/aarch64-linux-gnu-as \
               binutils-arm-linux-gnueabihf:/usr/bin/arm-linux-gnueabihf-as \
               binutils-mips64el-linux-gnuabi64:/usr/bin/mips64el-linux-gnuabi64-as \
               binutils-powerpc64le-linux-gnu:/usr/bin/powerpc64le-linux-gnu-as \
               binutils-riscv64-linux-gnu:/usr/bin/riscv64-linux-gnu-as \
               binutils-s390x-linux-gnu:/usr/bin/s390x-linux-gnu-as
BENCH_FILES := hyperfine:/usr/bin/hyperfine llvm:/usr/bin/llvm-nm valgrind:/usr/bin/valgrind

# $(call install,PACKAGE:FILE ...) installs the packages whose file is missing.
missing      = $(foreach p,$1,$(if $(wildcard $(lastword $(subst :, ,$p))),,$(firstword $(subst :, ,$p))))
sudo        := $(if $(filter 0,$(shell id -u)),,sudo)
install      = $(if $(strip $(call missing,$1)),$(sudo) apt-get update -q && \
               DEBIAN_FRONTEND=noninteractive $(sudo) apt-get install -y -q --no-install-recommends \
               $(call missing,$1),true)

.PHONY: help build demo test test-flips test-sanitized bench bench-guard install install-integrations format lint clean deps test-deps manual-tool fixtures

help:
	@echo "demo            build, and run one program on three kernels"
	@echo "test            run all tests"
	@echo "test-flips      change each field of 30 libraries: does a command see what linkers see"
	@echo "test-sanitized  run the hostile-input tests with the address sanitizer"
	@echo "build           build the release executable, $(ABITOOL)"
	@echo "bench           measure against nm, llvm-nm and others, side by side"
	@echo "bench-guard     compare instruction counts with those recorded"
	@echo "install         install to \$$(DESTDIR)\$$(PREFIX), which is $(DESTDIR)$(PREFIX)"
	@echo "format, lint    bring the sources into form, or check it"
	@echo "clean           remove what was built"

deps:
	@$(call install,$(BUILD_FILES))

test-deps: deps
	@$(call install,$(TEST_FILES))

build: deps
	$(SWIFT) build $(RELEASE)

manual-tool: deps
	$(SWIFT) build --product generate-manual

fixtures:
	@$(MAKE) --no-print-directory -s -C fixtures/ld OUT=$(CURDIR)/$(FIXTURES)/ld

demo: build
	@fixtures/demo/show.sh $(CURDIR)/$(ABITOOL) $(CURDIR)/$(FIXTURES)/demo

test: test-deps manual-tool
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

# 30 libraries, by name; the programs that use them are linked and traced for each field.
FLIPS ?= $(shell for l in $$(ls /usr/lib/x86_64-linux-gnu/lib*.so.* 2>/dev/null); do [ -L $$l ] || echo $$l; done | awk '{l[NR]=$$0} END {s=NR/30; if (s<1) s=1; for (i=1; i<=NR; i+=s) print l[int(i)]}')
test-flips: test-deps
	ABITOOL_FLIPS="$(FLIPS)" $(SWIFT) test --filter noFactOfRealLibrariesIsLost

# Leaks are not looked for: XCTest leaks, and would fail the run.
test-sanitized: test-deps
	ABITOOL=$(CURDIR)/.build-asan/debug/abitool ASAN_OPTIONS=detect_leaks=0 \
	  $(SWIFT) test --scratch-path .build-asan --sanitize address --filter 'Hostile'

bench: build
	@$(call install,$(BENCH_FILES))
	$(SWIFT) build -c release --package-path Benchmarks --scratch-path .build-bench
	.build-bench/release/bench $(CURDIR)/$(ABITOOL) docs

bench-guard: build
	@$(call install,$(BENCH_FILES))
	Benchmarks/guard $(ABITOOL)

install: build manual-tool install-integrations
	install -D -m 755 $(ABITOOL) $(DESTDIR)$(PREFIX)/bin/abitool
	strip $(DESTDIR)$(PREFIX)/bin/abitool
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(ABITOOL) --generate-completion-script bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/abitool
	$(ABITOOL) --generate-completion-script zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_abitool
	$(ABITOOL) --generate-completion-script fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/abitool.fish
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	$(MANUAL) $(ABITOOL) --multi-page --output-directory $(DESTDIR)$(PREFIX)/share/man/man1

# What projects include: abitool finds it beside itself, CMake and pkg-config where they look.
VERSION      = $(shell sed -n 's/.*current = "\(.*\)"/\1/p' Sources/Support/ToolVersion.swift)
SHARE       := $(DESTDIR)$(PREFIX)/share
install-integrations:
	install -D -m 644 -t $(SHARE)/abitool/make integrations/make/abi.mk
	install -D -m 755 -t $(SHARE)/abitool/genode integrations/genode/abi_symbols integrations/genode/check_abi
	install -D -m 644 -t $(SHARE)/abitool/genode integrations/genode/abi.mk integrations/genode/README.md
	install -D -m 644 -t $(SHARE)/abitool/ninja integrations/ninja/abi.ninja
	install -D -m 644 -t $(SHARE)/abitool/bazel integrations/bazel/abitool.bzl
	install -D -m 644 -t $(SHARE)/abitool/meson integrations/meson/example/meson.build
	install -D -m 644 -t $(SHARE)/cmake/AbiTool integrations/cmake/AbiToolConfig.cmake
	sed 's/@VERSION@/$(VERSION)/' integrations/cmake/AbiToolConfigVersion.cmake.in \
	  > $(SHARE)/cmake/AbiTool/AbiToolConfigVersion.cmake
	install -d $(SHARE)/pkgconfig
	sed 's|@VERSION@|$(VERSION)|; s|@PREFIX@|$(PREFIX)|' integrations/pkg-config/abitool.pc.in \
	  > $(SHARE)/pkgconfig/abitool.pc

format:
	$(SWIFT) format -i -r Package.swift Sources Plugins Tests

lint:
	$(SWIFT) format lint --strict -r Package.swift Sources Plugins Tests

clean:
	rm -rf .build .build-asan .build-bench
