/* What abitool uses of binutils: the C++ demangler of libiberty, and the x86
   disassembler of libopcodes. */
#ifndef ABITOOL_CBINUTILS_H
#define ABITOOL_CBINUTILS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Receives the next LENGTH bytes of demangled text. */
typedef void (*cbinutils_text_callback)(const char *text, size_t length, void *context);

/* Demangles the Itanium C++ name MANGLED (NUL-terminated) in pieces through
   CALLBACK. Returns 0 when the name cannot be demangled; text may have been
   delivered by then and is to be discarded. */
int cbinutils_demangle(const char *mangled, cbinutils_text_callback callback, void *context);

/* A disassembler of x86 code at one place. It keeps no copy of the code. */
struct cbinutils_x86;

/* One instruction. */
struct cbinutils_instruction {
  /* In bytes, at least 1. */
  int32_t length;
  /* No such instruction, or it is cut by the end of the code. */
  bool is_bad;
  /* It names an address: where it branches to, or what it refers to
     relative to the instruction pointer. */
  bool has_target;
  uint64_t target;
  /* In AT&T syntax, NUL-terminated, cut when too long. */
  char text[64];
};

/* Whether this build has the disassembler: only libopcodes of an x86 host is
   certain to have it. */
bool cbinutils_x86_is_available(void);

/* Begins to disassemble SIZE bytes at CODE, which are at ADDRESS at run time.
   NULL when there is no memory or no disassembler. CODE is to outlive it. */
struct cbinutils_x86 *cbinutils_x86_begin(const uint8_t *code, size_t size, uint64_t address,
                                          bool is_64_bit);

/* Disassembles the instruction at ADDRESS, which lies inside the code. */
void cbinutils_x86_decode(struct cbinutils_x86 *disassembler, uint64_t address,
                          struct cbinutils_instruction *instruction);

void cbinutils_x86_end(struct cbinutils_x86 *disassembler);

#endif
