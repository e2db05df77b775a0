#ifndef GREET_H
#define GREET_H

/** Writes a greeting to standard output. */
void greet(const char *name);

/** How often greet was called. */
extern int greet_calls;

/** The languages that the library knows, ended by a null. */
extern const char *const greet_languages[3];

#endif
