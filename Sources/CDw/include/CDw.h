/* libdw of elfutils, which reads DWARF. */
#ifndef ABITOOL_CDW_H
#define ABITOOL_CDW_H

#include <dwarf.h>
#include <elfutils/libdw.h>

#endif
