/* What abitool uses of binutils: the C++ demangler of libiberty. */
#ifndef ABITOOL_CBINUTILS_H
#define ABITOOL_CBINUTILS_H

#include <stddef.h>

/* Receives the next LENGTH bytes of demangled text. */
typedef void (*cbinutils_text_callback)(const char *text, size_t length, void *context);

/* Demangles the Itanium C++ name MANGLED (NUL-terminated) in pieces through
   CALLBACK. Returns 0 when the name cannot be demangled; text may have been
   delivered by then and is to be discarded. */
int cbinutils_demangle(const char *mangled, cbinutils_text_callback callback, void *context);

#endif
