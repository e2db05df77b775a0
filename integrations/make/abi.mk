# abi.mk: links programs with what a library promises, not with one build of it.
#
# From the ABI text of a library, `symbols/NAME` or `NAME.abi`, this makes NAME.abi.so, a stub library
# to link with. Its SONAME is that of the real library, NAME.lib.so.
#
#   LIB      name of the library
#   SYMBOLS  its ABI text
#   LIB_SO   the real library, if this project builds it: `make check-abi` then checks it
#   ABI_DIR  where NAME.abi.so goes; the working directory
#
# In a project, include this file once for each library, after setting the variables:
#
#   LIB     := demo
#   SYMBOLS := demo.abi
#   LIB_SO  := demo.lib.so
#   include $(shell abitool hook make --path)
#
#   hello: hello.o demo.abi.so          # linked again when the ABI changes, and only then
#   all: hello demo.lib.so check-abi    # fails when the library breaks its ABI
#   hello.out: hello demo.lib.so        # whatever runs the program needs the real library
#
# With a build of its own, `make -f abi.mk LIB=... SYMBOLS=... SPECS=...` takes the place of
# `base/mk/abi.mk` of Genode: the same variables, the same output.
#
#   ABITOOL     the command, `abitool`
#   ABI_SONAME  the SONAME; what the text says (#%soname), else LIB.lib.so
#   ABI_ARCH    the architecture; what SPECS has of it, else this machine's
#   ABI_KERNEL  the kernel, if the text has lines for one
#   VERBOSE     `@`: one short line a step; empty: the commands

ABITOOL ?= abitool
VERBOSE ?= @

# On its own, this file is the whole makefile.
ifeq ($(words $(MAKEFILE_LIST)),1)
.PHONY: all
all: $(if $(wildcard $(SYMBOLS)),$(if $(ABI_DIR),$(ABI_DIR)/)$(LIB).abi.so)
	@true
endif

# Genode's names of architectures, as SPECS has them. All are names that abitool knows.
abi_mk_specs := x86_64 x86_32 arm_v6 arm_v7a arm_v8a riscv

# $(call abi_mk_rules,LIB,SYMBOLS,LIB_SO,STUB,STUB OPTIONS)
#
# A stub that would not change keeps its time, so that nobody is linked again for a comment in the
# text. What records that the text was looked at is a file of its own. Its rule is in force too when
# the stub is not there; the stub's own is empty, but not absent: make looks at its time again.
define abi_mk_rules
$4: $4.stamp ;

$4.stamp: $2 $(if $(wildcard $4),,abi-mk-always)
	@mkdir -p $(dir $4)
	@echo "    ABI      $(notdir $4)"
	$(VERBOSE)$(ABITOOL) stub $2 -o $4 --emit library --if-changed $5
	@touch $$@

ifneq ($3,)
$4.checked: $3 $2
	@mkdir -p $(dir $4)
	@echo "    CHECK    $(notdir $3)"
	$(VERBOSE)$(ABITOOL) check --library $3 --abi $2 --stamp $$@ $6

check-abi: $4.checked
endif
endef

.PHONY: check-abi abi-mk-always
ifneq ($(words $(MAKEFILE_LIST)),1)
# Including this file is not to decide what `make` alone makes.
abi_mk_goal := $(.DEFAULT_GOAL)
endif

ABI_SO   := $(if $(ABI_DIR),$(ABI_DIR)/)$(LIB).abi.so
abi_arch := $(or $(ABI_ARCH),$(firstword $(filter $(abi_mk_specs),$(SPECS))))

# The name that the text has, or the file's, is right unless the file has another name.
abi_soname := $(or $(ABI_SONAME),$(if $(filter $(LIB) $(LIB).abi,$(notdir $(SYMBOLS))),,$(LIB).lib.so))

abi_target := $(if $(abi_arch),--arch $(abi_arch)) $(if $(ABI_KERNEL),--kernel $(ABI_KERNEL))

ifneq ($(wildcard $(SYMBOLS)),)
$(eval $(call abi_mk_rules,$(LIB),$(SYMBOLS),$(LIB_SO),$(ABI_SO),$(strip $(abi_target) \
  $(if $(abi_soname),--soname $(abi_soname),--soname-suffix .lib.so)),$(strip $(abi_target))))
endif

ifneq ($(words $(MAKEFILE_LIST)),1)
.DEFAULT_GOAL := $(abi_mk_goal)
endif

# What one library sets is not for the next.
LIB_SO     :=
ABI_SONAME :=
