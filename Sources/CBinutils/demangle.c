#include "CBinutils.h"

#include <libiberty/demangle.h>

int cbinutils_demangle(const char *mangled, cbinutils_text_callback callback, void *context) {
  /* libiberty's own limit refuses names by length, from 1,024 bytes. The caller bounds depth and length. */
  const int options = DMGL_PARAMS | DMGL_ANSI | DMGL_NO_RECURSE_LIMIT;
  return cplus_demangle_v3_callback(mangled, options, callback, context);
}
