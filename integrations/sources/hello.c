#include "greet.h"

#include <stdio.h>

int main(void) {
  greet("world");
  printf("%d call, first language %s\n", greet_calls, greet_languages[0]);
  return greet_calls != 1;
}
