#include "CBinutils.h"

#include <stdlib.h>

#if defined(__x86_64__) || defined(__i386__)

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The headers of binutils insist that a package uses them. */
#define PACKAGE "abitool"
#define PACKAGE_VERSION "0"
#include <dis-asm.h>

/* The entry of the x86 disassembler. Reached through disassembler(), as
   dis-asm.h has it, it would bring all other machines of libopcodes, and
   libbfd with its compressors, into every executable: 6 MB. */
extern int print_insn_i386(bfd_vma address, disassemble_info *info);

struct cbinutils_x86 {
  disassemble_info info;
  struct cbinutils_instruction *instruction;
  size_t used;
};

static void append(struct cbinutils_x86 *self, const char *format, va_list arguments) {
  char *text = self->instruction->text;
  size_t room = sizeof self->instruction->text - self->used;
  if (room <= 1) return;
  /* Nearly all pieces are plain text, for which vsnprintf is half of the time. */
  bool is_cut = strcmp(format, "%.*s") == 0;
  if (is_cut || strcmp(format, "%s") == 0) {
    int limit = is_cut ? va_arg(arguments, int) : (int)room;
    const char *piece = va_arg(arguments, const char *);
    size_t size = strnlen(piece, limit < 0 || (size_t)limit > room - 1 ? room - 1 : (size_t)limit);
    memcpy(text + self->used, piece, size);
    self->used += size;
    text[self->used] = 0;
    return;
  }
  int length = vsnprintf(text + self->used, room, format, arguments);
  if (length > 0) self->used += (size_t)length < room ? (size_t)length : room - 1;
}

static int print(void *stream, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  append(stream, format, arguments);
  va_end(arguments);
  return 0;
}

static int print_styled(void *stream, enum disassembler_style style, const char *format, ...) {
  (void)style;
  va_list arguments;
  va_start(arguments, format);
  append(stream, format, arguments);
  va_end(arguments);
  return 0;
}

static void print_address(bfd_vma address, struct disassemble_info *info) {
  struct cbinutils_x86 *self = info->stream;
  self->instruction->has_target = true;
  self->instruction->target = address;
  print(self, "0x%llx", (unsigned long long)address);
}

/* Called when an instruction is cut by the end of the code. */
static void report_memory_error(int status, bfd_vma address, struct disassemble_info *info) {
  (void)status;
  (void)address;
  struct cbinutils_x86 *self = info->stream;
  self->instruction->is_bad = true;
}

bool cbinutils_x86_is_available(void) { return true; }

struct cbinutils_x86 *cbinutils_x86_begin(const uint8_t *code, size_t size, uint64_t address,
                                          bool is_64_bit) {
  struct cbinutils_x86 *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  init_disassemble_info(&self->info, self, print, print_styled);
  self->info.flavour = bfd_target_elf_flavour;
  self->info.arch = bfd_arch_i386;
  self->info.mach = is_64_bit ? bfd_mach_x86_64 : bfd_mach_i386_i386;
  self->info.endian = BFD_ENDIAN_LITTLE;
  self->info.endian_code = BFD_ENDIAN_LITTLE;
  /* libopcodes takes a pointer to bytes that it does not change. */
  self->info.buffer = (bfd_byte *)code;
  self->info.buffer_vma = address;
  self->info.buffer_length = size;
  self->info.print_address_func = print_address;
  self->info.memory_error_func = report_memory_error;
  return self;
}

void cbinutils_x86_decode(struct cbinutils_x86 *self, uint64_t address,
                          struct cbinutils_instruction *instruction) {
  instruction->is_bad = false;
  instruction->has_target = false;
  instruction->text[0] = 0;
  self->instruction = instruction;
  self->used = 0;
  instruction->length = print_insn_i386(address, &self->info);
  if (instruction->length < 1) {
    instruction->length = 1;
    instruction->is_bad = true;
  }
  if (strstr(instruction->text, "(bad)")) instruction->is_bad = true;
  self->instruction = NULL;
}

#else

bool cbinutils_x86_is_available(void) { return false; }

struct cbinutils_x86 *cbinutils_x86_begin(const uint8_t *code, size_t size, uint64_t address,
                                          bool is_64_bit) {
  (void)code;
  (void)size;
  (void)address;
  (void)is_64_bit;
  return NULL;
}

void cbinutils_x86_decode(struct cbinutils_x86 *self, uint64_t address,
                          struct cbinutils_instruction *instruction) {
  (void)self;
  (void)address;
  instruction->length = 1;
  instruction->is_bad = true;
  instruction->has_target = false;
  instruction->text[0] = 0;
}

#endif

void cbinutils_x86_end(struct cbinutils_x86 *self) { free(self); }
