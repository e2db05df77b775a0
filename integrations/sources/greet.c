#include "greet.h"

#include <stdio.h>

#ifndef GREETING
#define GREETING "Hello"
#endif

int greet_calls;
const char *const greet_languages[3] = {"en", "de", 0};

void greet(const char *name) {
  greet_calls++;
  printf("%s, %s!\n", GREETING, name);
}
