/* A generator: it runs while the project is built. */
#include "greet.h"

int main(void) {
  for (int i = 0; greet_languages[i]; i++) greet(greet_languages[i]);
  return 0;
}
