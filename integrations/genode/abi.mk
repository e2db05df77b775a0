# In place of base/mk/abi.mk: the same variables, the same output.
abi_mk := $(dir $(lastword $(MAKEFILE_LIST)))../make/abi.mk

.PHONY: all
all:
	@$(MAKE) --no-print-directory -f $(abi_mk)
