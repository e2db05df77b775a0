#include "CBinutils.h"

#include <libiberty/demangle.h>

int cbinutils_demangle(const char *mangled, cbinutils_text_callback callback, void *context) {
  return cplus_demangle_v3_callback(mangled, DMGL_PARAMS | DMGL_ANSI, callback, context);
}
