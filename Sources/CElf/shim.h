#include <libelf.h>
#include <gelf.h>

/* Starts to load the cache line of an address, which may be any: nothing is read as far as the
 * program can tell. Swift has no name for it. */
static inline void elf_prefetch(const void *address) { __builtin_prefetch(address); }
