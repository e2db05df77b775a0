/* A C target needs a source file. */
#include "CDw.h"
